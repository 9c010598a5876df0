package dev.onecycle.tune;

import dev.onecycle.range.RangeSummary;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The hyper-parameters that a tuning run has chosen, and its evidence.
 *
 * @param peak the peak learning rate to train with
 * @param batchSize images an optimizer step, chosen or given
 * @param batchSizes the search for a batch size; empty where it was given
 * @param sweeps of the other hyper-parameters, in order; each has chosen a value
 * @param range the range tests under the chosen values
 */
public record TuningResult(
    double peak,
    int batchSize,
    Optional<BatchSizeResult> batchSizes,
    List<Sweep> sweeps,
    RangeSummary range) {
  public TuningResult {
    sweeps = List.copyOf(sweeps);
  }

  /** The value of every hyper-parameter that was chosen, not given. */
  public Map<Hyperparameter, Double> chosen() {
    Map<Hyperparameter, Double> values = new EnumMap<>(Hyperparameter.class);
    if (batchSizes.isPresent()) {
      values.put(Hyperparameter.BATCH_SIZE, (double) batchSize);
    }
    for (Sweep sweep : sweeps) {
      sweep.chosen().ifPresent(candidate -> values.put(sweep.parameter(), candidate.value()));
    }
    return values;
  }

  /** The reason for every value of {@link #chosen}, a sentence or two. */
  public Map<Hyperparameter, String> reasons() {
    Map<Hyperparameter, String> reasons = new EnumMap<>(Hyperparameter.class);
    batchSizes.ifPresent(
        result -> reasons.put(Hyperparameter.BATCH_SIZE, result.reason(batchSize)));
    for (Sweep sweep : sweeps) {
      String price =
          sweep.parameter() == Hyperparameter.BATCH_SIZE && batchSizes.isPresent()
              ? " It computes " + batchSizes.get().speedOf(batchSize) + "."
              : "";
      reasons.put(sweep.parameter(), sweep.explanation() + price);
    }
    return reasons;
  }
}
