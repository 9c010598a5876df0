package dev.onecycle.bench.peers;

import dev.onecycle.error.IoErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.stream.Stream;

/**
 * Builds the peers of the JVM. They are not part of the normal build, because each has a native
 * engine of its own.
 */
final class PeerBuild {
  private final Path checkout;

  PeerBuild(Path checkout) {
    this.checkout = checkout;
  }

  /**
   * Returns the jar of a peer, built if it is missing or older than its sources.
   *
   * @param size of the download of the first build
   */
  Path jar(String name, String size) throws TimedRun.DoesNotRunException {
    Path module = checkout.resolve("onecycle-bench/peers").resolve(name);
    Path jar = module.resolve("target/onecycle-peer-" + name + ".jar");
    try {
      if (Files.exists(jar) && Files.getLastModifiedTime(jar).compareTo(newest(module)) >= 0) {
        return jar;
      }
      System.err.println(
          "onecycle: building the peer " + name + " (the first time downloads " + size + ") ...");
      Path log = Files.createDirectories(module.resolve("target")).resolve("build.log");
      int code =
          new ProcessBuilder(
                  "mvn",
                  "-q",
                  "-B",
                  "-Ppeers",
                  "-pl",
                  checkout.relativize(module).toString(),
                  "-DskipTests",
                  "-Dspotless.check.skip=true",
                  "package")
              .directory(checkout.toFile())
              .redirectOutput(ProcessBuilder.Redirect.to(log.toFile()))
              .redirectErrorStream(true)
              .start()
              .waitFor();
      if (code != 0 || !Files.exists(jar)) {
        throw new TimedRun.DoesNotRunException("cannot be built; see " + checkout.relativize(log));
      }
      Files.setLastModifiedTime(jar, FileTime.fromMillis(newest(module).toMillis() + 1));
      return jar;
    } catch (IOException e) {
      throw new TimedRun.DoesNotRunException("cannot be built: " + IoErrors.reason(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TimedRun.DoesNotRunException("its build was interrupted");
    }
  }

  private static FileTime newest(Path module) throws IOException {
    FileTime newest = Files.getLastModifiedTime(module.resolve("pom.xml"));
    try (Stream<Path> sources = Files.walk(module.resolve("src"))) {
      for (Path source : sources.toList()) {
        FileTime time = Files.getLastModifiedTime(source);
        newest = time.compareTo(newest) > 0 ? time : newest;
      }
    }
    return newest;
  }
}
