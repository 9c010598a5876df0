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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bar of a real process as a terminal of 80 columns shows it. */
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
    command.addAll(
        List.of("train", data.toString(), "--epochs", "3", "--batch-size", "32", "--repeats", "1"));
    command.addAll(List.of("--out", temp.resolve("run").toString(), "--model", "resnet56"));
    Process process =
        new ProcessBuilder(command).redirectOutput(temp.resolve("out").toFile()).start();
    String written = new String(process.getErrorStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(written).isZero();
    List<String> bars =
        states(written).stream().filter(line -> line.matches("(range|epoch|eval|last).*")).toList();
    assertThat(bars).as(written).anyMatch(line -> line.startsWith("epoch 3/3"));
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
