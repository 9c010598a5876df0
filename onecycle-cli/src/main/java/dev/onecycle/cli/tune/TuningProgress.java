package dev.onecycle.cli.tune;

import dev.onecycle.cli.console.Bar;
import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.OptionWording;
import dev.onecycle.run.tuning.TuningJournal;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.job.Experiment;
import dev.onecycle.torch.train.Setup;
import dev.onecycle.torch.train.StepCost;
import dev.onecycle.torch.tune.SweepPlan;
import dev.onecycle.torch.tune.Sweeper;
import dev.onecycle.torch.tune.Tuner;
import dev.onecycle.torch.tune.TuningListener;
import dev.onecycle.tune.BatchSizeResult;
import dev.onecycle.tune.BatchTrial;
import dev.onecycle.tune.Sweep;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says how long sweeps and tuning will take, then how far the whole of it is. */
final class TuningProgress implements TuningListener, AutoCloseable {
  private static final Duration MAX_MEASURED = Duration.ofSeconds(2);

  /** Enough to tell seconds from minutes. */
  private static final int MAX_MEASURED_STEPS = 20;

  private static final double SECONDS_A_BATCH_TRIAL = 5;

  private final Console console;
  private final String work;
  private final Experiment experiment;
  private final Optional<String> advice;
  private final Map<Kind, Integer> left = new EnumMap<>(Kind.class);
  private final Map<Kind, Integer> kept = new EnumMap<>(Kind.class);
  private final Map<Kind, Double> seconds = new EnumMap<>(Kind.class);
  private @Nullable SweepPlan plan;
  private int batchSize;
  private double secondsDone;
  private @Nullable Bar bar;

  /**
   * Progress that is said.
   *
   * @param work its name: "sweep", "tuning"
   * @param advice options of the command that may help where no candidate can be chosen, to be said
   *     with the reason; empty where the command ends with that reason itself
   */
  TuningProgress(Console console, String work, Experiment experiment, Optional<String> advice) {
    this.advice = advice;
    this.work = work;
    this.console = console;
    this.experiment = experiment;
    this.batchSize = experiment.setup().batchSize();
  }

  /** The work ahead: range tests, short cycles, and trials of a search for a batch size. */
  void expect(int rangeTests, int shortCycles, int batchTrials) {
    left.put(Kind.RANGE_TEST, rangeTests);
    left.put(Kind.SHORT_CYCLE, shortCycles);
    left.put(Kind.BATCH_SIZES, batchTrials > 0 ? 1 : 0);
    seconds.put(Kind.BATCH_SIZES, batchTrials * SECONDS_A_BATCH_TRIAL);
  }

  /** Work of that ahead is kept from an earlier call, and takes no time. */
  void kept(TuningJournal journal) {
    kept(Kind.RANGE_TEST, journal.size(Sweeper.RANGE_TEST));
    kept(Kind.SHORT_CYCLE, journal.size(Sweeper.SHORT_CYCLE));
    kept(Kind.BATCH_SIZES, journal.contains(Tuner.BATCH_SIZES) ? 1 : 0);
    if (journal.isConcluded()) {
      left.clear(); // the same setup may have been asked for twice, and is kept once
    }
  }

  /** Whether every result is kept from an earlier call. */
  boolean nothingAhead() {
    return left.values().stream().allMatch(count -> count <= 0);
  }

  private void kept(Kind kind, int count) {
    kept.put(kind, count);
    left.computeIfPresent(kind, (of, ahead) -> Math.max(0, ahead - count));
  }

  /** Measures in this process the cost of a step. */
  void measure(SweepPlan tried) {
    Setup setup = experiment.setup();
    StepCost cost =
        StepCost.measure(
            experiment.learner(), setup, experiment.train(), MAX_MEASURED, MAX_MEASURED_STEPS);
    experiment.releaseLearner(); // each trial has a network of its own
    costs(cost, tried);
  }

  /** Takes the cost of a step from a trial: of a size that may not fit into this process. */
  void measured(BatchTrial trial, SweepPlan tried) {
    double image = 1 / trial.samplesPerSecond().orElse(Double.POSITIVE_INFINITY);
    int size = experiment.setup().batchSize();
    costs(new StepCost(image * size, image * StepCost.SHARE_OF_STEP), tried);
  }

  private void costs(StepCost cost, SweepPlan tried) {
    plan = tried;
    int stepsPerEpoch = (experiment.train().size() + batchSize - 1) / batchSize;
    double evaluation = experiment.evaluation().size() * cost.secondsPerEvaluatedImage();
    double secondsPerRate = tried.loss().seconds(cost, experiment.evaluation().size());
    seconds.put(Kind.RANGE_TEST, steps(batchSize) * secondsPerRate);
    int epochs = Sweeper.cycleEpochs(tried.cycles().epochs(), experiment.train().size(), batchSize);
    seconds.put(
        Kind.SHORT_CYCLE, cost.seconds((long) epochs * stepsPerEpoch, stepsPerEpoch, evaluation));
  }

  /** From now on range tests are at another batch size, or at several: their mean. */
  void at(double size) {
    double before = batchSize * (double) steps(batchSize);
    double now = size * steps((int) Math.round(size));
    seconds.computeIfPresent(Kind.RANGE_TEST, (kind, value) -> value * now / Math.max(1, before));
    batchSize = (int) Math.round(size);
  }

  private int steps(int size) {
    return plan == null ? 1 : plan.testAt(size).maxSteps();
  }

  /** Says how long the whole will take at most: range tests may stop before their end. */
  void announce() {
    if (nothingAhead()) {
      console.say("Every result is there already: nothing is tried again.");
      return;
    }
    boolean searched = left.getOrDefault(Kind.BATCH_SIZES, 0) > 0;
    console.say(
        Numbers.format(
            "This will take at most about %s%s: %s.",
            Numbers.duration(remaining()),
            searched ? ", more or less as the batch size is larger or smaller" : "",
            parts()));
  }

  private String parts() {
    StringBuilder parts = new StringBuilder();
    add(parts, Kind.BATCH_SIZES, "a search for the batch size of", "searches of");
    add(parts, Kind.RANGE_TEST, "a range test of", "range tests of");
    add(parts, Kind.SHORT_CYCLE, "a short cycle of", "short cycles of");
    return parts.toString();
  }

  private void add(StringBuilder parts, Kind kind, String one, String many) {
    int count = left.getOrDefault(kind, 0);
    if (count > 0) {
      parts.append(parts.isEmpty() ? "" : ", ").append(count == 1 ? one : count + " " + many);
      parts.append(" ").append(Numbers.duration(seconds.getOrDefault(kind, 0.0)));
    }
  }

  private double remaining() {
    double sum = 0;
    for (Kind kind : Kind.values()) {
      sum += Math.max(0, left.getOrDefault(kind, 0)) * seconds.getOrDefault(kind, 0.0);
    }
    return sum;
  }

  @Override
  public void lengthened(int asked, int epochs) {
    close();
    console.say(
        Numbers.format(
            "Each short cycle has %d epochs instead of %d: fewer than %d steps say little",
            epochs, asked, Sweeper.MIN_CYCLE_STEPS));
  }

  @Override
  public void advanced(Task task, long done, long total, String message) {
    double share = Math.min(1.0, (double) done / total);
    double at = secondsDone + share * seconds.getOrDefault(task.kind(), 0.0);
    if (bar == null) {
      bar = new Bar(console, work, Math.max(1, Math.round(secondsDone + remaining())), " s");
    }
    bar.at(Math.round(at), task.title() + "  " + message);
  }

  @Override
  public void done(Task task, boolean before) {
    secondsDone += before ? 0 : seconds.getOrDefault(task.kind(), 0.0);
    if (before && kept.getOrDefault(task.kind(), 0) > 0) {
      kept.merge(task.kind(), -1, Integer::sum); // was never counted as work ahead
      return;
    }
    left.merge(task.kind(), -1, Integer::sum);
    if (before) {
      close(); // the whole has become shorter
    }
  }

  @Override
  public void note(String sentence) {
    close();
    console.say(OptionWording.of(sentence) + ".");
  }

  @Override
  public void tried(BatchTrial trial) {
    BatchSizeView.say(console, trial);
  }

  @Override
  public void batchSize(BatchSizeResult result, int used) {
    close();
    BatchSizeView.show(console, result);
    at(used);
  }

  @Override
  public void swept(Sweep sweep) {
    close();
    SweepView.show(console, sweep, c -> SweepView.steps(sweep, c, experiment, batchSize), advice);
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
