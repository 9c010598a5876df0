package dev.onecycle.report.chart;

import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * The scale of an axis: where a value stands, and the ticks.
 *
 * @param low the value at position 0
 * @param high the value at position 1, above {@code low}
 * @param log whether the axis is logarithmic
 */
public record Scale(double low, double high, boolean log) {
  /** A tick of an axis; the label of a minor tick is empty. */
  public record Tick(double value, String label) {}

  /** The tightest scale over some values; values that it cannot show are ignored. */
  public static Scale covering(DoubleStream values, boolean log) {
    var range = values.filter(v -> Double.isFinite(v) && (!log || v > 0)).summaryStatistics();
    if (range.getCount() == 0) {
      return log ? new Scale(0.1, 1, true) : new Scale(0, 1, false);
    }
    double low = range.getMin();
    double high = range.getMax();
    if (low < high) {
      return new Scale(low, high, log);
    }
    if (log) {
      return new Scale(low / 2, low * 2, true);
    }
    double room = low == 0 ? 1 : Math.abs(low) / 10;
    return new Scale(low - room, low + room, false);
  }

  /** This scale, extended by shares of its length below and above. */
  public Scale padded(double below, double above) {
    if (log) {
      double length = Math.log(high) - Math.log(low);
      return new Scale(low * Math.exp(-below * length), high * Math.exp(above * length), true);
    }
    double length = high - low;
    return new Scale(low - below * length, high + above * length, false);
  }

  /** The position of a value: 0 at {@code low}, 1 at {@code high}, NaN if it has none. */
  public double position(double value) {
    if (log) {
      double length = Math.log(high) - Math.log(low);
      return value > 0 ? (Math.log(value) - Math.log(low)) / length : Double.NaN;
    }
    return (value - low) / (high - low);
  }

  /** Ticks at round values, about {@code count} of them with labels. */
  public List<Tick> ticks(int count) {
    double decades = log ? Math.log10(high) - Math.log10(low) : 0;
    if (decades < 0.8) {
      return linearTicks(count);
    }
    int every = Math.max(1, (int) Math.ceil(decades / Math.max(1, count)));
    boolean halves = decades < 2 && count >= 5;
    List<Tick> ticks = new ArrayList<>();
    for (int k = (int) Math.floor(Math.log10(low)); k <= Math.ceil(Math.log10(high)); k++) {
      for (int digit = 1; digit < 10; digit++) {
        // Parsed, because Math.pow need not give the double nearest to 1e-3.
        double value = Double.parseDouble(digit + "e" + k);
        boolean labelled =
            digit == 1 && Math.floorMod(k, every) == 0 || halves && (digit == 2 || digit == 5);
        if (holds(value) && (labelled || every == 1)) {
          ticks.add(new Tick(value, labelled ? Numbers.brief(value) : ""));
        }
      }
    }
    return ticks;
  }

  private List<Tick> linearTicks(int count) {
    double raw = (high - low) / Math.max(1, count);
    double magnitude = Math.pow(10, Math.floor(Math.log10(raw)));
    double step =
        DoubleStream.of(1, 2, 5, 10)
            .map(m -> m * magnitude)
            .filter(s -> s >= raw * 0.999)
            .min()
            .orElse(raw);
    List<Tick> ticks = new ArrayList<>();
    long first = (long) Math.ceil(low / step - 1e-9);
    for (long i = first; i * step <= high + step * 1e-9 && ticks.size() <= 2 * count + 2; i++) {
      ticks.add(new Tick(i * step, label(i * step)));
    }
    return ticks;
  }

  /** Ten digits: enough to tell ticks apart, few enough to hide rounding errors. */
  private static String label(double value) {
    return Numbers.rounded(value, 10);
  }

  private boolean holds(double value) {
    return value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
  }
}
