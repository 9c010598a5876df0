package dev.onecycle.torch.job;

import static dev.onecycle.torch.job.TrainingConfig.ACCEPT_STALE;
import static dev.onecycle.torch.job.TrainingConfig.LR_FROM;
import static dev.onecycle.torch.job.TrainingConfig.MAX_LR;
import static dev.onecycle.torch.job.TrainingConfig.MINUTES;
import static dev.onecycle.torch.job.TrainingConfig.OPTIMIZER;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.NoLearningRateException;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.range.RangeTest;
import dev.onecycle.range.SuggestedPeak;
import dev.onecycle.run.Conditions.Difference;
import dev.onecycle.run.files.FileNames;
import dev.onecycle.run.tuning.Evidence;
import dev.onecycle.text.Numbers;
import dev.onecycle.text.Shell;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;

/**
 * The peak learning rate of a run: given, found before, or found now by a range test.
 *
 * @param rate the rate
 * @param steps of the cycle that it is for
 * @param reason of the rate, in a few words
 * @param measuredNow whether a range test of this job found it
 * @param evidence that it rests on
 * @param acceptedDifferences to the conditions that it was found under
 */
public record PeakRate(
    double rate,
    long steps,
    String reason,
    boolean measuredNow,
    Evidence evidence,
    List<Difference> acceptedDifferences) {
  /**
   * A peak for few images: ResNet-20, batches of 32 and 20 epochs on 6, 30 and 129 CIFAR-10 images
   * were 0.7, 5.7 and 1.3 points below the best of six peaks from 0.003 to 0.6, which was 0.07; at
   * 0.2 and above they were at chance on 6 images, and 9.7 points below the best on 30.
   */
  private static final double CAREFUL_SGD = 0.03;

  /** D. P. Kingma and J. Ba (2015), "Adam", arXiv 1412.6980. */
  private static final double CAREFUL_ADAMW = 0.001;

  public PeakRate {
    acceptedDifferences = List.copyOf(acceptedDifferences);
  }

  /**
   * Makes sure that a range test, where one is to be run, has steps enough to be read.
   *
   * @throws InvalidValueException where it has not
   */
  static void requireReadable(TrainingConfig config) {
    if (config.find(MAX_LR).isEmpty() && config.find(LR_FROM).isEmpty()) {
      RangeTest unused = config.rangeTest(config.policyChoice().momentumAtPeak());
    }
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
              + " was found so; set it so, or "
              + again(experiment, stored.get())
              + ", or accept the rate with "
              + ACCEPT_STALE.name());
    }
  }

  /** How the rate is found again; no command knows the data of a program. */
  private static String again(Experiment experiment, StoredRate stored) {
    if (experiment.task().isPresent()) {
      return "leave out " + LR_FROM.name() + ": a range test then finds a rate";
    }
    Path found = FileNames.unused(stored.file());
    return "find the rate again with '"
        + Shell.line(stored.refreshCommand(experiment, found))
        + (stored.isRecipe()
            ? "' and train by the recipe that it writes"
            : "' and name " + found + " as " + LR_FROM.name() + swept(experiment.config(), stored));
  }

  /** A clause with the settings that a sweep chose, which a file of find-lr does not have. */
  private static String swept(TrainingConfig config, StoredRate stored) {
    String ofSweep = "file " + stored.file();
    List<String> words =
        TrainingConfig.settings().stream()
            .filter(setting -> config.origin(setting).equals(ofSweep))
            .flatMap(setting -> config.words(setting).stream())
            .toList();
    return words.isEmpty() ? "" : ", with " + Shell.line(words);
  }

  /**
   * Makes sure that a rate found before can be read, where the configuration names its file.
   *
   * @throws BadDataException naming the file
   */
  static void requireStored(TrainingConfig config) {
    Optional<StoredRate> unused = stored(config);
  }

  private static Optional<StoredRate> stored(TrainingConfig config) {
    return config.find(LR_FROM).map(file -> StoredRate.read(Path.of(file)));
  }

  /**
   * Runs the range tests of an experiment whose rate is neither given nor found before. They
   * suggest a rate, or they are of few images or of trained weights, for which there is a careful
   * one.
   *
   * @param limit the time of the whole job
   * @throws InvalidValueException where a range test does not fit into the time
   * @throws NoLearningRateException where a range test suggests no rate
   * @throws CancellationException where the range test was interrupted
   */
  static Optional<RangeSummary> tested(
      Experiment experiment, Optional<TimeLimit> limit, JobListener listener) {
    TrainingConfig config = experiment.config();
    if (config.find(LR_FROM).isPresent() || config.find(MAX_LR).isPresent()) {
      return Optional.empty();
    }
    RangeTests asked = RangeTests.of(experiment);
    RangeTests tests = limit.map(time -> asked.within(time, listener)).orElse(asked);
    RangeSummary summary = tests.run(listener);
    requireRate(tests, summary, config);
    return Optional.of(summary);
  }

  /**
   * Makes sure that range tests suggest a rate, or that a careful one is known: of few images, or
   * of a network that begins with weights.
   *
   * @throws NoLearningRateException where they do neither
   */
  static void requireRate(RangeTests tests, RangeSummary summary, TrainingConfig config) {
    if (summary.suggestion().isEmpty() && tests.carefulRateOfTraining(summary).isEmpty()) {
      throw new NoLearningRateException(
          summary.verdict().finding(), adviceWithoutRate(tests, summary, config));
    }
  }

  /**
   * The peak rate of an experiment.
   *
   * @param tested the range tests, where the rate is neither given nor found before
   * @param steps of the cycle
   */
  static PeakRate of(
      Experiment experiment, Optional<RangeSummary> tested, long steps, JobListener listener) {
    TrainingConfig config = experiment.config();
    PeakRate peak =
        stored(config)
            .map(stored -> found(stored, steps, experiment, listener))
            .or(() -> tested.map(tests -> suggested(tests, steps, experiment)))
            .orElseGet(
                () ->
                    new PeakRate(
                        config.find(MAX_LR).orElseThrow(),
                        steps,
                        "as given",
                        false,
                        Evidence.NONE,
                        List.of()));
    listener.peakRate(peak);
    tested.stream()
        .flatMap(tests -> RangeTests.of(experiment).doubts(tests, steps).stream())
        .filter(RangeTests.Doubt::isNews)
        .forEach(doubt -> listener.note(doubt.sentence()));
    if (peak.measuredNow && tested.flatMap(RangeSummary::suggestion).isEmpty()) {
      boolean few = RangeTests.of(experiment).ofFewImages();
      listener.note(
          Numbers.format(
              "%s range tests may %s; set max_lr to choose another peak",
              few ? "With few " + noun(experiment) + "s" : "Of a network that was trained before,",
              tested.filter(RangeTests::disagree).isPresent() ? "disagree" : "show no rate"));
    }
    return peak;
  }

  private static PeakRate found(
      StoredRate stored, long steps, Experiment experiment, JobListener listener) {
    OptionalLong foundFor = stored.length().over(experiment);
    double rate = stored.rate(steps, foundFor);
    boolean sameLength = foundFor.isPresent() && foundFor.getAsLong() == steps;
    String reason = "found before, in " + stored.file();
    if (!sameLength && stored.suggestion().isPresent()) {
      String then =
          foundFor.isPresent()
              ? Numbers.format(
                  ", where it is %s for a cycle of %,d steps",
                  Numbers.brief(stored.given()), foundFor.getAsLong())
              : "";
      reason += then + forSteps(steps);
    } else if (foundFor.isPresent() && !SuggestedPeak.sameFor(foundFor.getAsLong(), steps)) {
      listener.note(otherLength(stored, foundFor.getAsLong(), steps, experiment));
    }
    return new PeakRate(
        rate,
        steps,
        reason,
        false,
        stored.evidence(),
        stored.conditions().differencesTo(experiment.conditions()));
  }

  private static String otherLength(
      StoredRate stored, long foundFor, long steps, Experiment experiment) {
    TrainingConfig config = experiment.config();
    String again =
        config.find(MINUTES).isPresent() || experiment.task().isPresent()
            ? "set max_lr to choose another"
            : "find it again for this length with '"
                + Shell.line(stored.refreshCommand(experiment, FileNames.unused(stored.file())))
                + "', or set max_lr";
    return Numbers.format(
        "The peak %s of %s is for a cycle of %,d steps, and this cycle has %,d; the best peak"
            + " depends on the length: %s",
        Numbers.brief(stored.given()), stored.file(), foundFor, steps, again);
  }

  private static PeakRate suggested(RangeSummary tests, long steps, Experiment experiment) {
    if (tests.suggestion().isEmpty()) {
      double careful = careful(experiment.config()).orElseThrow();
      boolean few = RangeTests.of(experiment).ofFewImages();
      boolean disagree = RangeTests.disagree(tests);
      int count = tests.runs().size();
      String none = count == 1 ? "the range test gives none" : count + " range tests give none";
      return new PeakRate(
          careful,
          steps,
          (few
                  ? "a careful rate for few " + noun(experiment) + "s, since "
                  : "a careful rate, since ")
              + (disagree ? count + " range tests disagree" : none),
          true,
          Evidence.of(tests),
          List.of());
    }
    return new PeakRate(
        tests.suggestion().orElseThrow().over(steps),
        steps,
        Numbers.format(
            "the loss stayed low around %s and rose for good at %s%s",
            Numbers.rounded(tests.trough().orElseThrow().median(), 3),
            Numbers.rounded(tests.edge().orElseThrow().median(), 3),
            forSteps(steps)),
        true,
        Evidence.of(tests),
        List.of());
  }

  /** A careful rate for few images or trained weights, where one is known. */
  static OptionalDouble careful(TrainingConfig config) {
    return switch (config.get(OPTIMIZER)) {
      case SGD, NESTEROV -> OptionalDouble.of(CAREFUL_SGD);
      case ADAMW -> OptionalDouble.of(CAREFUL_ADAMW);
      case MUON -> OptionalDouble.empty();
    };
  }

  /**
   * The advice after a training has diverged. A range test is advised only where none gave the
   * rate, and where one can.
   *
   * @param peak of the training, lowered by its retries
   * @param testable whether a range test of the images can suggest a rate, see {@link RangeTests}
   */
  static String adviceAfterDivergence(TrainingConfig config, double peak, boolean testable) {
    return Numbers.format(
        "lower the peak learning rate: train anew with max_lr %s, a third of this peak%s",
        Numbers.rounded(peak / 3, 2),
        config.find(MAX_LR).isPresent() && testable
            ? ", or without max_lr: a range test then finds a rate"
            : "");
  }

  private static String noun(Experiment experiment) {
    return experiment.train().layout().noun();
  }

  private static String forSteps(long steps) {
    return Numbers.format("; the cycle has %,d steps", steps);
  }

  /** "such as 0.03", after a comma; empty where no careful rate is known. */
  static String suchAs(TrainingConfig config) {
    OptionalDouble rate = careful(config);
    return rate.isPresent() ? ", such as " + Numbers.brief(rate.getAsDouble()) : "";
  }

  private static String adviceWithoutRate(
      RangeTests tests, RangeSummary summary, TrainingConfig config) {
    if (tests.ofFewImages()) {
      // No advice of the tests themselves: on few images their edges are no guide.
      return "; give one as max_lr"
          + suchAs(config)
          + (careful(config).isPresent() ? ", a careful rate for few " + tests.noun() + "s." : ".");
    }
    return "; "
        + summary.verdict().advice()
        + "."
        + (summary.runs().size() == 1
            ? " Give one as max_lr, or repeat the test with range_repeats 3."
            : " Give one as max_lr.");
  }
}
