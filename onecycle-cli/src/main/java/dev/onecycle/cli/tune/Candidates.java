package dev.onecycle.cli.tune;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.options.ConfigOptions;
import dev.onecycle.cli.options.SettingOptions;
import dev.onecycle.error.Require;
import dev.onecycle.schedule.MomentumRange;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.job.Experiment;
import dev.onecycle.torch.job.Setting;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.tune.SweepPlan;
import dev.onecycle.torch.tune.SweepPlan.ShortCycles;
import dev.onecycle.tune.Hyperparameter;
import java.util.List;
import java.util.OptionalDouble;
import picocli.CommandLine.Model.CommandSpec;

/** Settings that may have several values on the command line: candidates to choose among. */
final class Candidates {
  static final List<Double> WEIGHT_DECAYS = List.of(1e-2, 1e-3, 1e-4, 1e-5);

  static final List<Setting<?>> SEVERAL =
      List.of(
          TrainingConfig.BATCH_SIZE,
          TrainingConfig.WEIGHT_DECAY,
          TrainingConfig.DROPOUT,
          TrainingConfig.MOMENTUM);

  private Candidates() {}

  /** The setting of a hyper-parameter. */
  static Setting<?> setting(Hyperparameter parameter) {
    return switch (parameter) {
      case WEIGHT_DECAY -> TrainingConfig.WEIGHT_DECAY;
      case DROPOUT -> TrainingConfig.DROPOUT;
      case MOMENTUM -> TrainingConfig.MOMENTUM;
      case BATCH_SIZE -> TrainingConfig.BATCH_SIZE;
    };
  }

  /**
   * The values that a command line gives for a hyper-parameter; distinct. Several momenta are
   * numbers: only a momentum that is not compared with others may be a range.
   */
  static List<Double> of(CommandSpec spec, Hyperparameter parameter) {
    return switch (parameter) {
      case WEIGHT_DECAY -> SettingOptions.candidates(spec, TrainingConfig.WEIGHT_DECAY);
      case DROPOUT -> SettingOptions.candidates(spec, TrainingConfig.DROPOUT);
      case MOMENTUM -> momenta(SettingOptions.candidates(spec, TrainingConfig.MOMENTUM));
      case BATCH_SIZE ->
          SettingOptions.candidates(spec, TrainingConfig.BATCH_SIZE).stream()
              .map(Integer::doubleValue)
              .toList();
    };
  }

  private static List<Double> momenta(List<MomentumRange> given) {
    for (MomentumRange momentum : given) {
      if (given.size() > 1 && momentum.low().isPresent()) {
        throw Require.invalid(
            TrainingConfig.MOMENTUM.option(),
            "one number for each of several candidates",
            momentum.toText(),
            "a sweep tries the momentum at the peak: give "
                + Numbers.exact(momentum.atPeak())
                + " for it");
      }
    }
    return given.stream().map(MomentumRange::atPeak).toList();
  }

  /** The configuration with the largest dropout tried, so that the network has a layer of it. */
  static TrainingConfig atLargestDropout(TrainingConfig config, ConfigOptions options) {
    return of(options.spec(), Hyperparameter.DROPOUT).stream()
        .max(Double::compare)
        .map(most -> config.with(TrainingConfig.DROPOUT, most))
        .orElse(config);
  }

  /**
   * The plan by which candidates are tried.
   *
   * @param cycleEpochs of a short cycle; 0 for none
   * @param peak of the short cycles, where it is given
   */
  static SweepPlan plan(TrainingConfig config, int cycleEpochs, OptionalDouble peak) {
    double momentum = config.policyChoice().momentumAtPeak();
    return new SweepPlan(
        config.slowRangeTest(momentum),
        config.rangeLoss(),
        config.minImagesOfSlowRangeTest(),
        config.get(TrainingConfig.RANGE_REPEATS),
        config.get(TrainingConfig.SEED),
        new ShortCycles(cycleEpochs, config.policyChoice(), peak));
  }

  /** The plan with the careful peak for short cycles where there are few images; says so. */
  static SweepPlan careful(SweepPlan plan, Experiment experiment, Console console) {
    OptionalDouble careful = experiment.carefulRate();
    if (!plan.byCycle() || plan.cycles().peak().isPresent() || careful.isEmpty()) {
      return plan;
    }
    console.say(
        Numbers.format(
            "Short cycles have a peak of %s, a careful rate for few images: the suggestions of range"
                + " tests of %,d images vary too much to compare by.",
            Numbers.brief(careful.getAsDouble()), experiment.train().size()));
    return plan.withCycles(plan.cycles().withPeak(careful.getAsDouble()));
  }
}
