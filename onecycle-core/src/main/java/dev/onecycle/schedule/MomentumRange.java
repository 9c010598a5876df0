package dev.onecycle.schedule;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;
import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * The momentum of a cycle: high at low learning rates and low at the peak ({@code 0.95:0.85}), or
 * constant ({@code 0.9}). A third value is the momentum at the end, where it is not the first one.
 * β1 for AdamW.
 *
 * @param high momentum of the first step, or throughout; in [0, 1)
 * @param low momentum at the peak rate, in [0, {@code high}]; empty where it is constant
 * @param end momentum at the end, in [0, 1); empty where it is {@code high} again
 */
public record MomentumRange(double high, OptionalDouble low, OptionalDouble end) {
  private static final String NAME = "momentum";

  public MomentumRange {
    Require.inHalfOpen(NAME, high, 0, 1);
    if (low.isPresent()) {
      double atPeak = Require.inHalfOpen(NAME, low.getAsDouble(), 0, 1);
      if (atPeak > high) {
        // A momentum that rises with the rate is far more often a slip than a wish.
        throw Require.invalid(
            NAME,
            "high:low, first the value at low learning rates, then the lower one at the peak,",
            text(high, low, end),
            "did you mean " + text(atPeak, OptionalDouble.of(high), OptionalDouble.empty()) + "?");
      }
    }
    if (end.isPresent()) {
      Require.inHalfOpen(NAME, end.getAsDouble(), 0, 1);
      Require.that(low.isPresent(), NAME, "given at the peak too", end.getAsDouble(), end);
    }
  }

  /** A constant momentum. */
  public static MomentumRange constant(double momentum) {
    return new MomentumRange(momentum, OptionalDouble.empty(), OptionalDouble.empty());
  }

  /** A momentum that is cycled against the learning rate. */
  public static MomentumRange cycled(double high, double low) {
    return new MomentumRange(high, OptionalDouble.of(low), OptionalDouble.empty());
  }

  /** A momentum that is cycled against the learning rate and ends at a value of its own. */
  public static MomentumRange cycled(double high, double low, double end) {
    return new MomentumRange(high, OptionalDouble.of(low), OptionalDouble.of(end));
  }

  /** The momentum at the peak rate. */
  public double atPeak() {
    return low.orElse(high);
  }

  /** The momentum at the end. */
  public double atEnd() {
    return end.orElse(high);
  }

  /** {@code 0.95:0.85}, {@code 0.95:0.85:0.9} or {@code 0.9}. */
  public String toText() {
    return text(high, low, end);
  }

  private static String text(double high, OptionalDouble low, OptionalDouble end) {
    StringBuilder text = new StringBuilder(Numbers.exact(high));
    low.ifPresent(value -> text.append(':').append(Numbers.exact(value)));
    end.ifPresent(value -> text.append(':').append(Numbers.exact(value)));
    return text.toString();
  }

  /**
   * Reads what {@link #toText} writes.
   *
   * @param label the name of the argument, for the error
   * @throws InvalidValueException where the text is not one, two or three numbers in [0, 1), or the
   *     first is below the second
   */
  public static MomentumRange parse(String label, String text) {
    double[] values;
    try {
      values =
          Arrays.stream(text.strip().split(":", -1)).mapToDouble(Double::parseDouble).toArray();
    } catch (NumberFormatException e) {
      throw unreadable(label, text);
    }
    if (values.length > 3) {
      throw unreadable(label, text);
    }
    try {
      return new MomentumRange(values[0], value(values, 1), value(values, 2));
    } catch (InvalidValueException e) {
      throw e.named(label);
    }
  }

  private static OptionalDouble value(double[] values, int index) {
    return index < values.length ? OptionalDouble.of(values[index]) : OptionalDouble.empty();
  }

  private static InvalidValueException unreadable(String label, String text) {
    return Require.invalid(
        label, "a number such as 0.9, or two such as 0.95:0.85, or three with the last", text);
  }
}
