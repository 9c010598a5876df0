package dev.onecycle.torch.train;

import dev.onecycle.data.sample.Targets;
import dev.onecycle.error.Require;
import dev.onecycle.record.Measure;
import java.util.function.IntFunction;

/** A metric for targets of a kind, by a function that begins a count. */
record KnownMetric(Measure measure, Kind kind, IntFunction<Metric.Counter> counters)
    implements Metric {
  /** The targets that a metric is for. */
  enum Kind {
    CLASSES,
    LABELS,
    NUMBERS,
    ANY
  }

  @Override
  public void requireFits(Targets targets) {
    boolean fits =
        switch (kind) {
          case CLASSES -> targets instanceof Targets.Classes;
          case LABELS -> targets instanceof Targets.Labels;
          case NUMBERS -> targets instanceof Targets.Numbers;
          case ANY -> true;
        };
    if (!fits) {
      throw Require.invalid(
          "metric", "one for " + targets.describe(), measure.title(), "take another");
    }
  }

  @Override
  public Counter counter(int outputs) {
    return counters.apply(outputs);
  }
}
