package dev.onecycle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.selftest.harness.ProcessUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The notebooks as their users run them, on fewer images and for one epoch. */
@Timeout(300)
@Tag("long")
class NotebooksIT {
  private static final Path NOTEBOOKS = Path.of("..", "docs", "notebooks");
  private static final Path JAR = Path.of("target", "onecycle.jar").toAbsolutePath();

  @TempDir Path temp;

  private Path shortened(String name) throws IOException {
    String text = Files.readString(NOTEBOOKS.resolve(name));
    String length = ".with(EPOCHS, 4)";
    assertThat(text).containsOnlyOnce(length);
    // One batch a rate, also where the tests of so few images disagree.
    String shorter =
        ".with(EPOCHS, 1).with(TrainingConfig.LIMIT, 600).with(TrainingConfig.RANGE_BATCHES, 1)"
            + ".with(TrainingConfig.IMAGE_SIZE, dev.onecycle.data.image.ImageSize.square(16))";
    return Files.writeString(temp.resolve(name), text.replace(length, shorter));
  }

  private ProcessUnderTest run(String tool, List<String> words) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", tool).toString());
    command.addAll(words);
    Path out = temp.resolve("out.txt");
    Path err = temp.resolve("err.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(temp.toFile())
            .redirectInput(Files.createFile(temp.resolve("nothing typed")).toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().putAll(Map.of("ONECYCLE_CACHE", Cli.CACHE.toString()));
    return new ProcessUnderTest(builder.start(), out, err);
  }

  private void assertFigures(ProcessUnderTest process, Path run) throws IOException {
    assertThat(process.exitCode()).as(process.output()).isZero();
    List<String> said = Files.readAllLines(temp.resolve("out.txt"));
    assertThat(said).as(process.output()).hasSizeGreaterThanOrEqualTo(2);
    assertThat(said.get(0))
        .matches("learning rate [0-9.E-]+: accuracy .* after 1 of 1 epoch \\(95 % interval .*");
    assertThat(said.get(1)).isEqualTo("Open " + run.resolve("report.html").toRealPath().toUri());
    for (String file : List.of("losses.png", "accuracy.png", "schedule.png", "range-test.png")) {
      assertThat(run.resolve(file)).isNotEmptyFile();
    }
  }

  @Test
  void jshellTrainsAndShowsTheFigures() throws IOException {
    List<String> words = new ArrayList<>(List.of("-J-Djava.util.prefs.userRoot=" + temp));
    words.addAll(List.of("-R-Djava.awt.headless=true", "-R--enable-native-access=ALL-UNNAMED"));
    words.addAll(List.of("--class-path", JAR.toString(), shortened("shapes.jsh").toString()));
    ProcessUnderTest jshell = run("jshell", words);
    assertFigures(jshell, temp.resolve("runs/jshell"));
    // It says so where a line is wrong, and goes on; at the end it waits for more.
    assertThat(jshell.output()).doesNotContain("|  Error", "Exception");
    assertThat(Files.readString(temp.resolve("out.txt"))).contains("|  Welcome to JShell");
  }

  /** Java runs the file too; what JBang reads is comments to it. */
  @Test
  void theFileOfJbangTrainsAndShowsTheFigures() throws IOException {
    List<String> words = new ArrayList<>(List.of("-Djava.awt.headless=true"));
    words.add("--enable-native-access=ALL-UNNAMED");
    words.addAll(List.of("-cp", JAR.toString(), shortened("Shapes.java").toString()));
    assertFigures(run("java", words), temp.resolve("runs/jbang"));
  }

  /** The artifacts and their version are those of the BOM. */
  @Test
  void theFileOfJbangNamesArtifactsThatExist() throws IOException {
    String bom = Files.readString(Path.of("..", "onecycle-bom", "pom.xml"));
    List<MatchResult> libraries =
        Pattern.compile("(?m)^//DEPS dev\\.onecycle:([a-z-]+):(\\S+)$")
            .matcher(Files.readString(NOTEBOOKS.resolve("Shapes.java")))
            .results()
            .toList();
    assertThat(libraries).hasSize(3);
    for (MatchResult library : libraries) {
      assertThat(bom)
          .contains("<artifactId>" + library.group(1) + "</artifactId>")
          .contains("<version>" + library.group(2) + "</version>");
    }
  }
}
