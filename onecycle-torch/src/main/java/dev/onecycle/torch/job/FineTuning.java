package dev.onecycle.torch.job;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.torch.settings.LayerRules;
import dev.onecycle.torch.weights.MappingRules;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The two trainings of a fine-tuning: the last layer alone, then all layers at learning rates that
 * fall with depth.
 *
 * <p><i>Source:</i> J. Howard and S. Gugger 2020, fastai's {@code fine_tune}; Howard and Ruder 2018
 * (arXiv 1801.06146). <i>Deviation:</i> each training is a whole 1cycle with a range test of its
 * own; batch norms of frozen layers are fixed unless asked.
 *
 * @param head the first training
 * @param all the second training, which begins with the weights of the first
 */
public record FineTuning(TrainingConfig head, TrainingConfig all) {
  /** The folder of the first run. */
  public static final String HEAD = "1-head";

  /** The folder of the second run. */
  public static final String ALL = "2-all";

  /** The learning rate of the first layer over the last one's; 1/100 in fastai. */
  private static final double FIRST_LAYER_RATE = 0.01;

  /**
   * The configuration with the choices that a fine-tuning adds where they are not given: it gives
   * the same two trainings.
   */
  public static TrainingConfig whole(TrainingConfig config) {
    TrainingConfig whole = config.withSwept();
    if (!whole.isGiven(TrainingConfig.HEAD)) {
      whole = whole.with(TrainingConfig.HEAD, MappingRules.Head.NEW);
    }
    return whole.isGiven(TrainingConfig.FIRST_LAYER_RATE)
        ? whole
        : whole.with(TrainingConfig.FIRST_LAYER_RATE, FIRST_LAYER_RATE);
  }

  /**
   * The trainings of a configuration, which names the weights to begin with.
   *
   * @param headEpochs of the first training
   * @param headRate peak learning rate of the first training; null to find it
   * @throws InvalidValueException where the weights are not named, or a stored rate is not accepted
   */
  public static FineTuning of(TrainingConfig config, int headEpochs, @Nullable Double headRate) {
    Require.that(
        config.find(TrainingConfig.FROM).isPresent(),
        config.label(TrainingConfig.FROM),
        "given: the weights of a file or of an earlier run,",
        "not given",
        config);
    Require.that(
        config.find(TrainingConfig.LR_FROM).isEmpty() || config.get(TrainingConfig.ACCEPT_STALE),
        config.label(TrainingConfig.LR_FROM),
        "left out, or accepted by "
            + TrainingConfig.ACCEPT_STALE.name()
            + ": the second cycle begins with the weights of the first, which no earlier test had,",
        config.find(TrainingConfig.LR_FROM).orElse(""),
        config);
    // The rate of a sweep was found for all layers; its other choices hold for both trainings.
    TrainingConfig whole = whole(config);
    TrainingConfig head =
        whole
            .with(TrainingConfig.FREEZE, LayerRules.BODY)
            .with(TrainingConfig.EPOCHS, headEpochs)
            .without(TrainingConfig.FIRST_LAYER_RATE)
            .without(TrainingConfig.MAX_LR)
            .without(TrainingConfig.LR_FROM)
            .without(TrainingConfig.ACCEPT_STALE);
    if (headRate != null) {
      head = head.with(TrainingConfig.MAX_LR, headRate);
    }
    TrainingConfig all =
        config.with(TrainingConfig.FIRST_LAYER_RATE, whole.get(TrainingConfig.FIRST_LAYER_RATE));
    if (!all.isGiven(TrainingConfig.FREEZE)) {
      all = all.without(TrainingConfig.FROZEN_NORMS); // for the first training alone
    }
    return new FineTuning(head, all.with(TrainingConfig.HEAD, MappingRules.Head.SAME));
  }

  /**
   * Makes sure before the first training that the rate of the second can be read, where a file
   * holds it.
   *
   * @throws BadDataException naming the file
   */
  public void requireStoredRate() {
    PeakRate.requireStored(all);
  }

  /**
   * The second training from the run of the first, whose model has the names of the network and the
   * size of its images.
   *
   * @param run its folder, or a copy of its model; on several ranks see {@link RunWeights}
   */
  public TrainingConfig allFrom(Path run) {
    return all.without(TrainingConfig.FROM_PREFIX)
        .without(TrainingConfig.FROM_RENAMES)
        .without(TrainingConfig.FROM_IGNORE)
        .with(TrainingConfig.FROM, run.toString());
  }
}
