package dev.onecycle.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.StopReason;
import dev.onecycle.range.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

class RangeFiguresTest {
  @Test
  void readingsAreMarkedAndNamedWithTheirValues() {
    Svg svg = Svg.of(RangeFigures.of(Fixtures.clear(Fixtures.descent(), 1.25)));

    assertThat(svg.texts())
        .contains("Learning rate range test", "learning rate", "loss")
        .contains("edge 1.25", "suggestion 0.125", "minimum 0.75", "steepest 0.025", "valley 0.1")
        .contains("loss of a batch", "zero-lag average")
        .contains("0.0001", "0.001", "0.01", "0.1", "1", "10");
    assertThat(svg.of("path", "mark")).hasSize(5);
    assertThat(svg.of("path", "series")).hasSize(1);
  }

  @Test
  void aDecadeTakesTheSameRoomEverywhere() {
    RangeResult result = Fixtures.clear(Fixtures.descent(), 1);
    List<Element> marks = Svg.of(RangeFigures.of(result)).of("path", "mark");
    double suggestion = Svg.points(marks.get(0)).get(0).x();
    double edge = Svg.points(marks.get(1)).get(0).x();
    double steepest = Svg.points(marks.get(3)).get(0).x();

    // 0.1, 1 and 0.02
    assertThat((edge - suggestion) * Math.log10(5)).isEqualTo(suggestion - steepest, within(0.02));
  }

  @Test
  void theDivergenceDoesNotFlattenTheDescent() {
    List<RangePoint> points = Fixtures.descent();
    double highest = points.stream().mapToDouble(RangePoint::loss).max().orElseThrow();
    Svg svg = Svg.of(RangeFigures.of(Fixtures.clear(points, 1)));
    double top = RangeCurves.top(points);
    long below = points.stream().filter(p -> p.loss() <= top).count();

    assertThat(highest).isGreaterThan(50);
    assertThat(top).isEqualTo(2.5 * 1.3, within(0.2));
    assertThat(svg.all("circle").size()).isEqualTo((int) below + 3); // three in the legend
    assertThat(svg.texts()).anyMatch(t -> t.contains(points.size() - below + " losses"));
    double start = Svg.points(svg.of("path", "series").get(0)).get(0).y();
    double least =
        Svg.points(svg.of("path", "series").get(0)).stream().mapToDouble(Point::y).max().orElse(0);
    assertThat(least - start).as("height of the descent in pixels").isGreaterThan(100);
  }

  @Test
  void aRangeWithoutEdgeHasNoMarks() {
    List<RangePoint> points = Fixtures.descent().subList(0, 40);
    RangeResult result = Fixtures.unclear(points, StopReason.REACHED_END, Verdict.Kind.NO_EDGE);
    Svg svg = Svg.of(RangeFigures.of(result));

    assertThat(svg.of("path", "mark")).isEmpty();
    assertThat(svg.texts()).anyMatch(t -> t.contains("reached the end of the range"));
  }

  @Test
  void lossesThatAreNotFiniteAreCounted() {
    List<RangePoint> points = new ArrayList<>(Fixtures.descent().subList(0, 30));
    points.set(10, new RangePoint(10, points.get(10).learningRate(), Double.NaN, 1));
    points.set(11, new RangePoint(11, points.get(11).learningRate(), Double.NEGATIVE_INFINITY, 1));
    Svg svg = Svg.of(RangeFigures.of(points));

    assertThat(svg.texts()).contains("30 steps; 2 losses not finite");
    assertThat(svg.all("circle")).hasSize(28 + 3);
  }

  @Test
  void nothingToDrawIsSaid() {
    RangePoint lost = new RangePoint(0, 1e-3, Double.NaN, Double.NaN);
    for (List<RangePoint> points : List.of(List.<RangePoint>of(), List.of(lost))) {
      Svg svg = Svg.of(RangeFigures.of(points));
      assertThat(svg.texts()).contains("no finite loss to draw").doesNotContain("loss of a batch");
      assertThat(svg.of("path", "tick")).isEmpty();
    }
  }

  @Test
  void onePointIsADot() {
    Svg svg = Svg.of(RangeFigures.of(List.of(new RangePoint(0, 1e-3, 2.3, 2.3))));

    assertThat(svg.texts()).contains("1 step", "0.001");
    assertThat(svg.of("path", "series")).isEmpty();
    assertThat(svg.of("g", "dots")).hasSize(2);
  }

  @Test
  void overlaidTestsAreToldApartByColourAndDash() {
    Map<String, RangeResult> results = new LinkedHashMap<>();
    results.put("decay <1e-2>", Fixtures.clear(Fixtures.descent(), 1.5));
    results.put("decay 1e-3 & more", Fixtures.clear(Fixtures.descent(), 3));
    results.put(
        "unclear", Fixtures.unclear(Fixtures.descent(), StopReason.NON_FINITE, Verdict.Kind.NOISY));
    Svg svg = Svg.of(RangeFigures.overlay("Three decays", results));
    List<Element> series = svg.of("path", "series");

    assertThat(svg.texts())
        .contains("Three decays", "decay <1e-2> (edge 1.5)", "decay 1e-3 & more (edge 3)")
        .contains("unclear");
    assertThat(series).hasSize(3);
    assertThat(series.stream().map(e -> e.getAttribute("stroke")).distinct()).hasSize(3);
    assertThat(series.stream().map(e -> e.getAttribute("stroke-dasharray")).distinct()).hasSize(3);
    assertThat(svg.all("circle")).as("one dot for each edge").hasSize(2);
  }

  @Test
  void aTestWithoutLossesDoesNotSpoilTheOthers() {
    Map<String, RangeResult> results = new LinkedHashMap<>();
    results.put("good", Fixtures.clear(Fixtures.descent(), 1.5));
    results.put(
        "empty", Fixtures.unclear(List.of(), StopReason.NON_FINITE, Verdict.Kind.TOO_SHORT));
    Svg svg = Svg.of(RangeFigures.overlay("Two", results));
    Svg alone =
        Svg.of(
            RangeFigures.overlay("One", Map.of("good", Fixtures.clear(Fixtures.descent(), 1.5))));

    assertThat(svg.of("path", "series").get(0).getAttribute("d"))
        .isEqualTo(alone.of("path", "series").get(0).getAttribute("d"));
  }

  @Test
  void aCurveThatStartsLowerLeavesThePictureLikeTheOthers() {
    List<RangePoint> half =
        Fixtures.descent().stream()
            .map(p -> new RangePoint(p.step(), p.learningRate(), p.loss() / 2, p.smoothed() / 2))
            .toList();
    Map<String, RangeResult> results = new LinkedHashMap<>();
    results.put("high", Fixtures.clear(Fixtures.descent(), 1.5));
    results.put("low", Fixtures.clear(half, 1.5));
    Svg svg = Svg.of(RangeFigures.overlay("Two", results));

    for (Element series : svg.of("path", "series")) {
      List<Point> line = Svg.points(series);
      double top = Svg.points(svg.of("path", "axis").get(0)).get(0).y();
      assertThat(line.get(line.size() - 1).y()).isEqualTo(top, within(0.01));
    }
  }

  @Test
  void aVerdictThatIsNotClearIsExplained() {
    List<RangePoint> points = Fixtures.descent().subList(0, 40);
    RangeResult flat = Fixtures.unclear(points, StopReason.REACHED_END, Verdict.Kind.FLAT);

    assertThat(Svg.of(RangeFigures.of(flat)).all("desc").get(0).getTextContent())
        .contains("momentum 0.85; no rise was seen");
  }

  @Test
  void anOverlayOfNothingIsSaid() {
    assertThat(Svg.of(RangeFigures.overlay("None", Map.of())).texts())
        .contains("None", "no finite loss to draw");
  }
}
