package dev.onecycle.torch.tune;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.error.BadDataException;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.run.tuning.Memo;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.Setup;
import dev.onecycle.torch.tune.TuningListener.Kind;
import dev.onecycle.torch.tune.TuningListener.Task;
import dev.onecycle.tune.BatchSizeResult;
import dev.onecycle.tune.BatchSizes;
import dev.onecycle.tune.BatchTrial;
import dev.onecycle.tune.Candidate;
import dev.onecycle.tune.Hyperparameter;
import dev.onecycle.tune.Sweep;
import dev.onecycle.tune.TuningResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * Chooses the hyper-parameters in the sources' order, each under what was chosen before: batch
 * size, weight decay, dropout, and the peak rate last, because it depends on all the others.
 *
 * <p><i>Source:</i> L. N. Smith, "A disciplined approach to neural network hyper-parameters: part
 * 1" (2018, arXiv 1803.09820, section 5); S. Gugger, "The 1cycle policy" (2018). <i>Deviation:</i>
 * they choose by eye; here every choice has a rule ({@link BatchSizeResult}, {@link Sweep}).
 */
public final class Tuner {
  /** The name under which a memo keeps the search for a batch size. */
  public static final String BATCH_SIZES = "batch sizes";

  private final Sweeper sweeper;
  private final Memo memo;
  private final TuningListener listener;

  /**
   * Prepares tuning on a tuning split, which must not hold test images, from random weights.
   *
   * @param memo keeps the results, so that a tuning run can be resumed
   * @param stop asked during cycles; true ends the run, as an interrupt ends a range test
   */
  public Tuner(
      ImageDataset train,
      ImageDataset validation,
      Memo memo,
      TuningListener listener,
      BooleanSupplier stop) {
    this(new Sweeper(train, validation, memo, listener, stop), memo, listener);
  }

  /**
   * Prepares tuning on a tuning split, which must not hold test images.
   *
   * @param learners a new one of each setup, with the weights that range tests and cycles begin
   *     with; they are closed here
   */
  public Tuner(
      ImageDataset train,
      ImageDataset validation,
      Function<Setup, Learner> learners,
      Memo memo,
      TuningListener listener,
      BooleanSupplier stop) {
    this(new Sweeper(train, validation, learners, memo, listener, stop), memo, listener);
  }

  private Tuner(Sweeper sweeper, Memo memo, TuningListener listener) {
    this.sweeper = sweeper;
    this.memo = memo;
    this.listener = listener;
  }

  /**
   * Tunes.
   *
   * @param setup the settings that are not tuned, and the starting values of those that are
   * @param trial tries a batch size and answers whatever happens, see {@link BatchSizeTrial}
   * @throws BadDataException where the evidence does not tell what to choose
   * @throws java.util.concurrent.CancellationException where it was interrupted or stopped
   */
  public TuningResult tune(Setup setup, TuningPlan plan, IntFunction<BatchTrial> trial) {
    Setup current = setup;
    List<Sweep> sweeps = new ArrayList<>();
    Optional<BatchSizeResult> sizes = plan.batchSizes().map(search -> search(search, trial));
    if (sizes.isPresent()) {
      current = sized(current, sizes.get(), plan, sweeps);
    }
    current = swept(current, Hyperparameter.WEIGHT_DECAY, plan.weightDecays(), plan, sweeps);
    current = swept(current, Hyperparameter.DROPOUT, plan.dropouts(), plan, sweeps);
    RangeSummary range =
        sweeper.rangeTests(
            "what was chosen", current, plan.sweep().withRepeats(plan.last().count()));
    double peak = peak(range, plan.last(), current.batchSize());
    return new TuningResult(peak, current.batchSize(), sizes, sweeps, range);
  }

  private double peak(RangeSummary range, TuningPlan.FinalTests last, int batchSize) {
    if (range.suggestion().isPresent()) {
      double peak = range.suggestion().get().over(sweeper.steps(last.epochs(), batchSize));
      // As many digits as are printed: a median of a few tests does not know more.
      return Double.parseDouble(Numbers.brief(peak));
    }
    double careful =
        last.careful()
            .orElseThrow(
                () ->
                    new BadDataException(
                        "the range test of what was chosen gives no learning rate: "
                            + range.verdict().explanation()));
    listener.note(
        Numbers.format(
            "%s. The peak is %s, a careful rate for few images",
            range.verdict().finding(), Numbers.brief(careful)));
    return careful;
  }

  private BatchSizeResult search(BatchSizes search, IntFunction<BatchTrial> trial) {
    boolean before = memo.contains(BATCH_SIZES);
    BatchSizeResult result =
        memo.computeIfAbsent(
            BATCH_SIZES, BatchSizeResult.class, () -> search.search(trial, listener::tried));
    listener.done(new Task(Kind.BATCH_SIZES, "batch size"), before);
    return result;
  }

  private Setup sized(Setup setup, BatchSizeResult sizes, TuningPlan plan, List<Sweep> sweeps) {
    int size = plan.rule() == TuningPlan.Rule.LARGEST ? sizes.largest() : sizes.knee();
    listener.batchSize(sizes, size);
    Setup sized = setup.with(Hyperparameter.BATCH_SIZE, size);
    if (plan.rule() != TuningPlan.Rule.CYCLE) {
      return sized;
    }
    List<Double> candidates = sizes.worthTrying().stream().map(Integer::doubleValue).toList();
    return swept(sized, Hyperparameter.BATCH_SIZE, candidates, plan, sweeps);
  }

  private static BadDataException undecided(Sweep sweep, TuningPlan plan) {
    String advice = plan.sweep().byCycle() ? " A sweep by cycles takes one as max_lr." : "";
    return new BadDataException(sweep.explanation() + advice);
  }

  private Setup swept(
      Setup setup,
      Hyperparameter parameter,
      List<Double> values,
      TuningPlan plan,
      List<Sweep> sweeps) {
    if (values.size() < 2) {
      return setup;
    }
    Sweep sweep = sweeper.sweep(setup, parameter, values, plan.sweep());
    Candidate chosen = sweep.chosen().orElseThrow(() -> undecided(sweep, plan));
    sweeps.add(sweep);
    return setup.with(parameter, chosen.value());
  }
}
