package dev.onecycle.torch.tune;

import dev.onecycle.range.RangeSummary;
import dev.onecycle.torch.train.Setup;
import dev.onecycle.tune.BatchSizeResult;
import dev.onecycle.tune.Hyperparameter;
import dev.onecycle.tune.Sweep;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a tuning run has chosen, and from what.
 *
 * @param setup what to train with
 * @param peak the peak rate to train with
 * @param batchSizes the search for a batch size, where there was one
 * @param sweeps those of weight decay and dropout that were made, in order
 * @param range the range tests of what was chosen
 */
public record Tuned(
    Setup setup,
    double peak,
    Optional<BatchSizeResult> batchSizes,
    List<Sweep> sweeps,
    RangeSummary range) {
  public Tuned {
    sweeps = List.copyOf(sweeps);
  }

  /** Why each hyper-parameter that was chosen is what it is. */
  public Map<Hyperparameter, String> reasons() {
    Map<Hyperparameter, String> reasons = new EnumMap<>(Hyperparameter.class);
    batchSizes.ifPresent(
        result -> reasons.put(Hyperparameter.BATCH_SIZE, result.reason(setup.batchSize())));
    for (Sweep sweep : sweeps) {
      String price =
          sweep.parameter() == Hyperparameter.BATCH_SIZE && batchSizes.isPresent()
              ? " It computes " + batchSizes.get().speedOf(setup.batchSize()) + "."
              : "";
      reasons.put(sweep.parameter(), sweep.explanation() + price);
    }
    return reasons;
  }
}
