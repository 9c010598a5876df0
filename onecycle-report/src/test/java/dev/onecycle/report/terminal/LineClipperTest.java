package dev.onecycle.report.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.report.chart.Point;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineClipperTest {
  private static Point p(double x, double y) {
    return new Point(x, y);
  }

  @Test
  void aLineIsCutWhereItCrossesTheBounds() {
    assertThat(LineClipper.clip(List.of(p(0, 0), p(4, 4), p(8, 0)), 1, 3))
        .containsExactly(List.of(p(1, 1), p(3, 3)), List.of(p(5, 3), p(7, 1)));
    assertThat(LineClipper.clip(List.of(p(0, 2), p(2, 4)), 1, 3))
        .containsExactly(List.of(p(0, 2), p(1, 3)));
    assertThat(LineClipper.clip(List.of(p(0, 5), p(2, 9)), 1, 3)).isEmpty();
  }

  @Test
  void aLineBreaksAtNonFinitePoints() {
    List<Point> points =
        List.of(
            p(0, 1), p(1, 2), p(2, Double.NaN), p(3, 2), p(4, Double.POSITIVE_INFINITY), p(5, 1));

    assertThat(LineClipper.clip(points, 0, 3))
        .containsExactly(List.of(p(0, 1), p(1, 2)), List.of(p(3, 2)), List.of(p(5, 1)));
  }

  @Test
  void theLargestNumbersAreClippedToo() {
    List<Point> points = List.of(p(0, -Double.MAX_VALUE), p(1, Double.MAX_VALUE));
    List<Point> part = LineClipper.clip(points, -1, 1).get(0);

    assertThat(part).allMatch(Point::finite);
    assertThat(part.get(0).x()).isEqualTo(0.5, within(1e-9));
  }
}
