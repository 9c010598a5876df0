package dev.onecycle.torch.job;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;
import java.util.OptionalDouble;

/**
 * The momentum of a cycle: from high to low and back ({@code 0.95:0.85}), or constant ({@code
 * 0.9}). β1 for AdamW.
 *
 * @param high momentum at low learning rates, or throughout; in [0, 1)
 * @param low momentum at the peak rate, in [0, 1); empty where it is constant
 */
public record MomentumRange(double high, OptionalDouble low) {
  public MomentumRange {
    Require.inHalfOpen("momentum", high, 0, 1);
    if (low.isPresent()) {
      Require.inHalfOpen("momentum", low.getAsDouble(), 0, 1);
    }
  }

  /** A constant momentum. */
  public static MomentumRange constant(double momentum) {
    return new MomentumRange(momentum, OptionalDouble.empty());
  }

  /** A momentum that is cycled against the learning rate. */
  public static MomentumRange cycled(double high, double low) {
    return new MomentumRange(high, OptionalDouble.of(low));
  }

  /** The momentum at the peak rate. */
  public double atPeak() {
    return low.orElse(high);
  }

  /** {@code 0.95:0.85} or {@code 0.9}. */
  public String toText() {
    return Numbers.exact(high) + (low.isPresent() ? ":" + Numbers.exact(low.getAsDouble()) : "");
  }

  static MomentumRange parse(String label, String text) {
    String[] parts = text.strip().split(":", -1);
    try {
      double high = Require.inHalfOpen(label, Double.parseDouble(parts[0]), 0, 1);
      if (parts.length == 1) {
        return constant(high);
      }
      double low = Require.inHalfOpen(label, Double.parseDouble(parts[1]), 0, 1);
      if (parts.length == 2) {
        return cycled(high, low);
      }
    } catch (NumberFormatException e) {
      throw unreadable(label, text);
    }
    throw unreadable(label, text);
  }

  private static InvalidValueException unreadable(String label, String text) {
    return Require.invalid(label, "a number such as 0.9 or two such as 0.95:0.85", text);
  }
}
