package dev.onecycle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.selftest.harness.ProcessUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The first start on a machine, where the native libraries have yet to be unpacked. Where the
 * system has a libtorch of its own, such as Debian's python3-torch, that one must not be taken.
 */
class FirstStartIT {
  @TempDir Path temp;

  private List<String> options() {
    return List.of("-Dorg.bytedeco.javacpp.cachedir=" + temp.resolve("natives"));
  }

  @Test
  void worksWithAnEmptyNativeCache() throws IOException {
    ProcessUnderTest doctor = Processes.start(temp, options(), "doctor", "--json");
    assertThat(doctor.exitCode()).as(doctor.output()).isZero();
    assertThat(Cli.parse(doctor.out()).get("engine").asText()).contains("libtorch 2.");
    try (Stream<Path> unpacked = Files.walk(temp.resolve("natives"))) {
      assertThat(unpacked).anyMatch(file -> file.endsWith("libtorch_cpu.so"));
    }
  }

  @Test
  void twoAtTheSameMomentWorkWithOneEmptyNativeCache() {
    ProcessUnderTest one = Processes.start(temp, options(), "doctor");
    ProcessUnderTest other = Processes.start(temp, options(), "doctor");
    assertThat(one.exitCode()).as(one.output()).isZero();
    assertThat(other.exitCode()).as(other.output()).isZero();
    assertThat(Cli.read(one.out())).contains("libtorch 2.").isEqualTo(Cli.read(other.out()));
  }
}
