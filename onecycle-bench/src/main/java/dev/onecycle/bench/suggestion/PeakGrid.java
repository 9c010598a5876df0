package dev.onecycle.bench.suggestion;

import dev.onecycle.range.Readings;
import dev.onecycle.torch.settings.Optimizer;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The peak rates that are tried: powers of the root of ten, so that settings share them. */
final class PeakGrid {
  private PeakGrid() {}

  /** The rate of a place in the grid. */
  static double rate(int place) {
    return Math.pow(10, place / 2.0);
  }

  /** The place in the grid that is nearest to a rate. */
  static int place(double rate) {
    return (int) Math.round(2 * Math.log10(rate));
  }

  /**
   * The first places to try: usual rates of the optimizer, and those at the readings of range
   * tests, but for readings far below any usual rate.
   */
  static List<Integer> places(Optimizer optimizer, List<Readings> readings) {
    boolean followsGradient = optimizer.followsGradientSize();
    int first = place(followsGradient ? 0.01 : 0.0003);
    int last = place(followsGradient ? 1 : 0.03);
    int lowest = first - 2;
    for (Readings one : readings) {
      for (double rate :
          Stream.of(tenth(one.edge()), one.minimum(), one.steepest(), one.valley())
              .flatMapToDouble(OptionalDouble::stream)
              .toArray()) {
        first = Math.max(lowest, Math.min(first, place(rate)));
        last = Math.max(last, place(rate));
      }
    }
    return IntStream.rangeClosed(first, last).boxed().toList();
  }

  private static OptionalDouble tenth(OptionalDouble edge) {
    return edge.isPresent() ? OptionalDouble.of(edge.getAsDouble() / 10) : edge;
  }
}
