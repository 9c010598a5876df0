package dev.onecycle.torch.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.onecycle.error.EngineException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine is looked for in processes of their own, with other class paths. */
class NativesTest {
  private static final Path SYSTEM = Path.of("/usr/lib/x86_64-linux-gnu");

  @TempDir Path temp;

  /** Loads the libraries that are its arguments, then the engine. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) {
      for (String library : args) {
        System.load(library);
      }
      try {
        Natives.load();
        System.out.println("loaded");
      } catch (EngineException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  private String run(String classPath, List<String> options, String... arguments)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(options);
    words.addAll(List.of("-cp", classPath, Program.class.getName()));
    words.addAll(List.of(arguments));
    Path out = temp.resolve("out.txt");
    Process process =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(out.toFile()).start();
    process.waitFor();
    return Files.readString(out, StandardCharsets.UTF_8);
  }

  private static String classPath() {
    return System.getProperty("java.class.path");
  }

  private static String without(String part) {
    return Arrays.stream(classPath().split(File.pathSeparator))
        .filter(entry -> !entry.matches(".*/" + part + "-[^/]*-(linux|macosx|windows)-[^/]*\\.jar"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** The package of PyTorch for Python brings it with a version in its name. */
  private static Optional<Path> libtorchOfTheSystem() throws IOException {
    if (!Files.isDirectory(SYSTEM)) {
      return Optional.empty();
    }
    try (Stream<Path> files = Files.list(SYSTEM)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("libtorch_cpu.so"))
          .findFirst();
    }
  }

  @Test
  void theEngineIsLoaded() throws Exception {
    assertThat(run(classPath(), List.of())).contains("loaded");
  }

  @Test
  void aMissingArtifactIsNamed() throws Exception {
    for (String artifact : List.of("pytorch", "openblas", "javacpp")) {
      assertThat(run(without(artifact), List.of()))
          .contains(
              "engine must be on the class path but org.bytedeco:"
                  + artifact
                  + " with classifier "
                  + org.bytedeco.javacpp.Loader.getPlatform()
                  + " is not there; add the dependency dev.onecycle:onecycle-engine");
    }
  }

  @Test
  void aPlatformWithoutAnEngineIsRefused() throws Exception {
    assertThat(run(classPath(), List.of("-Dorg.bytedeco.javacpp.platform=linux-arm64")))
        .contains(
            "platform must be one of linux-x86_64, macosx-arm64, windows-x86_64, which have an"
                + " engine, but was linux-arm64");
  }

  @Test
  void aLibtorchThatIsLoadedAlreadyIsNamed() throws Exception {
    Optional<Path> debians = libtorchOfTheSystem();
    assumeTrue(debians.isPresent(), "Debian's libtorch is installed");
    Path file = debians.orElseThrow().toRealPath();
    assertThat(run(classPath(), List.of(), file.toString()))
        .contains("libtorch must be in this process once")
        .contains(file + " is loaded already")
        .contains("in processes of their own");
  }

  @Test
  void aBindingThatWouldLoadAnotherIsNamed() throws Exception {
    Path binding = temp.resolve("ai/djl/pytorch/jni/PyTorchLibrary.class");
    Files.createDirectories(binding.getParent());
    Files.createFile(binding);
    String both = classPath() + File.pathSeparator + temp;
    assertThat(run(both, List.of()))
        .contains("the class path has ai.djl.pytorch.jni.PyTorchLibrary")
        .contains("set -Donecycle.other_libtorch=allowed");
    assertThat(run(both, List.of("-Donecycle.other_libtorch=allowed"))).contains("loaded");
  }
}
