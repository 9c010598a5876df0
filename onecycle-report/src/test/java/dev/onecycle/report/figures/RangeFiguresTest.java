package dev.onecycle.report.figures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.range.StopReason;
import dev.onecycle.range.Verdict;
import dev.onecycle.report.Samples;
import dev.onecycle.report.Svg;
import dev.onecycle.report.chart.Figure;
import dev.onecycle.report.chart.Palette;
import dev.onecycle.report.chart.Point;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RangeFiguresTest {
  @Test
  void readingsAreMarkedAndNamedWithTheirValues() {
    Svg svg = Svg.of(RangeFigures.of(Samples.clear(Samples.descent(), 1.25)));

    assertThat(svg.texts())
        .contains("Learning rate range test", "learning rate", "loss")
        .contains("edge 1.25", "suggestion, short 0.125")
        .doesNotContain("trough 0.3125", "minimum 0.75", "steepest 0.025", "valley 0.1")
        .contains("loss of a batch", "smoothed loss")
        .contains("0.0001", "0.001", "0.01", "0.1", "1", "10");
    assertThat(svg.marks(Svg.GREEN)).as("of a short cycle and of a long one").hasSize(2);
    assertThat(svg.marks(Svg.VERMILLION)).hasSize(1);
    for (String colour : List.of(Svg.PURPLE, Svg.ORANGE, Svg.BLACK)) {
      assertThat(svg.marks(colour)).as("on request: %s", colour).isEmpty();
    }
    assertThat(svg.curves(Svg.BLUE)).hasSize(1);
  }

  @Test
  void decadesHaveEqualWidth() {
    RangeResult result = Samples.clear(Samples.descent(), 1);
    Svg svg = Svg.of(RangeFigures.of(result));
    double suggestion = svg.marks(Svg.GREEN).get(0);
    double edge = svg.marks(Svg.VERMILLION).get(0);
    List<Point> line = svg.curves(Svg.BLUE).get(0).points();
    double first = result.points().get(0).learningRate();

    // 0.1 and 1, and the first rate
    assertThat((edge - suggestion) * Math.log10(0.1 / first))
        .isEqualTo(suggestion - line.get(0).x(), within(0.1));
  }

  @Test
  void theDivergenceDoesNotFlattenTheDescent() {
    List<RangePoint> points = Samples.descent();
    double highest = points.stream().mapToDouble(RangePoint::loss).max().orElseThrow();
    Svg svg = Svg.of(RangeFigures.of(Samples.clear(points, 1)));
    double top = RangeCurves.top(points);
    long below = points.stream().filter(p -> p.loss() <= top).count();

    assertThat(highest).isGreaterThan(50);
    assertThat(top).isEqualTo(2.5 * 1.3, within(0.2));
    assertThat(svg.dots(Svg.BLUE)).hasSize((int) below);
    assertThat(svg.text()).contains(points.size() - below + " losses");
    List<Point> line = svg.curves(Svg.BLUE).get(0).points();
    double start = line.get(0).y();
    double least = line.stream().mapToDouble(Point::y).max().orElse(0);
    assertThat(least - start).as("height of the descent in pixels").isGreaterThan(100);
  }

  @Test
  void aRangeWithoutEdgeHasNoMarkers() {
    List<RangePoint> points = Samples.descent().subList(0, 40);
    RangeResult result = Samples.unclear(points, StopReason.REACHED_END, Verdict.Kind.NO_EDGE);
    Svg svg = Svg.of(RangeFigures.of(result));

    assertThat(svg.marks(Svg.GREEN)).isEmpty();
    assertThat(svg.marks(Svg.VERMILLION)).isEmpty();
    assertThat(svg.text()).contains("stopped because the range ended").doesNotContain("edge 1");
  }

  @Test
  void nonFiniteLossesAreCounted() {
    List<RangePoint> points = new ArrayList<>(Samples.descent().subList(0, 30));
    points.set(10, new RangePoint(10, points.get(10).learningRate(), Double.NaN, 1));
    points.set(11, new RangePoint(11, points.get(11).learningRate(), Double.NEGATIVE_INFINITY, 1));
    Svg svg = Svg.of(RangeFigures.of(points));

    assertThat(svg.texts()).contains("30 steps; 2 losses not finite");
    assertThat(svg.dots(Svg.BLUE)).hasSize(28);
  }

  @Test
  void anEmptyFigureSaysSo() {
    RangePoint lost = new RangePoint(0, 1e-3, Double.NaN, Double.NaN);
    for (List<RangePoint> points : List.of(List.<RangePoint>of(), List.of(lost))) {
      Svg svg = Svg.of(RangeFigures.of(points));
      assertThat(svg.texts()).contains("no finite loss to draw").doesNotContain("loss of a batch");
      assertThat(svg.texts()).as("no ticks").noneMatch(t -> t.matches("[0-9.]+"));
    }
  }

  @Test
  void onePointIsADot() {
    Svg svg = Svg.of(RangeFigures.of(List.of(new RangePoint(0, 1e-3, 2.3, 2.3))));

    assertThat(svg.texts()).contains("1 step", "0.001");
    assertThat(svg.curves(Svg.BLUE)).allMatch(line -> line.points().size() == 1);
    assertThat(svg.dots(Svg.BLUE)).hasSize(2);
  }

  @Test
  void overlaidTestsDifferInColourAndDash() {
    Map<String, RangeResult> results = new LinkedHashMap<>();
    results.put("decay <1e-2>", Samples.clear(Samples.descent(), 1.5));
    results.put("decay 1e-3 & more", Samples.clear(Samples.descent(), 3));
    results.put(
        "unclear", Samples.unclear(Samples.descent(), StopReason.NON_FINITE, Verdict.Kind.NOISY));
    Svg svg = Svg.of(RangeFigures.overlay("Three decays", results));
    List<Svg.Line> series =
        Stream.of(Svg.BLUE, Svg.VERMILLION, Svg.GREEN)
            .flatMap(colour -> svg.curves(colour).stream())
            .toList();

    assertThat(svg.texts())
        .contains("Three decays", "decay <1e-2> (edge 1.5)", "decay 1e-3 & more (edge 3)")
        .contains("unclear");
    assertThat(series).hasSize(3);
    assertThat(series.stream().map(Svg.Line::dash).distinct()).hasSize(3);
    assertThat(svg.dots(Svg.BLUE)).as("a dot at the edge").hasSize(1);
    assertThat(svg.dots(Svg.VERMILLION)).as("a dot at the edge").hasSize(1);
    assertThat(svg.dots(Svg.GREEN)).as("no edge").isEmpty();
  }

  @Test
  void theDotOfAnEdgeLiesOnItsCurve() {
    List<RangePoint> points = Samples.descent();
    double rate = points.get(50).learningRate();
    Svg svg = Svg.of(RangeFigures.overlay("One", Map.of("one", Samples.clear(points, rate))));
    Point dot = svg.dots(Svg.BLUE).get(0);
    Point onCurve = svg.curves(Svg.BLUE).get(0).points().get(50);

    assertThat(dot.x()).isEqualTo(onCurve.x(), within(0.02));
    assertThat(dot.y()).isEqualTo(onCurve.y(), within(0.02));
  }

  @Test
  void aTestWithoutLossesDoesNotChangeTheOthers() {
    Map<String, RangeResult> results = new LinkedHashMap<>();
    results.put("good", Samples.clear(Samples.descent(), 1.5));
    results.put("empty", Samples.unclear(List.of(), StopReason.NON_FINITE, Verdict.Kind.TOO_SHORT));
    Svg svg = Svg.of(RangeFigures.overlay("Two", results));
    Svg alone =
        Svg.of(RangeFigures.overlay("One", Map.of("good", Samples.clear(Samples.descent(), 1.5))));

    assertThat(svg.curves(Svg.BLUE)).isEqualTo(alone.curves(Svg.BLUE)).hasSize(1);
  }

  @Test
  void aLowerCurveLeavesTheFigureLikeTheOthers() {
    List<RangePoint> half =
        Samples.descent().stream()
            .map(p -> new RangePoint(p.step(), p.learningRate(), p.loss() / 2, p.smoothed() / 2))
            .toList();
    Map<String, RangeResult> results = new LinkedHashMap<>();
    results.put("high", Samples.clear(Samples.descent(), 1.5));
    results.put("low", Samples.clear(half, 1.5));
    Svg svg = Svg.of(RangeFigures.overlay("Two", results));

    for (String colour : List.of(Svg.BLUE, Svg.VERMILLION)) {
      List<Point> line = svg.curves(colour).get(0).points();
      double grid = svg.straights(Svg.GRID).stream().mapToDouble(l -> l.get(0).y()).min().orElse(0);
      assertThat(line.get(line.size() - 1).y()).as("above the highest tick").isLessThan(grid);
    }
  }

  /** Its advice, such as to test again, may have been followed when the figure is looked at. */
  @Test
  void anUnclearVerdictIsExplainedWithoutItsAdvice() {
    List<RangePoint> points = Samples.descent().subList(0, 40);
    RangeResult flat = Samples.unclear(points, StopReason.REACHED_END, Verdict.Kind.FLAT);
    assertThat(RangeFigures.of(flat).note())
        .endsWith("stopped because the range ended. no rise was seen.");
    RangeResult single = Samples.unclear(points, StopReason.DIVERGED, Verdict.Kind.SINGLE_LOSS);
    RangeSummary three = RangeSummary.of(List.of(single, single, single));
    assertThat(three.verdict().advice()).contains("a larger batch or more steps");
    assertThat(RangeFigures.of(three, OptionalLong.empty()).note())
        .endsWith("None of the 3 tests shows an edge; in one of them, no rise was seen.");
  }

  @Test
  void anUncertainSuggestionIsCalledSo() {
    RangeResult clear = Samples.clear(Samples.descent(), 1.25);
    RangeResult uncertain =
        new RangeResult(
            clear.points(),
            clear.stop(),
            clear.momentum(),
            clear.scale(),
            clear.readings(),
            new Verdict(Verdict.Kind.UNCERTAIN, "It had risen before", "compare short runs"));
    assertThat(RangeFigures.of(uncertain).note())
        .endsWith(". It had risen before; the suggestion is uncertain.");
    assertThat(
            RangeFigures.of(RangeSummary.of(List.of(uncertain, uncertain)), OptionalLong.empty()))
        .extracting(Figure::note)
        .asString()
        .endsWith("; the suggestion is uncertain.")
        .doesNotContain("compare");
  }

  @Test
  void anEmptyOverlaySaysSo() {
    assertThat(Svg.of(RangeFigures.overlay("None", Map.of())).texts())
        .contains("None", "no finite loss to draw");
  }

  /** Three tests with losses of 1, 1.2 and 1.5 times the same curve. */
  @Test
  void theOtherReadingsOfSeveralTestsAreMediansOnRequest() throws Exception {
    List<RangeResult> runs = new ArrayList<>();
    for (double factor : new double[] {1.5, 1, 1.2}) {
      List<RangePoint> points =
          Samples.descent().subList(0, 50).stream()
              .map(
                  p ->
                      new RangePoint(
                          p.step(), p.learningRate(), factor * p.loss(), factor * p.smoothed()))
              .toList();
      runs.add(Samples.clear(points, factor));
    }
    Figure drawn = RangeFigures.of(RangeSummary.of(runs), OptionalLong.empty());
    JsonNode figure = new ObjectMapper().readTree(drawn.json());
    JsonNode markers = figure.at("/panels/0/markers");
    assertThat(markers.findValuesAsText("name"))
        .startsWith("suggestion, short", "suggestion, long", "edge");
    assertThat(markers.at("/0/x").asDouble()).isEqualTo(0.12, within(1e-6));
    assertThat(markers.at("/2/x").asDouble()).isEqualTo(1.2, within(1e-6));
    assertThat(markers.at("/2/shown").asBoolean()).isTrue();
    assertThat(markers.at("/3/shown").asBoolean()).isFalse();
    JsonNode traces = figure.at("/panels/0/traces");
    assertThat(traces.at("/3/name").asText()).isEqualTo("median");
    assertThat(traces.at("/3/width").asDouble()).isGreaterThan(traces.at("/0/width").asDouble());
    assertThat(List.of(traces.at("/0/colour").asText(), traces.at("/2/colour").asText()))
        .containsOnly(Palette.SKY);
  }

  @Test
  void lossesThatAnOverlayCutsOffAreCounted() {
    List<RangePoint> points = Samples.descent();
    double top = RangeCurves.top(points);
    long above = points.stream().filter(p -> p.loss() > top).count();
    assertThat(above).isPositive();
    RangeResult test = Samples.clear(points, 1.5);
    String count = 2 * above + " losses above the top of the axis";
    assertThat(RangeFigures.overlay("Two", Map.of("a", test, "b", test)).note()).contains(count);
    assertThat(RangeFigures.of(RangeSummary.of(List.of(test, test)), OptionalLong.empty()).note())
        .contains("The thick line is the median of their losses", count);
  }
}
