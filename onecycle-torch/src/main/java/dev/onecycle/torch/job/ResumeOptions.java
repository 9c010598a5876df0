package dev.onecycle.torch.job;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The changes to a run that is resumed; every other setting is the run's own.
 *
 * @param settings given anew: those that {@link Setting#isChangeableOnResume} allows
 * @param extraEpochs added to the run: the rest of the cycle is stretched over the steps that are
 *     then left
 */
public record ResumeOptions(TrainingConfig settings, int extraEpochs) {
  /** No changes. */
  public static final ResumeOptions NONE = new ResumeOptions(TrainingConfig.defaults(), 0);

  public ResumeOptions {
    Require.atLeast("extra epochs", extraEpochs, 0);
    for (Setting<?> setting : TrainingConfig.settings()) {
      if (settings.isGiven(setting) && !setting.isChangeableOnResume()) {
        throw Require.invalid(
            settings.label(setting),
            "left out for a run that is resumed,",
            "" + settings.givenToMap().get(setting.name()),
            "train anew with it");
      }
    }
  }

  /**
   * The settings of a configuration that a resumed run may have otherwise, such as the place of its
   * data; the others are left out.
   */
  public static ResumeOptions of(TrainingConfig config) {
    Map<String, Object> changes = new LinkedHashMap<>(config.givenToMap());
    changes.keySet().removeIf(name -> !TrainingConfig.setting(name).isChangeableOnResume());
    return new ResumeOptions(TrainingConfig.of(changes), 0);
  }

  /**
   * The same changes and another one.
   *
   * @throws InvalidValueException where a run cannot be resumed with another value of the setting
   */
  public <T> ResumeOptions with(Setting<T> setting, T value) {
    return new ResumeOptions(settings.with(setting, value), extraEpochs);
  }

  /** The same changes with epochs added to the run. */
  public ResumeOptions withExtraEpochs(int epochs) {
    return new ResumeOptions(settings, epochs);
  }
}
