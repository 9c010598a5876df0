package dev.onecycle.report.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DownsamplingTest {
  private static List<Point> noise(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      points.add(new Point(i, random.nextDouble()));
    }
    return points;
  }

  @Test
  void aShortCurveIsUnchanged() {
    List<Point> points = noise(400, 1);
    assertThat(Downsampling.m4(points, 100)).isEqualTo(points);
  }

  @Test
  void extremesEndsAndGapsAreKept() {
    List<Point> points = noise(100_000, 2);
    points.set(31_234, new Point(31_234, 50));
    points.set(77_777, new Point(77_777, -50));
    points.set(50_001, new Point(50_001, Double.NaN));
    List<Point> thin = Downsampling.m4(points, 400);
    assertThat(thin).hasSizeLessThanOrEqualTo(5 * 400).isSubsetOf(points);
    assertThat(thin).contains(points.get(31_234), points.get(77_777), points.get(50_001));
    assertThat(thin.get(0)).isEqualTo(points.get(0));
    assertThat(thin.get(thin.size() - 1)).isEqualTo(points.get(99_999));
    assertThat(thin).isSortedAccordingTo((a, b) -> Double.compare(a.x(), b.x()));
  }

  @Test
  void everyGroupKeepsItsLowestAndHighest() {
    List<Point> points = noise(10_000, 3);
    List<Point> thin = Downsampling.m4(points, 100);
    for (int run = 0; run < 100; run++) {
      int begin = run * 100;
      var whole = points.subList(begin, begin + 100).stream().mapToDouble(Point::y);
      var kept =
          thin.stream().filter(p -> p.x() >= begin && p.x() < begin + 100).mapToDouble(Point::y);
      var expected = whole.summaryStatistics();
      var actual = kept.summaryStatistics();
      assertThat(actual.getMin()).isEqualTo(expected.getMin());
      assertThat(actual.getMax()).isEqualTo(expected.getMax());
    }
  }

  @Test
  void aMeanLiesInTheMiddleOfItsWindow() {
    List<Point> line = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      line.add(new Point(i, 3 * i + (i % 2 == 0 ? 1 : -1)));
    }
    List<Point> mean = MovingAverage.centred(line, 51, 100);
    assertThat(mean).hasSize(100);
    assertThat(mean.get(0)).isEqualTo(line.get(0));
    // No lag: the mean of a straight line is the line.
    mean.subList(0, 97).forEach(p -> assertThat(p.y()).isEqualTo(3 * p.x(), within(1.01)));
    assertThat(mean.get(99).y()).isEqualTo(3 * (999 - 12.5), within(1.1));
  }

  @Test
  void aHugeValueAffectsOnlyMeansOfItsWindow() {
    List<Point> points = noise(1000, 4);
    points.set(500, new Point(500, 1e30));
    points.set(600, new Point(600, Double.POSITIVE_INFINITY));
    List<Point> mean = MovingAverage.centred(points, 11, 1000);
    assertThat(mean.get(494).y()).isBetween(0.0, 1.0);
    assertThat(mean.get(506).y()).isBetween(0.0, 1.0);
    assertThat(mean.get(600).y()).isNaN();
    assertThat(mean.get(601).y()).isBetween(0.0, 1.0);
  }
}
