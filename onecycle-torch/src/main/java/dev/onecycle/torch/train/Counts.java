package dev.onecycle.torch.train;

import dev.onecycle.torch.train.Metric.Counter;
import java.util.Arrays;

/** The counts of the metrics that come with the library. */
final class Counts {
  private Counts() {}

  /** Of the loss, which the learner sums up. */
  static final class Nothing implements Counter {
    @Override
    public void add(float[] outputs, float[] targets) {}

    @Override
    public double value() {
      return Double.NaN;
    }
  }

  /** The first output of the highest value; −1 where one is not a number. */
  private static int highest(float[] values) {
    int best = 0;
    for (int i = 0; i < values.length; i++) {
      if (Float.isNaN(values[i])) {
        return -1;
      }
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }

  static final class Accuracy implements Counter {
    private long samples;
    private long correct;

    Accuracy(int outputs) {}

    @Override
    public void add(float[] outputs, float[] targets) {
      samples++;
      correct += highest(outputs) == highest(targets) ? 1 : 0;
    }

    @Override
    public double value() {
      return (double) correct / samples;
    }
  }

  static final class BalancedAccuracy implements Counter {
    private final long[] samples;
    private final long[] correct;

    BalancedAccuracy(int outputs) {
      samples = new long[outputs];
      correct = new long[outputs];
    }

    @Override
    public void add(float[] outputs, float[] targets) {
      int label = highest(targets);
      samples[label]++;
      correct[label] += highest(outputs) == label ? 1 : 0;
    }

    @Override
    public double value() {
      double sum = 0;
      int classes = 0;
      for (int c = 0; c < samples.length; c++) {
        if (samples[c] > 0) {
          sum += (double) correct[c] / samples[c];
          classes++;
        }
      }
      return sum / classes;
    }
  }

  static final class F1 implements Counter {
    private long hits;
    private long wrong;

    F1(int outputs) {}

    @Override
    public void add(float[] outputs, float[] targets) {
      for (int k = 0; k < outputs.length; k++) {
        boolean predicted = outputs[k] > 0;
        boolean there = targets[k] > 0.5;
        hits += predicted && there ? 1 : 0;
        wrong += predicted != there ? 1 : 0;
      }
    }

    @Override
    public double value() {
      return hits + wrong == 0 ? 1 : 2.0 * hits / (2.0 * hits + wrong);
    }
  }

  static final class ExactMatch implements Counter {
    private long samples;
    private long exact;

    ExactMatch(int outputs) {}

    @Override
    public void add(float[] outputs, float[] targets) {
      boolean all = true;
      for (int k = 0; k < outputs.length; k++) {
        all &= !Float.isNaN(outputs[k]) && (outputs[k] > 0) == (targets[k] > 0.5);
      }
      samples++;
      exact += all ? 1 : 0;
    }

    @Override
    public double value() {
      return (double) exact / samples;
    }
  }

  static final class AbsoluteError implements Counter {
    private long numbers;
    private double sum;

    AbsoluteError(int outputs) {}

    @Override
    public void add(float[] outputs, float[] targets) {
      for (int k = 0; k < outputs.length; k++) {
        sum += Math.abs((double) outputs[k] - targets[k]);
      }
      numbers += outputs.length;
    }

    @Override
    public double value() {
      return sum / numbers;
    }
  }

  static final class SquaredError implements Counter {
    private long numbers;
    private double sum;

    SquaredError(int outputs) {}

    @Override
    public void add(float[] outputs, float[] targets) {
      for (int k = 0; k < outputs.length; k++) {
        double difference = (double) outputs[k] - targets[k];
        sum += difference * difference;
      }
      numbers += outputs.length;
    }

    @Override
    public double value() {
      return Math.sqrt(sum / numbers);
    }
  }

  /** By B. P. Welford (1962), so that a variance about a large mean is not lost. */
  static final class R2 implements Counter {
    private final double[] means;
    private final double[] squares;
    private final double[] errors;
    private long samples;

    R2(int outputs) {
      means = new double[outputs];
      squares = new double[outputs];
      errors = new double[outputs];
    }

    @Override
    public void add(float[] outputs, float[] targets) {
      samples++;
      for (int k = 0; k < outputs.length; k++) {
        double before = targets[k] - means[k];
        means[k] += before / samples;
        squares[k] += before * (targets[k] - means[k]);
        double error = (double) outputs[k] - targets[k];
        errors[k] += error * error;
      }
    }

    @Override
    public double value() {
      double[] shares = new double[means.length];
      for (int k = 0; k < shares.length; k++) {
        shares[k] = squares[k] == 0 ? Double.NaN : 1 - errors[k] / squares[k];
      }
      return Arrays.stream(shares).average().orElse(Double.NaN);
    }
  }
}
