package dev.onecycle.torch.job;

import static dev.onecycle.torch.job.TrainingConfig.ACCEPT_STALE;
import static dev.onecycle.torch.job.TrainingConfig.LR_FROM;
import static dev.onecycle.torch.job.TrainingConfig.MAX_LR;
import static dev.onecycle.torch.job.TrainingConfig.RANGE_REPEATS;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.range.RangeTest;
import dev.onecycle.range.StopReason;
import dev.onecycle.run.Conditions;
import dev.onecycle.run.Conditions.Difference;
import dev.onecycle.run.tuning.Evidence;
import dev.onecycle.text.Numbers;
import dev.onecycle.text.Shell;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.LearningRateFinder;
import dev.onecycle.torch.train.Setup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;

/**
 * The peak learning rate of a run: given, found before, or found now by a range test.
 *
 * @param rate the rate
 * @param reason of the rate, in a few words
 * @param evidence that it rests on
 * @param acceptedDifferences to the conditions that it was found under
 */
public record PeakRate(
    double rate, String reason, Evidence evidence, List<Difference> acceptedDifferences) {
  public PeakRate {
    acceptedDifferences = List.copyOf(acceptedDifferences);
  }

  /**
   * Makes sure that a rate found before was found under the conditions of an experiment, or that
   * the configuration accepts others. Loads no engine.
   *
   * @throws InvalidValueException naming each condition that differs, and the command that finds
   *     the rate again
   * @throws BadDataException where the file of the rate cannot be read
   */
  static void requireFresh(Experiment experiment) {
    Optional<StoredRate> stored = stored(experiment.config());
    if (stored.isEmpty() || experiment.config().get(ACCEPT_STALE)) {
      return;
    }
    List<Difference> differences = stored.get().conditions().differencesTo(experiment.conditions());
    if (!differences.isEmpty()) {
      String which =
          differences.stream()
              .map(d -> d.title() + " must be " + d.found() + " but was " + d.now())
              .collect(Collectors.joining(", and "));
      throw InvalidValueException.ofSeveral(
          which
              + ", since the learning rate of "
              + stored.get().file()
              + " was found so; set it so, or find the rate again with '"
              + Shell.line(stored.get().refreshCommand(experiment))
              + "', or accept the rate with "
              + ACCEPT_STALE.name());
    }
  }

  private static Optional<StoredRate> stored(TrainingConfig config) {
    return config.find(LR_FROM).map(file -> StoredRate.read(Path.of(file)));
  }

  /**
   * The peak rate of an experiment.
   *
   * @throws BadDataException where a range test suggests none
   * @throws CancellationException where the range test was interrupted
   */
  static PeakRate of(Experiment experiment, JobListener listener) {
    TrainingConfig config = experiment.config();
    Optional<StoredRate> stored = stored(config);
    Optional<Double> given = config.find(MAX_LR);
    PeakRate peak =
        stored.isPresent()
            ? found(stored.get(), experiment.conditions())
            : given.isPresent()
                ? new PeakRate(given.get(), "as given", Evidence.NONE, List.of())
                : suggested(experiment, listener);
    listener.peakRate(peak);
    return peak;
  }

  private static PeakRate found(StoredRate stored, Conditions now) {
    return new PeakRate(
        stored.rate(),
        "found before, in " + stored.file(),
        stored.evidence(),
        stored.conditions().differencesTo(now));
  }

  private static PeakRate suggested(Experiment experiment, JobListener listener) {
    double momentum = experiment.setup().momentum();
    RangeSummary summary =
        rangeTests(experiment, experiment.config().rangeTest(momentum), listener);
    if (summary.suggestion().isEmpty()) {
      throw new BadDataException(
          "the range test gives no learning rate: "
              + summary.verdict().explanation()
              + " Give one as max_lr, or repeat the test with range_repeats 3.");
    }
    return new PeakRate(
        summary.suggestion().getAsDouble(),
        Numbers.format(
            "a tenth of %s, where the loss starts to rise for good",
            Numbers.brief(summary.edge().orElseThrow().median())),
        Evidence.of(summary),
        List.of());
  }

  /**
   * Range tests of an experiment, as many as its configuration says, each from a seed of its own:
   * the first weights, the order and the augmentation. They leave no trace in the learner.
   *
   * @throws CancellationException where one was interrupted
   */
  public static RangeSummary rangeTests(
      Experiment experiment, RangeTest plan, JobListener listener) {
    int tests = experiment.config().get(RANGE_REPEATS);
    List<RangeResult> results = new ArrayList<>();
    results.add(rangeTest(experiment, experiment.learner(), experiment.setup(), plan, 0, listener));
    for (int test = 1; test < tests; test++) {
      Setup setup = experiment.setup().withSeed(experiment.setup().settings().seed() + test);
      try (Learner learner =
          Learner.prepare(setup.network(), experiment.train(), setup.settings())) {
        results.add(rangeTest(experiment, learner, setup, plan, test, listener));
      }
    }
    return RangeSummary.of(results);
  }

  private static RangeResult rangeTest(
      Experiment experiment,
      Learner learner,
      Setup setup,
      RangeTest plan,
      int test,
      JobListener listener) {
    int tests = experiment.config().get(RANGE_REPEATS);
    RangeResult result =
        LearningRateFinder.run(
            learner,
            plan,
            experiment.train(),
            setup.augmentation(),
            setup.batchSize(),
            setup.settings().seed(),
            point -> listener.rangeTest(test, tests, plan, point));
    if (result.stop().reason() == StopReason.INTERRUPTED) {
      throw new CancellationException();
    }
    return result;
  }
}
