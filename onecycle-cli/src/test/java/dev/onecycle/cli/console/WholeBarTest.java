package dev.onecycle.cli.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.cli.Cli;
import dev.onecycle.cli.Main;
import dev.onecycle.testing.TestData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bar of a real process as a terminal of 80 columns shows it. */
@Tag("long")
class WholeBarTest {
  private static final Pattern LINE =
      Pattern.compile(
          "(range test|epoch \\d/\\d|evaluating|last evaluation) +(\\d+) % (?:\\[[= ]*\\] )?"
              + "?([\\d,]+)/([\\d,]+) (?:steps|images)(?:  (\\d+:\\d\\d) left)?(?:  .*)?");

  @TempDir Path temp;

  /** Each state of a line, whatever was under it: characters replace those in their places. */
  private static List<String> states(String written) {
    List<String> states = new ArrayList<>();
    char[] line = " ".repeat(200).toCharArray();
    int at = 0;
    for (char c : written.toCharArray()) {
      if (c == '\r' || c == '\n') {
        states.add(new String(line).stripTrailing());
        at = 0;
      } else {
        line[at++] = c;
      }
    }
    return states;
  }

  @Test
  void everyLineIsWholeItsCountsAreTrueAndTheTimeIsOfTheWholeRun() throws Exception {
    Path data = TestData.colours(temp.resolve("data"), 100, 30, 16, 16);
    TestData.coloursSplit(data.resolve("val"), 20, 16, 16);
    List<String> words = new ArrayList<>(List.of("train", data.toString(), "--epochs", "3"));
    words.addAll(List.of("--batch-size", "32", "--repeats", "1", "--model", "resnet56"));
    words.addAll(List.of("--out", temp.resolve("run").toString()));
    List<String> bars =
        written(words).stream().filter(line -> line.matches("(range|epoch|eval|last).*")).toList();
    assertThat(bars).anyMatch(line -> line.startsWith("epoch 3/3"));
    for (String line : bars) {
      Matcher matcher = LINE.matcher(line);
      assertThat(line).hasSizeLessThan(80).matches(LINE);
      assertThat(matcher.matches()).isTrue();
      long done = Long.parseLong(matcher.group(3).replace(",", ""));
      long total = Long.parseLong(matcher.group(4).replace(",", ""));
      assertThat(done).as(line).isLessThanOrEqualTo(total);
      if (line.startsWith("epoch")) {
        assertThat(total).as(line).isEqualTo(300);
      }
    }
    assertThat(secondsLeft(bars, "epoch 1/3"))
        .as("the epochs after it too: " + bars)
        .isGreaterThan(secondsLeft(bars, "epoch 3/3"));
    assertThat(Cli.read(temp.resolve("out")).strip()).endsWith("Finished.");
  }

  /** The bar of a sweep is one for all its tests, in seconds, with the test that is running. */
  @Test
  void theBarOfASweepNamesItAndTheTestThatRuns() throws Exception {
    Path data = TestData.colours(temp.resolve("data"), 40, 2, 16, 16);
    List<String> words = new ArrayList<>(List.of("sweep", data.toString(), "--batch-size", "16"));
    words.addAll(List.of("--weight-decay", "1e-3,1e-4", "--out", temp.resolve("s").toString()));
    words.addAll(List.of("--svg", temp.resolve("s.svg").toString(), "--range-steps", "100"));
    List<String> bars = written(words).stream().filter(line -> line.startsWith("sweep ")).toList();
    assertThat(bars)
        .isNotEmpty()
        .allSatisfy(
            line ->
                assertThat(line)
                    .hasSizeLessThan(80)
                    .matches("sweep +\\d+ % (?:\\[[= ]*\\] )??[\\d,]+/[\\d,]+ s(?:  .*)?"))
        .anyMatch(line -> line.contains("weight decay 1e-3, range"))
        .anyMatch(line -> line.contains("weight decay 1e-4, range"));
  }

  /** The states of the lines that a command writes to standard error. */
  private List<String> written(List<String> words) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Donecycle.terminal=true",
                "-Donecycle.columns=80",
                "-Dfile.encoding=US-ASCII",
                "-Donecycle.cache=" + Cli.CACHE,
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(words);
    Process process =
        new ProcessBuilder(command).redirectOutput(temp.resolve("out").toFile()).start();
    String written = new String(process.getErrorStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(written).isIn(0, 65); // 65: a sweep that chooses nothing
    return states(written);
  }

  /** The last time left that a phase showed. */
  private static int secondsLeft(List<String> bars, String phase) {
    int seconds = -1;
    for (String line : bars) {
      Matcher matcher = LINE.matcher(line);
      if (line.startsWith(phase) && matcher.matches() && matcher.group(5) != null) {
        String[] parts = matcher.group(5).split(":", -1);
        seconds = 60 * Integer.parseInt(parts[0]) + Integer.parseInt(parts[1]);
      }
    }
    assertThat(seconds).as(phase + " of " + bars).isNotNegative();
    return seconds;
  }
}
