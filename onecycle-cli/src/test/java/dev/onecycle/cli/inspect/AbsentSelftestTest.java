package dev.onecycle.cli.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.cli.Cli;
import dev.onecycle.cli.Main;
import dev.onecycle.selftest.harness.ProcessUnderTest;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line without the artifact onecycle-selftest on the class path. */
class AbsentSelftestTest {
  @TempDir Path logs;

  private ProcessUnderTest start(String... words) {
    String separator = File.pathSeparator;
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(separator, -1))
            .filter(entry -> !hasSelftest(entry))
            .collect(Collectors.joining(separator));
    List<String> command =
        ProcessUnderTest.java(
            List.of("-XX:TieredStopAtLevel=1", "-cp", classPath, Main.class.getName()));
    command.addAll(List.of(words));
    return ProcessUnderTest.start(logs, command, Map.of());
  }

  /** Maven gives modules to tests as jars or as folders of classes. */
  private static boolean hasSelftest(String entry) {
    return Path.of(entry).getFileName().toString().startsWith("onecycle-selftest")
        || Files.exists(Path.of(entry, "dev", "onecycle", "selftest"));
  }

  @Test
  void oneLineSaysWhatIsMissingAndWhereToPutIt() {
    ProcessUnderTest process = start("selftest", "--full", "--only", "resume");
    process.requireExitCode(2);
    assertThat(Cli.read(process.out())).isEmpty();
    assertThat(Cli.read(process.err()).lines())
        .singleElement()
        .asString()
        .startsWith("onecycle: the artifact onecycle-selftest must be on the class path")
        .contains("dev.onecycle:onecycle-selftest:");
  }

  @Test
  void theHelpDoesNotListIt() {
    ProcessUnderTest process = start("--help");
    process.requireExitCode(0);
    assertThat(Cli.read(process.out())).contains("doctor").doesNotContain("onecycle-selftest");
    assertThat(Cli.read(process.out()).lines())
        .noneMatch(line -> line.strip().startsWith("selftest"));
    assertThat(Cli.run("--help").outLines()).anyMatch(line -> line.strip().startsWith("selftest"));
  }
}
