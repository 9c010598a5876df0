package dev.onecycle.bench.suggestion;

import dev.onecycle.range.Readings;
import dev.onecycle.range.SuggestedPeak;
import java.util.OptionalDouble;
import java.util.function.BiFunction;
import java.util.function.Function;

/** A way to choose the peak rate from the readings of a range test. */
enum Rule {
  SUGGESTION("suggestion", Rule::suggestion),
  TROUGH("trough/2.5", readings -> min(times(readings.trough(), 0.4), times(readings.edge(), 0.2))),
  TENTH_OF_EDGE("edge/10", readings -> times(readings.edge(), 0.1)),
  THREE_TENTHS_OF_EDGE("edge·3/10", readings -> times(readings.edge(), 0.3)),
  THIRTIETH_OF_EDGE("edge/30", readings -> times(readings.edge(), 1 / 30.0)),
  MINIMUM("minimum", Readings::minimum),
  HALF_OF_MINIMUM("minimum/2", readings -> times(readings.minimum(), 0.5)),
  TENTH_OF_MINIMUM("minimum/10", readings -> times(readings.minimum(), 0.1)),
  STEEPEST("steepest", Readings::steepest),
  VALLEY("valley", Readings::valley),
  BETWEEN("√(edge/10 · minimum)", Rule::between);

  private final String formula;
  private final BiFunction<Readings, Long, OptionalDouble> peak;

  Rule(String formula, Function<Readings, OptionalDouble> peak) {
    this(formula, (readings, steps) -> peak.apply(readings));
  }

  Rule(String formula, BiFunction<Readings, Long, OptionalDouble> peak) {
    this.formula = formula;
    this.peak = peak;
  }

  String formula() {
    return formula;
  }

  /**
   * The peak rate; empty where the curve does not show what the rule needs.
   *
   * @param steps of the cycle
   */
  OptionalDouble peak(Readings readings, long steps) {
    return peak.apply(readings, steps);
  }

  private static OptionalDouble suggestion(Readings readings, long steps) {
    OptionalDouble trough = readings.trough();
    OptionalDouble edge = readings.edge();
    return trough.isPresent() && edge.isPresent()
        ? OptionalDouble.of(new SuggestedPeak(trough.getAsDouble(), edge.getAsDouble()).over(steps))
        : OptionalDouble.empty();
  }

  private static OptionalDouble times(OptionalDouble reading, double factor) {
    return reading.isPresent() ? OptionalDouble.of(reading.getAsDouble() * factor) : reading;
  }

  private static OptionalDouble min(OptionalDouble one, OptionalDouble other) {
    return one.isPresent() && other.isPresent()
        ? OptionalDouble.of(Math.min(one.getAsDouble(), other.getAsDouble()))
        : OptionalDouble.empty();
  }

  private static OptionalDouble between(Readings readings) {
    return readings.edge().isPresent() && readings.minimum().isPresent()
        ? OptionalDouble.of(
            Math.sqrt(readings.edge().getAsDouble() / 10 * readings.minimum().getAsDouble()))
        : OptionalDouble.empty();
  }
}
