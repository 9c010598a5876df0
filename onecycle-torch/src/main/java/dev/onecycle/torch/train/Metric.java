package dev.onecycle.torch.train;

import dev.onecycle.data.sample.Targets;
import dev.onecycle.error.Require;
import dev.onecycle.record.Measure;
import dev.onecycle.record.Measure.Better;
import java.util.List;
import java.util.function.IntFunction;

/**
 * A number by which evaluations are compared, computed over all samples of an evaluation at once.
 * The first metric of a training tells its best epoch.
 */
public interface Metric {
  /** Its name, its direction and its unit. */
  Measure measure();

  /**
   * Makes sure that the metric is one for targets.
   *
   * @throws dev.onecycle.error.InvalidValueException where it is not
   */
  void requireFits(Targets targets);

  /**
   * Begins a count over an evaluation.
   *
   * @param outputs of the network
   */
  Counter counter(int outputs);

  /** A count over the samples of an evaluation, used by one thread. */
  interface Counter {
    /**
     * Takes a sample.
     *
     * @param outputs of the network; not kept
     * @param targets see {@link dev.onecycle.data.sample.Dataset#target}; not kept
     */
    void add(float[] outputs, float[] targets);

    /** The value of the metric over all samples so far. */
    double value();
  }

  /** The usual metrics of targets; the first one tells the best epoch. */
  static List<Metric> usual(Targets targets) {
    return targets instanceof Targets.Classes
        ? List.of(accuracy())
        : targets instanceof Targets.Labels
            ? List.of(f1(), exactMatch())
            : List.of(meanAbsoluteError(), rootMeanSquaredError(), r2());
  }

  /** The loss of the evaluation. */
  static Metric loss() {
    return new KnownMetric(Measure.LOSS, KnownMetric.Kind.ANY, outputs -> new Counts.Nothing());
  }

  /** The share of samples whose highest score is their class. */
  static Metric accuracy() {
    return new KnownMetric(Measure.ACCURACY, KnownMetric.Kind.CLASSES, Counts.Accuracy::new);
  }

  /** The mean over the classes of the share of their samples whose highest score is their class. */
  static Metric balancedAccuracy() {
    return new KnownMetric(
        new Measure("balanced_accuracy", "balanced accuracy", Better.HIGHER, true),
        KnownMetric.Kind.CLASSES,
        Counts.BalancedAccuracy::new);
  }

  /**
   * The F1 of all labels of all samples together (micro-averaged): 2 TP / (2 TP + FP + FN). A label
   * is predicted where its probability is above one half. 1 where no label is there and none is
   * predicted.
   */
  static Metric f1() {
    return new KnownMetric(
        new Measure("f1", "F1", Better.HIGHER, true), KnownMetric.Kind.LABELS, Counts.F1::new);
  }

  /** The share of samples all of whose labels are predicted correctly. */
  static Metric exactMatch() {
    return new KnownMetric(
        new Measure("exact_match", "exact match", Better.HIGHER, true),
        KnownMetric.Kind.LABELS,
        Counts.ExactMatch::new);
  }

  /** The mean distance of an output from its number, over all numbers. */
  static Metric meanAbsoluteError() {
    return new KnownMetric(
        new Measure("mean_absolute_error", "mean absolute error", Better.LOWER, false),
        KnownMetric.Kind.NUMBERS,
        Counts.AbsoluteError::new);
  }

  /** The square root of the mean squared distance of an output from its number. */
  static Metric rootMeanSquaredError() {
    return new KnownMetric(
        new Measure("root_mean_squared_error", "root mean squared error", Better.LOWER, false),
        KnownMetric.Kind.NUMBERS,
        Counts.SquaredError::new);
  }

  /**
   * The share of the variance of the targets that the outputs explain: 1 less the sum of squared
   * errors over the sum of squared distances of the targets from their mean; of several numbers the
   * mean. 0 for a network that answers the mean, below 0 for a worse one. NaN where all targets are
   * equal.
   */
  static Metric r2() {
    return new KnownMetric(
        new Measure("r2", "R²", Better.HIGHER, false), KnownMetric.Kind.NUMBERS, Counts.R2::new);
  }

  /**
   * Makes sure that metrics fit targets and each other.
   *
   * @throws dev.onecycle.error.InvalidValueException where they do not, or there are none
   */
  static void requireFits(List<Metric> metrics, Targets targets) {
    Require.that(!metrics.isEmpty(), "metrics", "at least 1", "none", metrics);
    long names = metrics.stream().map(metric -> metric.measure().name()).distinct().count();
    Require.that(
        names == metrics.size(),
        "names of metrics",
        "different from each other",
        metrics.stream().map(metric -> metric.measure().name()).toList(),
        metrics);
    metrics.forEach(metric -> metric.requireFits(targets));
  }

  /**
   * A metric of one's own.
   *
   * @param counter begins a count, given the number of outputs
   */
  static Metric of(Measure measure, IntFunction<Counter> counter) {
    return new KnownMetric(measure, KnownMetric.Kind.ANY, counter);
  }
}
