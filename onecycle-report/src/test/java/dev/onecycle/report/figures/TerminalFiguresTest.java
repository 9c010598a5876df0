package dev.onecycle.report.figures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.range.RangeResult;
import dev.onecycle.range.StopReason;
import dev.onecycle.range.Verdict;
import dev.onecycle.report.Samples;
import dev.onecycle.report.terminal.TerminalStyle;
import java.util.List;
import org.junit.jupiter.api.Test;

class TerminalFiguresTest {
  @Test
  void colourAddsOnlyColour() {
    String plain = TerminalFigures.schedule(Samples.oneCycle(), 80);
    TerminalStyle style = TerminalStyle.of(80).withHeight(24).withColour(true);
    String coloured = TerminalFigures.schedule(Samples.oneCycle(), style);

    assertThat(coloured).contains("\u001b[36m").isNotEqualTo(plain);
    assertThat(coloured.replaceAll("\u001b\\[[0-9]+m", "")).isEqualTo(plain);
  }

  @Test
  void scheduleShowsRateOverMomentumWithThePhases() {
    List<String> lines = TerminalFigures.schedule(Samples.oneCycle(), 80).lines().toList();

    assertThat(lines).hasSize(24);
    assertThat(lines.get(0)).isEqualTo("onecycle, 9310 steps: learning rate");
    assertThat(lines.get(1)).contains("cool-down").contains("annihilation");
    assertThat(lines).contains("momentum");
    assertThat(lines.get(23).strip()).isEqualTo("step");
    assertThat(
            lines.stream()
                .filter(l -> l.contains("┊"))
                .map(l -> l.indexOf('┤'))
                .filter(i -> i >= 0)
                .distinct())
        .as("both charts start in the same column")
        .hasSize(1);
  }

  @Test
  void rangeShowsEdgeAndSuggestion() {
    RangeResult result = Samples.clear(Samples.descent(), 1.25);
    String drawn = TerminalFigures.range(result, 80);

    assertThat(drawn)
        .contains(
            "suggestion, short 0.125",
            "suggestion, long",
            "edge 1.25",
            "learning rate",
            "momentum 0.85");
    assertThat(drawn.lines().allMatch(l -> l.length() <= 80)).isTrue();
  }

  @Test
  void anEmptyRangeSaysSo() {
    RangeResult none = Samples.unclear(List.of(), StopReason.INTERRUPTED, Verdict.Kind.TOO_SHORT);

    assertThat(TerminalFigures.range(none, 40))
        .contains("0 steps at momentum 0.85", "no finite value");
  }
}
