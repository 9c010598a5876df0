package dev.onecycle.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LinesTest {
  private static Point p(double x, double y) {
    return new Point(x, y);
  }

  @Test
  void aLineIsCutWhereItCrossesTheBounds() {
    assertThat(Lines.within(List.of(p(0, 0), p(4, 4), p(8, 0)), 1, 3))
        .containsExactly(List.of(p(1, 1), p(3, 3)), List.of(p(5, 3), p(7, 1)));
    assertThat(Lines.within(List.of(p(0, 2), p(2, 4)), 1, 3))
        .containsExactly(List.of(p(0, 2), p(1, 3)));
    assertThat(Lines.within(List.of(p(0, 5), p(2, 9)), 1, 3)).isEmpty();
  }

  @Test
  void aLineBreaksAtWhatIsNotFinite() {
    List<Point> points =
        List.of(
            p(0, 1), p(1, 2), p(2, Double.NaN), p(3, 2), p(4, Double.POSITIVE_INFINITY), p(5, 1));

    assertThat(Lines.within(points, 0, 3))
        .containsExactly(List.of(p(0, 1), p(1, 2)), List.of(p(3, 2)), List.of(p(5, 1)));
  }

  @Test
  void theWidestNumbersAreCutToo() {
    List<Point> points = List.of(p(0, -Double.MAX_VALUE), p(1, Double.MAX_VALUE));
    List<Point> part = Lines.within(points, -1, 1).get(0);

    assertThat(part).allMatch(Point::finite);
    assertThat(part.get(0).x()).isEqualTo(0.5, within(1e-9));
  }

  @Test
  void thinningKeepsEveryPointWithinTheTolerance() {
    long seed = 7;
    SplittableRandom random = new SplittableRandom(seed);
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      points.add(p(i, 20 * Math.sin(i / 30.0) + random.nextDouble()));
    }
    List<Point> kept = Lines.thinned(points, 2);

    assertThat(kept).hasSizeLessThan(100);
    for (Point point : points) {
      assertThat(distance(point, kept)).as("seed " + seed + ", " + point).isLessThanOrEqualTo(2);
    }
  }

  private static double distance(Point point, List<Point> line) {
    double least = Double.POSITIVE_INFINITY;
    for (int i = 1; i < line.size(); i++) {
      Point a = line.get(i - 1);
      Point b = line.get(i);
      least =
          Math.min(
              least,
              java.awt.geom.Line2D.ptSegDist(a.x(), a.y(), b.x(), b.y(), point.x(), point.y()));
    }
    return least;
  }
}
