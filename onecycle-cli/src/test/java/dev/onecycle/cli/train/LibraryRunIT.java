package dev.onecycle.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.cli.Cli;
import dev.onecycle.selftest.harness.ProcessUnderTest;
import dev.onecycle.testing.MarkdownExamples;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A program of a few lines, outside of this build, begins a run that the command line ends, and the
 * other way round: to the same bits as a run that was never killed.
 */
@Tag("long")
class LibraryRunIT {
  private static final Path SOURCES = Path.of("src/test/java/dev/onecycle/cli/train");
  private static final Path JAR = Path.of("target/onecycle.jar").toAbsolutePath();

  @TempDir Path temp;

  /** A folder that holds photos and a new one, as the program expects them. */
  private Path place(String name) throws IOException {
    Path place = temp.resolve(name);
    TestData.colours(place.resolve("photos"), 40, 10, 8, 8);
    TestData.write(place.resolve("new.jpg"), TestData.colourPng(7, 1, 12, 12));
    return place;
  }

  private ProcessUnderTest java(Path place, List<String> words) throws IOException {
    List<String> command =
        ProcessUnderTest.java(
            List.of(
                "-Djava.awt.headless=true",
                "--enable-native-access=ALL-UNNAMED",
                "-Donecycle.cache=" + Cli.CACHE));
    command.addAll(words);
    Path out = place.resolve("out.txt");
    Path err = place.resolve("err.txt");
    Process process =
        new ProcessBuilder(command)
            .directory(place.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    return new ProcessUnderTest(process, out, err);
  }

  private ProcessUnderTest program(Path place, String name) throws IOException {
    // Without its package, which newer launchers look for in the path.
    String text =
        Files.readString(SOURCES.resolve(name + ".java")).replaceFirst("package [^;]+;", "");
    Path source = Files.writeString(place.resolve(name + ".java"), text);
    return java(place, List.of("-cp", JAR.toString(), source.toString()));
  }

  private ProcessUnderTest onecycle(Path place, String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of("-jar", JAR.toString()));
    command.addAll(List.of(words));
    return java(place, command);
  }

  private static Path run(Path place) {
    return place.resolve("runs/first");
  }

  private static void killAfterTwoEpochs(ProcessUnderTest process, Path place) {
    process.await(() -> epochs(place) >= 2, "two epochs");
    process.process().destroyForcibly();
    assertThat(process.exitCode()).as("killed").isNotZero();
    assertThat(epochs(place)).as("the run was killed before its end").isLessThan(10);
  }

  private static long epochs(Path place) {
    Path file = run(place).resolve("epochs.csv");
    if (!Files.exists(file)) {
      return 0;
    }
    try (var lines = Files.lines(file)) {
      return lines.count() - 1;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void assertSameBits(Path one, Path other) throws IOException {
    for (String name : List.of("steps.csv", "model.safetensors")) {
      assertThat(Files.readAllBytes(run(one).resolve(name)))
          .as(name)
          .isEqualTo(Files.readAllBytes(run(other).resolve(name)));
    }
  }

  @Test
  void theCommandLineResumesTheRunOfAProgramAndTheOtherWayRound() throws IOException {
    Path whole = place("whole");
    ProcessUnderTest program = program(whole, "LibraryProgram");
    assertThat(program.exitCode()).as(program.output()).isZero();
    List<String> said = Files.readAllLines(whole.resolve("out.txt"));
    assertThat(Double.parseDouble(said.get(0))).isEqualTo(1);
    assertThat(said).hasSize(2).endsWith(TestData.COLOURS.get(1));
    assertThat(whole.resolve("model.onnx")).isNotEmptyFile();

    Path begunByProgram = place("program");
    killAfterTwoEpochs(program(begunByProgram, "LibraryProgram"), begunByProgram);
    ProcessUnderTest resumed = onecycle(begunByProgram, "resume", "runs/first");
    assertThat(resumed.exitCode()).as(resumed.output()).isZero();
    assertSameBits(whole, begunByProgram);

    Path begunByCommand = place("command");
    killAfterTwoEpochs(
        onecycle(begunByCommand, "train", "photos/", "--epochs", "10", "--out", "runs/first"),
        begunByCommand);
    ProcessUnderTest byProgram = program(begunByCommand, "LibraryResumeProgram");
    assertThat(byProgram.exitCode()).as(byProgram.output()).isZero();
    assertSameBits(whole, begunByCommand);
  }

  /** Programs stay as short as the README promises. */
  @Test
  void theProgramsAreShortAndAreThoseOfTheDocuments() throws IOException {
    Path source = SOURCES.resolve("LibraryProgram.java");
    assertThat(Files.readAllLines(source)).hasSizeLessThanOrEqualTo(30);
    assertThat(MarkdownExamples.inMarkdown(Path.of("../README.md")).get("readme"))
        .isNotNull()
        .isEqualTo(MarkdownExamples.inJava(source).get("readme"));
    assertThat(MarkdownExamples.inMarkdown(Path.of("../docs/how-to/resume.md")).get("resume"))
        .isNotNull()
        .isEqualTo(
            MarkdownExamples.inJava(SOURCES.resolve("LibraryResumeProgram.java")).get("resume"));
  }
}
