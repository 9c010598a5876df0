package dev.onecycle.cli;

import dev.onecycle.data.TuningData;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.Normalization;
import dev.onecycle.torch.train.Setup;
import dev.onecycle.torch.train.StepCost;
import dev.onecycle.torch.tune.SweepPlan;
import dev.onecycle.tune.BatchSizeResult;
import dev.onecycle.tune.BatchTrial;
import dev.onecycle.tune.Sweep;
import dev.onecycle.tune.TuningWatcher;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Says how long sweeps and tuning will take, then how far the whole of it is. */
final class TuningProgress implements TuningWatcher, AutoCloseable {
  private static final Duration MEASURED = Duration.ofSeconds(2);
  private static final double SECONDS_A_BATCH_TRIAL = 5;

  /** Most range tests stop before their end. */
  private static final double SHARE_OF_RANGE = 0.9;

  private final Console console;
  private final Map<Kind, Integer> left = new EnumMap<>(Kind.class);
  private final Map<Kind, Double> seconds = new EnumMap<>(Kind.class);
  private boolean search;
  private int batchSize;
  private double secondsDone;
  private @Nullable Bar bar;

  TuningProgress(Console console) {
    this.console = console;
  }

  /** What is to come: so many tests and cycles, and so many trials of a search for a batch size. */
  void expect(int rangeTests, int shortCycles, int batchTrials, boolean searched) {
    left.put(Kind.RANGE_TEST, rangeTests);
    left.put(Kind.SHORT_CYCLE, shortCycles);
    left.put(Kind.BATCH_SIZES, searched ? 1 : 0);
    seconds.put(Kind.BATCH_SIZES, batchTrials * SECONDS_A_BATCH_TRIAL);
    search = searched;
  }

  /** Measures what a step costs, and says how long the whole will take. */
  void costs(Setup setup, SweepPlan plan, TuningData data, Console to) {
    StepCost cost;
    try (Learner learner =
        new Learner(setup.network(), Normalization.of(data.train()), setup.settings())) {
      cost = StepCost.measure(learner, setup, data.train(), MEASURED);
    }
    batchSize = setup.batchSize();
    int stepsPerEpoch = (data.train().size() + batchSize - 1) / batchSize;
    seconds.put(Kind.RANGE_TEST, SHARE_OF_RANGE * plan.test().steps() * cost.secondsPerStep());
    seconds.put(
        Kind.SHORT_CYCLE,
        cost.seconds(
            (long) plan.cycleEpochs() * stepsPerEpoch, stepsPerEpoch, data.validation().size()));
    to.say(
        Numbers.format(
            "This will take about %s%s: %s.",
            duration(remaining()),
            search ? ", more or less as the batch size is larger or smaller" : "",
            parts()));
  }

  private String parts() {
    StringBuilder parts = new StringBuilder();
    add(parts, Kind.BATCH_SIZES, "a search for the batch size", "searches");
    add(parts, Kind.RANGE_TEST, "a range test", "range tests");
    add(parts, Kind.SHORT_CYCLE, "a short cycle", "short cycles");
    return parts.toString();
  }

  private void add(StringBuilder parts, Kind kind, String one, String many) {
    int count = left.getOrDefault(kind, 0);
    if (count > 0) {
      parts
          .append(parts.isEmpty() ? "" : ", ")
          .append(count == 1 ? one : count + " " + many + " of")
          .append(" ")
          .append(duration(seconds.getOrDefault(kind, 0.0)));
    }
  }

  private static String duration(double seconds) {
    return seconds < 90
        ? Numbers.format("%.0f s", seconds)
        : Numbers.format("%.0f minutes", seconds / 60);
  }

  private double remaining() {
    double sum = 0;
    for (Kind kind : Kind.values()) {
      sum += left.getOrDefault(kind, 0) * seconds.getOrDefault(kind, 0.0);
    }
    return sum;
  }

  @Override
  public void advanced(Task task, long done, long total, String message) {
    double share = Math.min(1.0, (double) done / total);
    double at = secondsDone + share * seconds.getOrDefault(task.kind(), 0.0);
    if (bar == null) {
      bar = new Bar(console, "tuning", Math.max(1, Math.round(secondsDone + remaining())), " s");
    }
    bar.at(Math.round(at), task.title() + "  " + message);
  }

  @Override
  public void done(Task task) {
    secondsDone += seconds.getOrDefault(task.kind(), 0.0);
    left.merge(task.kind(), -1, Integer::sum);
  }

  @Override
  public void tried(BatchTrial trial) {
    BatchSizeView.say(console, trial);
  }

  @Override
  public void batchSize(BatchSizeResult result, int used) {
    close();
    seconds.computeIfPresent(
        Kind.RANGE_TEST, (kind, value) -> value * used / Math.max(1, batchSize));
    batchSize = used;
    BatchSizeView.show(console, result);
  }

  @Override
  public void swept(Sweep sweep) {
    close();
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
