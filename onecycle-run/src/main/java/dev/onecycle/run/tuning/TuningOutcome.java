package dev.onecycle.run.tuning;

import dev.onecycle.range.RangeSummary;
import dev.onecycle.run.Conditions;
import dev.onecycle.tune.BatchSizeResult;
import dev.onecycle.tune.Sweep;
import java.util.List;
import java.util.Optional;

/**
 * What a tuning run has chosen, and from what: the part of its record that a report shows.
 *
 * @param batchSizes the search for a batch size, where there was one
 * @param sweeps those that were made, in order
 * @param range the range tests of what was chosen
 * @param peak the peak rate to train with
 * @param conditions of what was chosen
 */
public record TuningOutcome(
    Optional<BatchSizeResult> batchSizes,
    List<Sweep> sweeps,
    RangeSummary range,
    double peak,
    Conditions conditions) {
  public TuningOutcome {
    sweeps = List.copyOf(sweeps);
  }
}
