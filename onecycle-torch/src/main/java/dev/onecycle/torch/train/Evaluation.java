package dev.onecycle.torch.train;

import dev.onecycle.record.Measure;
import dev.onecycle.run.Classification;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The result of a network on a set of samples.
 *
 * @param images number of samples evaluated
 * @param loss mean over the samples, without label smoothing and class weights
 * @param metrics by the names of their {@link Measure}s
 * @param classes counts of predictions by class, and the worst mistakes; empty where targets are no
 *     classes
 */
public record Evaluation(
    int images, double loss, Map<String, Double> metrics, Optional<Classification> classes) {
  public Evaluation {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
  }

  /**
   * The value of a metric.
   *
   * @throws IllegalStateException where it was not taken
   */
  public double value(Measure measure) {
    Double value =
        measure.equals(Measure.LOSS) ? Double.valueOf(loss) : metrics.get(measure.name());
    if (value == null) {
      throw new IllegalStateException(
          "the evaluation must have the metric " + measure.name() + " but has " + metrics.keySet());
    }
    return value;
  }

  /**
   * The share of images whose highest score is their class, in [0, 1]; an image with a score that
   * is not a number counts as wrong.
   *
   * @throws IllegalStateException where targets are no classes
   */
  public double accuracy() {
    return classification().correct() / (double) images;
  }

  /**
   * The counts of predictions by class, and the worst mistakes.
   *
   * @throws IllegalStateException where targets are no classes
   */
  public Classification classification() {
    return classes.orElseThrow(
        () -> new IllegalStateException("the evaluation must be of classes but is of " + metrics));
  }
}
