package dev.onecycle.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.onecycle.selftest.harness.ProcessUnderTest;
import dev.onecycle.testing.TestArchives;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** JDK 25 warns of native access and of sun.misc.Unsafe; the built jar gives it no cause. */
class NewestJavaIT {
  private static final Path JVMS = Path.of("/usr/lib/jvm");

  @TempDir Path temp;

  private static Optional<Path> jdk25() throws IOException {
    if (!Files.isDirectory(JVMS)) {
      return Optional.empty();
    }
    try (Stream<Path> jdks = Files.list(JVMS)) {
      return jdks.filter(jdk -> jdk.getFileName().toString().contains("25"))
          .map(jdk -> jdk.resolve("bin/java"))
          .filter(Files::isExecutable)
          .findFirst();
    }
  }

  /** The archive is unpacked by a native library, and the network trained by another. */
  @Test
  @Timeout(120)
  void aTarOfZstandardIsTrainedWithoutAWarning() throws IOException {
    Optional<Path> java = jdk25();
    assumeTrue(java.isPresent(), "no JDK 25 in " + JVMS);
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (int i = 0; i < 24; i++) {
      String name = i % 2 == 0 ? "blue/" : "green/";
      files.put(name + i + ".png", TestData.colourPng(i, i % 2, 8, 8));
    }
    Path archive = temp.resolve("images.tar.zst");
    Files.write(archive, TestArchives.compressed(TestArchives.tar(files), "zst"));
    List<String> command = new ArrayList<>(List.of(java.orElseThrow().toString()));
    command.addAll(List.of("-Djava.awt.headless=true", "-Donecycle.cache=" + Cli.CACHE, "-jar"));
    command.add(Path.of("target", "onecycle.jar").toAbsolutePath().toString());
    command.addAll(List.of("train", archive.toString(), "--max-lr=0.01", "--epochs=1"));
    command.addAll(List.of("--batch-size=4", "--out=" + temp.resolve("run")));
    ProcessUnderTest trained = ProcessUnderTest.start(temp, command, Map.of());
    assertThat(trained.exitCode()).as(trained.output()).isZero();
    assertThat(trained.output()).contains("in 2 classes").doesNotContain("WARNING");
  }
}
