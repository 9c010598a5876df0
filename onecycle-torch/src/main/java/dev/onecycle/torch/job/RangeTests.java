package dev.onecycle.torch.job;

import static dev.onecycle.torch.job.TrainingConfig.MINUTES;
import static dev.onecycle.torch.job.TrainingConfig.RANGE_BATCHES;
import static dev.onecycle.torch.job.TrainingConfig.RANGE_LOSS;
import static dev.onecycle.torch.job.TrainingConfig.RANGE_REPEATS;
import static dev.onecycle.torch.job.TrainingConfig.RANGE_STEPS;

import dev.onecycle.data.Holdout;
import dev.onecycle.data.batch.Sampler;
import dev.onecycle.data.index.Split;
import dev.onecycle.data.sample.Dataset;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.NoLearningRateException;
import dev.onecycle.error.Require;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.range.RangeSummary.Spread;
import dev.onecycle.range.RangeTest;
import dev.onecycle.range.StopReason;
import dev.onecycle.range.Verdict;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.LearningRateFinder;
import dev.onecycle.torch.train.RangeLoss;
import dev.onecycle.torch.train.RangeLoss.Images;
import dev.onecycle.torch.train.Setup;
import dev.onecycle.torch.train.StepCost;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CancellationException;

/**
 * The range tests of an experiment, each from a seed of its own: the first weights, the order and
 * the augmentation.
 *
 * <p>A single test on few images says little: it sees the same few batches over and over, and its
 * edge is another with each seed. So where range_repeats is not given and a test would see every
 * image {@value #SEEN_OFTEN} times or more, it is repeated over {@value #REPEATS} seeds. And where
 * noise hides the curve, the test is run again with {@value #MORE_BATCHES} optimizer steps at each
 * rate over as many seeds, unless the configuration gives either number, or a time. It is then read
 * by the loss of held-out images, unless the configuration says otherwise or there are too few of
 * them: they are the same at every rate, while a training batch has more or less of a rare class.
 * Where the edge is uncertain, the test is run again with twice the steps: a fresh network may not
 * survive a fast rise to rates at which it learns after a slow one.
 */
public final class RangeTests {
  /** From so many times on a test has seen its images over and over. */
  static final int SEEN_OFTEN = 4;

  /** The tests over few images. */
  static final int REPEATS = 3;

  /** The optimizer steps at each rate of a test that follows one that could not be read. */
  static final int MORE_BATCHES = 4;

  /**
   * With fewer held-out images of the rarest class their loss falls below the loss of knowing
   * nothing by chance: with 5 of 100 it did in two of three tests on random labels.
   */
  static final int MIN_HELD_OUT_OF_A_CLASS = 20;

  /** The factor of the steps of a test that follows one with an uncertain edge. */
  private static final int SLOWER = 2;

  /** A suggestion of so many times the careful rate is doubted. */
  private static final double FAR_ABOVE = 30;

  private static final Set<Verdict.Kind> HIDDEN_BY_NOISE =
      EnumSet.of(Verdict.Kind.NOTHING_LEARNED, Verdict.Kind.NOISY, Verdict.Kind.SINGLE_LOSS);

  /** The verdicts that tell of no rate and of no fault either. */
  private static final Set<Verdict.Kind> SHOW_NO_RATE =
      EnumSet.of(
          Verdict.Kind.NOTHING_LEARNED,
          Verdict.Kind.NOISY,
          Verdict.Kind.SINGLE_LOSS,
          Verdict.Kind.FLAT,
          Verdict.Kind.NO_EDGE);

  /** The share of the time of a job that range tests may take. */
  private static final double SHARE = 0.5;

  private final Experiment experiment;
  private final RangeTest test;
  private final int count;
  private final RangeLoss loss;

  private RangeTests(Experiment experiment, RangeTest test, int count, RangeLoss loss) {
    this.experiment = experiment;
    this.test = test;
    this.count = count;
    this.loss = loss;
  }

  /**
   * The tests that the configuration of an experiment asks for.
   *
   * @throws InvalidValueException where their steps are too few to show an edge
   */
  public static RangeTests of(Experiment experiment) {
    RangeTest test = experiment.config().rangeTest(experiment.setup().momentum());
    return of(
        experiment,
        experiment.config().isGiven(RANGE_STEPS) || experiment.config().find(MINUTES).isPresent()
            ? test
            : test.withSteps(steps(experiment, test.steps())));
  }

  /** More steps for a long cycle, as long as no image is seen often. */
  private static int steps(Experiment experiment, int least) {
    int batches = experiment.config().rangeLoss().batches();
    int epoch =
        Sampler.shuffled(experiment.train().size(), experiment.setup().batchSize(), 0)
            .batchesPerEpoch();
    long most = (SEEN_OFTEN - 1L) * epoch;
    long wanted = Math.min(most, RangeTest.stepsFor(experiment.cycleSteps()));
    return (int) Math.max(least, wanted / batches);
  }

  private static RangeTests of(Experiment experiment, RangeTest test) {
    TrainingConfig config = experiment.config();
    RangeTests asked =
        new RangeTests(experiment, test, config.get(RANGE_REPEATS), config.rangeLoss());
    boolean repeat = !config.isGiven(RANGE_REPEATS) && asked.passes() >= SEEN_OFTEN;
    return repeat ? new RangeTests(experiment, test, REPEATS, asked.loss) : asked;
  }

  /** The number of tests. */
  public int count() {
    return count;
  }

  /** Whether the tests are repeated because they go through their images many times. */
  private boolean isRepeated() {
    return count > 1 && !experiment.config().isGiven(RANGE_REPEATS);
  }

  /** Whether there are few images, and the number of tests is not given. */
  public boolean ofFewImages() {
    TrainingConfig config = experiment.config();
    return isRepeated()
        || (!config.isGiven(RANGE_REPEATS) && ShortRun.isForFew(config, experiment.train().size()));
  }

  /**
   * The peak rate that a training takes where these tests are of few images and suggest none: they
   * disagree, or show nothing, as tests of few images may. Empty where they suggest a rate, where
   * the lowest rates were too high already, and where no careful rate is known for the optimizer.
   *
   * @param summary of these tests
   */
  public OptionalDouble carefulRate(RangeSummary summary) {
    return ofFewImages() && SHOW_NO_RATE.contains(summary.verdict().kind())
        ? PeakRate.careful(experiment.config())
        : OptionalDouble.empty();
  }

  /**
   * The peak rate that a training takes where these tests suggest none: as {@link
   * #carefulRate(RangeSummary)}, or because the training begins with weights. A network that fits
   * its images already has no loss to lose at low rates, so that its curve may show no edge.
   */
  OptionalDouble carefulRateOfTraining(RangeSummary summary) {
    boolean trained = experiment.config().find(TrainingConfig.FROM).isPresent();
    return trained && SHOW_NO_RATE.contains(summary.verdict().kind())
        ? PeakRate.careful(experiment.config())
        : carefulRate(summary);
  }

  /**
   * A reason to distrust a suggestion.
   *
   * @param sentence without its full stop
   */
  public record Doubt(Kind kind, String sentence) {
    /** The kinds of doubt. */
    public enum Kind {
      /** The loss had risen long before the edge, or stayed near knowing nothing long after. */
      UNCERTAIN,
      /** The tests saw the same few images over and over, so their result depends on the seed. */
      FEW_IMAGES,
      /** The suggestion is far above the careful rate for few images. */
      TOO_HIGH,
      /** The tests suggest other rates with other seeds. */
      SEEDS_DISAGREE
    }

    /** Whether the sentences of a verdict do not say it. */
    public boolean isNews() {
      return kind == Kind.TOO_HIGH || kind == Kind.SEEDS_DISAGREE;
    }

    /**
     * The doubt where the tests suggest other peaks for a cycle with other seeds; empty where they
     * agree, or suggest none.
     *
     * @param steps of the cycle
     */
    public static Optional<Doubt> ofSeeds(RangeSummary summary, long steps) {
      return summary
          .disagreement(steps)
          .filter(peaks -> summary.suggestion().isPresent())
          .map(
              peaks ->
                  new Doubt(
                      Kind.SEEDS_DISAGREE,
                      Numbers.format(
                          "The seed of a test decides its rate: for a cycle of %,d steps the tests"
                              + " suggest from %s to %s. Set range_steps to more steps, or compare"
                              + " trainings at several rates",
                          steps,
                          Numbers.rounded(peaks.low(), 3),
                          Numbers.rounded(peaks.high(), 3))));
    }

    /** The doubt that the curves themselves give; empty where they give none or no suggestion. */
    public static Optional<Doubt> ofCurves(RangeSummary summary) {
      Verdict verdict = summary.verdict();
      return verdict.suggests() && !verdict.clear()
          ? Optional.of(new Doubt(Kind.UNCERTAIN, verdict.finding() + "; " + verdict.advice()))
          : Optional.empty();
    }
  }

  /** The reasons to distrust the suggestion of these tests; none where they suggest none. */
  public List<Doubt> doubts(RangeSummary summary) {
    return doubts(summary, experiment.cycleSteps());
  }

  /** As {@link #doubts(RangeSummary)}, for a cycle of so many steps. */
  List<Doubt> doubts(RangeSummary summary, long steps) {
    if (summary.suggestion().isEmpty()) {
      return List.of();
    }
    List<Doubt> doubts = new ArrayList<>();
    Doubt.ofCurves(summary).ifPresent(doubts::add);
    if (ofFewImages()) {
      doubts.add(
          new Doubt(
              Doubt.Kind.FEW_IMAGES,
              Numbers.format(
                  "Range tests of %,d training %ss see the same few over and over, and their result"
                      + " depends on the seed",
                  experiment.train().size(), noun())));
    }
    tooHigh(summary).ifPresent(doubts::add);
    Doubt.ofSeeds(summary, steps).ifPresent(doubts::add);
    return List.copyOf(doubts);
  }

  /**
   * The reasons to distrust the suggestion of a sweep or a tuning in an experiment.
   *
   * @param steps of the cycle that the suggestion is for
   */
  public static List<Doubt> doubts(Experiment experiment, RangeSummary summary, long steps) {
    RangeTest quick = experiment.config().quickRangeTest(experiment.setup().momentum());
    return of(experiment, quick).doubts(summary, steps);
  }

  /**
   * The doubt about a suggestion of tests of few images that is far above the careful rate. AdamW
   * on 24 images of two colours, two a batch: three tests agreed on 0.4 to 0.6. It trained to the
   * same accuracy as 0.001, but to ten times its loss.
   */
  private Optional<Doubt> tooHigh(RangeSummary summary) {
    double careful = PeakRate.careful(experiment.config()).orElse(Double.POSITIVE_INFINITY);
    return summary
        .suggestion()
        .filter(peak -> ofFewImages() && peak.inShortCycle() > FAR_ABOVE * careful)
        .map(
            peak ->
                new Doubt(
                    Doubt.Kind.TOO_HIGH,
                    Numbers.format(
                        "The suggestion may be too high: the loss of %ss that a test sees over and"
                            + " over stays low at rates at which no others are learned. If the"
                            + " training is poor, set max_lr to %s, a careful rate for few %ss",
                        noun(), Numbers.brief(careful), noun())));
  }

  /** Whether most tests show an edge, but not the same rates. */
  static boolean disagree(RangeSummary summary) {
    int edges = summary.edge().map(Spread::count).orElse(0);
    return summary.verdict().kind() == Verdict.Kind.NOISY && 2 * edges > summary.runs().size();
  }

  /** Each of the tests. */
  public RangeTest test() {
    return test;
  }

  /** The loss that each of the tests records at a rate. */
  public RangeLoss loss() {
    return loss;
  }

  /** The number of times that a test goes through the training images. */
  double passes() {
    Sampler sampler =
        Sampler.shuffled(experiment.train().size(), experiment.setup().batchSize(), 0);
    return (double) test.steps() * loss.batches() / sampler.batchesPerEpoch();
  }

  /**
   * These tests as they fit into the time of a job: they may take half of it, and are shortened to
   * that where their steps are not given, down to the fewest that can show an edge.
   *
   * @throws InvalidValueException where they do not fit
   */
  RangeTests within(TimeLimit limit, JobListener listener) {
    double left = limit.secondsLeft();
    double rest = CycleLength.shortest(experiment, limit);
    double budget = Math.min(SHARE * left, left - rest);
    if (seconds(test, limit) <= budget) {
      return this;
    }
    TrainingConfig config = experiment.config();
    int least = config.isGiven(RANGE_STEPS) ? test.steps() : config.minRangeSteps(test);
    int steps = test.steps();
    while (steps > least && seconds(test.withSteps(steps), limit) > budget) {
      steps--;
    }
    RangeTest shorter = test.withSteps(steps);
    double seconds = seconds(shorter, limit);
    if (seconds > budget) {
      double needed = limit.secondsPassed() + Math.max(seconds / SHARE, seconds + rest);
      throw Require.invalid(
          config.label(MINUTES),
          Numbers.format(
              "at least %s, since %s of %d steps %s about %s minutes and may take half of the"
                  + " time that is left after the first %s,",
              minutes(needed),
              count == 1 ? "the range test" : count + " range tests",
              steps,
              count == 1 ? "needs" : "need",
              Numbers.rounded(seconds / 60, 2),
              Numbers.rounded(limit.secondsPassed() / 60, 1)),
          limit.minutes(),
          "give more time, or a peak rate as max_lr");
    }
    listener.note(
        Numbers.format(
            "The range test has %d steps instead of %d, so that it takes no more than half of the"
                + " %s minutes",
            steps, test.steps(), Numbers.brief(limit.minutes())));
    return new RangeTests(experiment, shorter, count, loss);
  }

  /** Minutes rounded up, so that the number works when it is given. */
  private static String minutes(double seconds) {
    return Numbers.brief(Math.ceil(seconds / 60 * 1.1 * 100) / 100);
  }

  private double seconds(RangeTest of, TimeLimit limit) {
    return count * of.maxSteps() * loss.seconds(limit.cost(), experiment.evaluation().size());
  }

  /**
   * Runs the tests. They leave no trace in the experiment's learner.
   *
   * @throws NoLearningRateException where every step would see all training images: a loss of
   *     images that the step before has just learned stays low up to rates at which no training
   *     works, on 6 images up to 100
   * @throws CancellationException where one was interrupted
   */
  public RangeSummary run(JobListener listener) {
    int images = experiment.train().size();
    if (experiment.setup().batchSize() >= images) {
      throw new NoLearningRateException(
          Numbers.format("each of its steps would see all %,d training %ss", images, noun()),
          Numbers.format(
              "; give a peak rate as max_lr%s, or a smaller batch_size",
              PeakRate.suchAs(experiment.config())));
    }
    if (isRepeated()) {
      listener.note(
          Numbers.format(
              "A range test of %d steps goes %.0f times through the %,d training %ss, and its"
                  + " result depends on the seed: %d tests are run, each with a seed of its own",
              test.steps(), passes(), experiment.train().size(), noun(), count));
    }
    long begin = System.nanoTime();
    RangeSummary summary = runOnce(listener);
    double seconds = (System.nanoTime() - begin) / 1e9;
    Optional<RangeTests> slower = slowerAfter(summary);
    if (slower.isPresent()) {
      listener.note(
          Numbers.format(
              "%s. The range test is run again with %d steps, which takes at most about %s",
              summary.verdict().finding(),
              slower.get().test.steps(),
              Numbers.duration(slower.get().secondsAfter(this, summary, seconds))));
      return preferred(summary, slower.get().runOnce(listener));
    }
    if (!HIDDEN_BY_NOISE.contains(summary.verdict().kind()) || !mayRunAgain()) {
      return summary;
    }
    int used = usedOfHeldOut();
    boolean byHeldOut = used > 0 && !experiment.config().isGiven(RANGE_LOSS);
    RangeTests again = longer(byHeldOut ? Images.VALIDATION : loss.images());
    String by = byHeldOut ? Numbers.format(", by the loss of %d held-out %ss", used, noun()) : "";
    listener.note(
        Numbers.format(
            "%s. The range test is run again with %d seeds and %d steps at each rate%s, which takes"
                + " at most about %s",
            summary.verdict().finding(),
            REPEATS,
            MORE_BATCHES,
            by,
            Numbers.duration(again.secondsAfter(this, summary, seconds))));
    return again.runOnce(listener);
  }

  /**
   * The tests of more steps that follow where the edge of these is uncertain; empty where it is
   * not, where steps or a time are given, and where the tests would see images often.
   */
  Optional<RangeTests> slowerAfter(RangeSummary summary) {
    TrainingConfig config = experiment.config();
    boolean may =
        !config.isGiven(RANGE_STEPS)
            && config.find(MINUTES).isEmpty()
            && SLOWER * passes() < SEEN_OFTEN;
    return may && summary.verdict().kind() == Verdict.Kind.UNCERTAIN
        ? Optional.of(
            new RangeTests(experiment, test.withSteps(SLOWER * test.steps()), count, loss))
        : Optional.empty();
  }

  /** The slower tests, unless they suggest nothing: an uncertain rate is more than none. */
  static RangeSummary preferred(RangeSummary uncertain, RangeSummary slower) {
    return slower.suggestion().isPresent() ? slower : uncertain;
  }

  /**
   * The tests that follow where noise hid the curves of these. They take more steps at each rate,
   * so the rates need not be more for a long cycle.
   */
  RangeTests longer(Images read) {
    RangeTest usual =
        experiment.config().isGiven(RANGE_STEPS)
            ? test
            : test.withSteps(Math.min(test.steps(), RangeTest.STEPS));
    return new RangeTests(experiment, usual, REPEATS, new RangeLoss(MORE_BATCHES, read));
  }

  /**
   * The time that these tests take at most, by the time that others took.
   *
   * @param seconds of the others, whose results are in the summary
   */
  double secondsAfter(RangeTests others, RangeSummary summary, double seconds) {
    StepCost inSteps = StepCost.inSteps(experiment.setup().batchSize());
    int heldOut = experiment.evaluation().size();
    int points = summary.runs().stream().mapToInt(run -> run.points().size()).sum();
    double step = seconds / (points * others.loss.seconds(inSteps, heldOut));
    return count * test.maxSteps() * loss.seconds(inSteps, heldOut) * step;
  }

  /** The held-out samples of a test by their loss; 0 where they are too few to tell anything. */
  private int usedOfHeldOut() {
    Dataset train = experiment.train();
    if (testIsEvaluated() && train.hasClasses() && rarest(train) < MIN_HELD_OUT_OF_A_CLASS) {
      return 0; // a class may have one image, of which none can be held out
    }
    Dataset heldOut = heldOut(experiment.setup());
    int used = Math.min(heldOut.size(), LearningRateFinder.MAX_HELD_OUT);
    long rarest = heldOut.hasClasses() ? rarest(heldOut) * used / heldOut.size() : used;
    return rarest >= MIN_HELD_OUT_OF_A_CLASS ? used : 0;
  }

  private static long rarest(Dataset data) {
    return Arrays.stream(data.classCounts()).min().orElse(0);
  }

  private boolean mayRunAgain() {
    TrainingConfig config = experiment.config();
    return !config.isGiven(RANGE_REPEATS)
        && !config.isGiven(RANGE_BATCHES)
        && config.find(MINUTES).isEmpty();
  }

  private RangeSummary runOnce(JobListener listener) {
    listener.rangeTests(this);
    List<RangeResult> results = new ArrayList<>();
    results.add(run(experiment.learner(), experiment.setup(), 0, listener));
    for (int number = 1; number < count; number++) {
      Setup setup = experiment.setup().withSeed(experiment.setup().settings().seed() + number);
      try (Learner learner = experiment.newLearner(setup)) {
        results.add(run(learner, setup, number, listener));
      }
    }
    return RangeSummary.of(results);
  }

  private RangeResult run(Learner learner, Setup setup, int number, JobListener listener) {
    RangeResult result =
        finder(setup)
            .run(
                learner,
                test,
                setup.settings().seed(),
                point -> listener.rangeTest(number, count, test, point));
    if (result.stop().reason() == StopReason.INTERRUPTED) {
      throw new CancellationException();
    }
    return result;
  }

  /** Nothing is held out for a test on training batches: a class may have one image alone. */
  private LearningRateFinder finder(Setup setup) {
    if (loss.images() == Images.TRAIN) {
      return LearningRateFinder.of(setup, experiment.train()).withBatches(loss.batches());
    }
    Dataset train = testIsEvaluated() ? tenth(setup).rest() : experiment.train();
    return LearningRateFinder.of(setup, train).with(loss, heldOut(setup));
  }

  /** Test images choose no rate: where they are what is evaluated, a tenth is held out. */
  private Dataset heldOut(Setup setup) {
    return testIsEvaluated() ? tenth(setup).part() : experiment.evaluation();
  }

  /** Of the training samples: "image" or "sample". */
  String noun() {
    return experiment.train().layout().noun();
  }

  private boolean testIsEvaluated() {
    return experiment.evaluationName().equals(Split.TEST);
  }

  private Holdout tenth(Setup setup) {
    return Holdout.of(experiment.trainImages(), Holdout.TENTH, setup.settings().seed());
  }
}
