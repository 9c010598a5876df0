package dev.onecycle.torch.settings;

import dev.onecycle.data.augment.Augmentation;

/**
 * What a model is trained with unless told otherwise.
 *
 * @param batchSize images an optimizer step
 * @param settings of the learner
 * @param augmentation of training images
 */
public record ModelDefaults(int batchSize, LearnerSettings settings, Augmentation augmentation) {
  private static final ModelDefaults SOURCES =
      new ModelDefaults(128, LearnerSettings.defaults(), Augmentation.standard());

  private static final ModelDefaults FAST =
      new ModelDefaults(
          512,
          LearnerSettings.builder()
              .optimizer(Optimizer.muon())
              .weightDecay(3e-3)
              .labelSmoothing(0.1)
              .batchNormMomentum(0.4)
              .biasRate(64)
              .build(),
          Augmentation.standard().withPad(2));

  /**
   * Those of a model by its name: the sources' own, but for {@code fast}, whose choices
   * docs/performance.md gives reasons for.
   */
  public static ModelDefaults of(String model) {
    return model.equals("fast") ? FAST : SOURCES;
  }
}
