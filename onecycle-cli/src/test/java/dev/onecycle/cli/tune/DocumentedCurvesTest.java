package dev.onecycle.cli.tune;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The figures of "When it can be trusted" are what the command draws from their curves, and their
 * verdicts are the ones it gives. Where a change is meant, {@code -Dstored.update=true} draws them
 * anew.
 */
class DocumentedCurvesTest {
  private static final Path DOCS = Path.of("..", "docs");
  private static final boolean UPDATE = Boolean.getBoolean("stored.update");
  private static final Pattern TEXT = Pattern.compile("<text[^>]*>(.*?)</text>", Pattern.DOTALL);

  /** The curves of several seeds. */
  private static final Map<String, Integer> REPEATS = Map.of("few-images", 5, "fast-rise", 6);

  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource({
    "random-labels, noisy",
    "unequal-classes, noisy",
    "few-images, clear",
    "fast-rise, uncertain",
    "one-spike, single_loss",
    "early-rise, uncertain",
    "measured, clear",
    "below-zero, clear"
  })
  void aFigureAndItsVerdictAreThoseOfItsCurve(String name, String verdict) throws IOException {
    Path stored = DOCS.resolve("figures").resolve("range-" + name + ".svg");
    Path drawn = UPDATE ? stored : temp.resolve("drawn.svg");
    JsonNode json = read(name, drawn).json();
    assertThat(json.get("verdict").asText()).isEqualTo(verdict);
    assertThat(json.has("doubts")).isEqualTo(json.has("suggestion_short_cycle"));
    boolean seeds = REPEATS.containsKey(name);
    assertThat(json.at("/doubts/0/kind").asText())
        .isEqualTo(verdict.equals("uncertain") ? "uncertain" : seeds ? "seeds_disagree" : "");
    // Coordinates depend on the fonts of a machine.
    assertThat(texts(stored)).isNotEmpty().isEqualTo(texts(drawn));
    assertThat(verdictOfThePage(name)).isEqualTo(verdict);
  }

  /** Five taken from every loss changes no reading. */
  @Test
  void lossesBelowZeroGiveTheSameReadings() {
    Cli.Result above = read("measured", temp.resolve("above.svg"));
    Cli.Result below = read("below-zero", temp.resolve("below.svg"));
    for (String reading : List.of("edge", "trough", "minimum", "steepest")) {
      double expected = above.json().get(reading).asDouble();
      assertThat(below.json().get(reading).asDouble() / expected).isBetween(0.9999, 1.0001);
    }
  }

  /** In a short cycle the trough decides, on which the seeds agree; in a long one the edge. */
  @Test
  void seedsDisagreeOnThePeakOfALongCycle() {
    Path svg = temp.resolve("seeds.svg");
    Cli.Result longer = read("fast-rise", svg, "--cycle-steps", 8360);
    assertThat(longer.json().at("/doubts/1/message").asText())
        .startsWith("The seed of a test decides its rate: for a cycle of 8,360 steps the tests")
        .contains("suggest from 0.0349 to 0.6")
        .contains("--range-steps");
    assertThat(longer.err()).contains("The seed of a test decides its rate");
    Cli.Result shorter = read("fast-rise", temp.resolve("short.svg"), "--cycle-steps", 100);
    assertThat(shorter.json().get("doubts")).hasSize(1);
  }

  private static Cli.Result read(String name, Path svg, Object... more) {
    Path curves = DOCS.resolve("figures").resolve("curves");
    List<Object> words = new ArrayList<>(List.of("find-lr", "--json", "--svg", svg));
    int repeats = REPEATS.getOrDefault(name, 0);
    List<Path> files =
        repeats == 0
            ? List.of(curves.resolve(name + ".csv"))
            : IntStream.range(0, repeats)
                .mapToObj(i -> curves.resolve(name + "-" + i + ".csv"))
                .toList();
    files.forEach(file -> words.addAll(List.of("--read", file)));
    words.addAll(List.of(more));
    return Cli.run(words.toArray());
  }

  private static String texts(Path svg) {
    return TEXT.matcher(Cli.read(svg))
        .results()
        .map(match -> match.group(1).strip())
        .collect(Collectors.joining(" "));
  }

  /** The last verdict that is named before the figure. */
  private static String verdictOfThePage(String name) {
    String page = Cli.read(DOCS.resolve("concepts").resolve("range-test.md"));
    String before = page.substring(0, page.indexOf("(../figures/range-" + name + ".svg)"));
    String from = before.substring(before.lastIndexOf("Verdict: `") + "Verdict: `".length());
    return from.substring(0, from.indexOf('`'));
  }
}
