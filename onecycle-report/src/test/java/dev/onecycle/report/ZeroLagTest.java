package dev.onecycle.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ZeroLagTest {
  private static List<Point> sampled(int n, DoubleUnaryOperator f) {
    return IntStream.range(0, n)
        .mapToObj(i -> new Point(i / 15.0, f.applyAsDouble(i / 15.0)))
        .toList();
  }

  @Test
  void aStraightLineStaysWhereItIs() {
    List<Point> line = sampled(40, x -> 3 - 2 * x);
    List<Point> smooth = ZeroLag.smooth(line, 0.2);

    for (int i = 0; i < line.size(); i++) {
      // The median of three shifts neither end nor middle of a line.
      assertThat(smooth.get(i).y()).isEqualTo(line.get(i).y(), within(1e-9));
    }
  }

  @Test
  void theLowestPointStaysWhereItIs() {
    List<Point> smooth = ZeroLag.smooth(sampled(61, x -> (x - 2) * (x - 2)), 0.2);
    Point lowest =
        smooth.stream().min(java.util.Comparator.comparingDouble(Point::y)).orElseThrow();

    assertThat(lowest.x()).isEqualTo(2, within(1e-9));
  }

  @Test
  void aSingleSpikeLeavesNoTrace() {
    List<Point> spiked = sampled(40, x -> x == 20 / 15.0 ? 100 : 1);

    assertThat(ZeroLag.smooth(spiked, 0.2)).allMatch(p -> Math.abs(p.y() - 1) < 1e-9);
  }

  @Test
  void fewAndCoincidingPointsAreSmoothedWithoutDivisionByZero() {
    assertThat(ZeroLag.smooth(List.of(), 0.2)).isEmpty();
    assertThat(ZeroLag.smooth(List.of(new Point(1, 2)), 0.2)).containsExactly(new Point(1, 2));
    List<Point> same = List.of(new Point(1, 2), new Point(1, 4), new Point(1, 6));
    assertThat(ZeroLag.smooth(same, 0.2)).allMatch(p -> Math.abs(p.y() - 4) < 1e-9);
  }
}
