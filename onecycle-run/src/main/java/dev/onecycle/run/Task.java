package dev.onecycle.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.onecycle.error.Require;
import dev.onecycle.record.Measure;
import java.util.List;

/**
 * The meaning of a run's samples and of its network's outputs.
 *
 * @param samples their noun and layout: {@code images 3×32×32}, {@code samples float32 [20]}
 * @param targets {@code classes}, {@code labels} or {@code numbers}
 * @param names of the outputs
 * @param loss in words
 * @param metrics of its evaluations; the first one tells the best epoch
 * @param byProgram whether a program gave data and network, and not a path and a model's name
 */
public record Task(
    @JsonProperty("samples") String samples,
    @JsonProperty("targets") String targets,
    @JsonProperty("names") List<String> names,
    @JsonProperty("loss") String loss,
    @JsonProperty("metrics") List<Measure> metrics,
    @JsonProperty("by_program") boolean byProgram) {
  /** The classification of images from a path. */
  public static final Task IMAGES =
      new Task("images", "classes", List.of(), "cross-entropy", List.of(Measure.ACCURACY), false);

  public Task {
    names = List.copyOf(names);
    metrics = List.copyOf(metrics);
    Require.that(!metrics.isEmpty(), "metrics of a task", "one or more", "none", metrics);
  }

  /** Whether each sample is of one class. */
  public boolean hasClasses() {
    return targets.equals("classes");
  }

  /** "images" or "samples". */
  public String noun() {
    return samples.startsWith("images") ? "images" : "samples";
  }

  /** The metric that tells the best epoch. */
  public Measure judge() {
    return metrics.get(0);
  }
}
