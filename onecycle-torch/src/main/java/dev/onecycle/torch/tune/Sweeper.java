package dev.onecycle.torch.tune;

import dev.onecycle.data.batch.Sampler;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.range.RangeTest;
import dev.onecycle.run.tuning.Memo;
import dev.onecycle.schedule.MomentumRange;
import dev.onecycle.schedule.PolicyChoice;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.Setup;
import dev.onecycle.torch.train.TrainingPlan;
import dev.onecycle.torch.tune.TuningListener.Kind;
import dev.onecycle.torch.tune.TuningListener.Task;
import dev.onecycle.tune.Candidate;
import dev.onecycle.tune.CycleOutcome;
import dev.onecycle.tune.Hyperparameter;
import dev.onecycle.tune.Sweep;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Tries values of a hyper-parameter by training with them.
 *
 * <p>Candidates are paired: the same initial weights, batches and crops, so that what differs
 * between their curves is due to the value alone (for batch sizes, weights and order only). Nothing
 * but the tuning split is looked at.
 */
public final class Sweeper {
  /** The beginning of the name under which a memo keeps a range test. */
  public static final String RANGE_TEST = "range test at ";

  /** The beginning of the name under which a memo keeps a short cycle. */
  public static final String SHORT_CYCLE = "cycle of ";

  /** A shorter cycle says little about the whole training; small data is repeated more often. */
  public static final int MIN_CYCLE_STEPS = 50;

  private final Trials trials;
  private final ImageDataset train;
  private final Memo memo;
  private final TuningListener listener;
  private final BooleanSupplier stop;

  /**
   * Prepares sweeps over a tuning split, from random weights.
   *
   * @param train images to train on
   * @param validation images to evaluate short cycles on
   * @param memo keeps the results; {@link Memo#none} for a sweep that is not resumed
   * @param stop asked during cycles; true ends the sweep, as an interrupt ends a range test
   */
  public Sweeper(
      ImageDataset train,
      ImageDataset validation,
      Memo memo,
      TuningListener listener,
      BooleanSupplier stop) {
    this(
        train,
        validation,
        setup -> Learner.prepare(setup.network(), train, setup.settings()),
        memo,
        listener,
        stop);
  }

  /**
   * Prepares sweeps over a tuning split.
   *
   * @param learners a new one of each setup, with the weights that range tests and cycles begin
   *     with; they are closed here
   */
  public Sweeper(
      ImageDataset train,
      ImageDataset validation,
      Function<Setup, Learner> learners,
      Memo memo,
      TuningListener listener,
      BooleanSupplier stop) {
    this.trials = new Trials(train, validation, learners);
    this.train = train;
    this.memo = memo;
    this.listener = listener;
    this.stop = stop;
  }

  /**
   * Tries values and chooses one.
   *
   * @throws java.util.concurrent.CancellationException where it was interrupted or stopped
   */
  public Sweep sweep(Setup setup, Hyperparameter parameter, List<Double> values, SweepPlan plan) {
    SweepPlan longEnough = longEnough(plan, setup, parameter, values);
    List<Candidate> candidates = new ArrayList<>();
    for (double value : values) {
      candidates.add(tried(setup.with(parameter, value), parameter, value, longEnough));
    }
    Sweep sweep =
        plan.byCycle() ? Sweep.byCycle(parameter, candidates) : Sweep.byEdge(parameter, candidates);
    listener.swept(sweep);
    return sweep;
  }

  /** The plan, where its epochs are not given with so many that each cycle has steps enough. */
  private SweepPlan longEnough(
      SweepPlan plan, Setup setup, Hyperparameter parameter, List<Double> values) {
    if (!plan.byCycle()) {
      return plan;
    }
    int largest =
        values.stream()
            .mapToInt(value -> setup.with(parameter, value).batchSize())
            .max()
            .orElse(setup.batchSize());
    int asked = plan.cycles().epochs();
    int epochs = cycleEpochs(asked, train.size(), largest);
    if (epochs > asked) {
      listener.lengthened(asked, epochs);
    }
    return plan.withCycleEpochs(epochs);
  }

  /**
   * The epochs of a short cycle: as many as are asked for, or as many as make {@value
   * #MIN_CYCLE_STEPS} steps.
   */
  public static int cycleEpochs(int asked, int images, int batchSize) {
    int stepsPerEpoch = Sampler.shuffled(images, batchSize, 0).batchesPerEpoch();
    return Math.max(asked, (MIN_CYCLE_STEPS + stepsPerEpoch - 1) / stepsPerEpoch);
  }

  private Candidate tried(Setup setup, Hyperparameter parameter, double value, SweepPlan plan) {
    String title = parameter.title() + " " + parameter.text(value);
    Candidate candidate = Candidate.of(value, rangeTests(title, setup, plan));
    PolicyChoice policy =
        parameter == Hyperparameter.MOMENTUM
            ? plan.cycles().policy().withMomentum(MomentumRange.constant(value))
            : plan.cycles().policy();
    OptionalDouble peak = plan.cycles().peak();
    if (plan.byCycle() && peak.isEmpty()) {
      peak = suggested(candidate, steps(plan.cycles().epochs(), setup.batchSize()));
    }
    return plan.byCycle() && peak.isPresent()
        ? new Candidate(
            value,
            candidate.test(),
            Optional.of(shortCycle(title, setup, plan, policy, peak.getAsDouble())))
        : candidate;
  }

  private static OptionalDouble suggested(Candidate candidate, long steps) {
    return candidate.suggestion().stream().mapToDouble(peak -> peak.over(steps)).findFirst();
  }

  /** The optimizer steps of a training of so many epochs. */
  long steps(int epochs, int batchSize) {
    return TrainingPlan.of(epochs, batchSize).steps(train.size());
  }

  /**
   * Range tests of a setup over seeds.
   *
   * @param title what people call the setup
   */
  RangeSummary rangeTests(String title, Setup setup, SweepPlan plan) {
    List<RangeResult> results = new ArrayList<>();
    for (int i = 0; i < plan.repeats(); i++) {
      long seed = plan.seed() + i;
      String number = plan.repeats() == 1 ? "" : " " + (i + 1) + " of " + plan.repeats();
      Task task = new Task(Kind.RANGE_TEST, title + ", range test" + number);
      results.add(
          done(
              task,
              RANGE_TEST + key(setup, seed),
              RangeResult.class,
              () ->
                  trials.rangeTest(
                      setup,
                      plan.testAt(setup.batchSize()),
                      plan.loss(),
                      seed,
                      p -> advanced(task, p, plan.testAt(setup.batchSize())))));
    }
    return RangeSummary.of(results);
  }

  private void advanced(Task task, RangePoint point, RangeTest test) {
    String rate = Numbers.brief(point.learningRate());
    String message = "rate " + rate + "  loss " + Numbers.brief(point.loss());
    listener.advanced(task, point.step() + 1L, test.maxSteps(), message);
  }

  private CycleOutcome shortCycle(
      String title, Setup setup, SweepPlan plan, PolicyChoice policy, double peak) {
    Task task = new Task(Kind.SHORT_CYCLE, title + ", short cycle");
    int epochs = plan.cycles().epochs();
    long steps = steps(epochs, setup.batchSize());
    String message = "peak rate " + Numbers.brief(peak);
    return done(
        task,
        SHORT_CYCLE
            + epochs
            + " epochs to "
            + Numbers.exact(peak)
            + " at "
            + key(setup, plan.seed()),
        CycleOutcome.class,
        () ->
            trials.shortCycle(
                setup,
                policy,
                peak,
                epochs,
                plan.seed(),
                step -> listener.advanced(task, step, steps, message),
                stop));
  }

  /** Everything that candidates can differ by: equal setups are tried once in a tuning run. */
  private static String key(Setup setup, long seed) {
    StringBuilder key = new StringBuilder();
    for (Hyperparameter parameter : Hyperparameter.values()) {
      String value = Numbers.exact(setup.value(parameter));
      key.append(parameter.title()).append(' ').append(value).append(", ");
    }
    return key.append("seed ").append(seed).toString();
  }

  private <T> T done(Task task, String key, Class<T> type, Supplier<T> doing) {
    boolean before = memo.contains(key);
    T result = memo.computeIfAbsent(key, type, doing);
    listener.done(task, before);
    return result;
  }
}
