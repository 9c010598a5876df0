package dev.onecycle.torch.train;

import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.batch.BatchLoader;
import dev.onecycle.data.batch.Sampler;
import dev.onecycle.data.sample.Dataset;
import dev.onecycle.fault.Faults;
import dev.onecycle.range.LossScale;
import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeTest;
import dev.onecycle.range.StepFunction;
import dev.onecycle.torch.settings.Loss;
import dev.onecycle.torch.train.RangeLoss.Images;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Runs range tests on a learner, under the conditions of its training.
 *
 * <p>A value, begun by {@link #of} and changed by {@link #withValidation} and {@link #withBatches}.
 */
public final class LearningRateFinder {
  /** The most held-out images whose loss is measured at each rate. */
  public static final int MAX_HELD_OUT = 500;

  private final Setup setup;
  private final Dataset train;
  private final RangeLoss loss;
  private final @Nullable Dataset heldOut;

  private LearningRateFinder(
      Setup setup, Dataset train, RangeLoss loss, @Nullable Dataset heldOut) {
    this.setup = setup;
    this.train = train;
    this.loss = loss;
    this.heldOut = heldOut;
  }

  /** Tests on training batches, one at each rate. */
  public static LearningRateFinder of(Setup setup, Dataset train) {
    return new LearningRateFinder(setup, train, RangeLoss.STANDARD, null);
  }

  /** The same with so many optimizer steps at each rate; a training loss is their mean. */
  public LearningRateFinder withBatches(int batches) {
    return new LearningRateFinder(setup, train, new RangeLoss(batches, loss.images()), heldOut);
  }

  /**
   * The same by the loss of held-out images after each rate. At most {@value #MAX_HELD_OUT} of them
   * are used, taken from the whole set at equal distances and the same at every rate. They are
   * evaluated as after training, without augmentation; the statistics of batch norms come from the
   * last training batch, since running ones would lag behind the rising rate.
   */
  public LearningRateFinder withValidation(Dataset images) {
    int count = Math.min(images.size(), MAX_HELD_OUT);
    int[] chosen =
        IntStream.range(0, count).map(i -> (int) ((long) i * images.size() / count)).toArray();
    RangeLoss validation = new RangeLoss(loss.batches(), Images.VALIDATION);
    return new LearningRateFinder(setup, train, validation, images.select(chosen));
  }

  /** The same with the loss of a configuration; held-out images are used where it asks for them. */
  public LearningRateFinder with(RangeLoss asked, Dataset validation) {
    LearningRateFinder finder = asked.images() == Images.TRAIN ? this : withValidation(validation);
    return finder.withBatches(asked.batches());
  }

  /**
   * Runs a range test and leaves no trace: the learner is afterwards as it was, bit for bit, also
   * when the test throws or its thread is interrupted.
   *
   * <p>The test takes the batches that training would take from epoch 0 on; small data is repeated.
   *
   * @param seed of order and augmentation
   * @param listener told of every rate
   */
  public RangeResult run(
      Learner learner, RangeTest test, long seed, Consumer<RangePoint> listener) {
    learner.requireFits(Learner.training(train), train);
    Sampler sampler = Sampler.of(setup.sampling(), train, setup.batchSize(), seed);
    try (Learner.Snapshot before = learner.snapshot();
        BatchLoader batches =
            BatchLoader.endless(train, setup.augmentation(), sampler, learner.ranks().part())) {
      RangeTest scaled = scale().map(test::withScale).orElse(test);
      return scaled.run(steps(learner, batches), before::restore, listener);
    }
  }

  /** The scale of the loss that is recorded: the labels of held-out images are not smoothed. */
  private Optional<LossScale> scale() {
    Loss trained = setup.settings().loss();
    return heldOut == null
        ? LossScales.ofTraining(
            train, setup.sampling(), trained, (long) setup.batchSize() * loss.batches())
        : LossScales.ofEvaluation(heldOut, trained);
  }

  private StepFunction steps(Learner learner, BatchLoader batches) {
    return (learningRate, momentum) -> {
      double sum = 0;
      for (int step = 0; step < loss.batches(); step++) {
        Faults.at("range.step");
        boolean last = step == loss.batches() - 1;
        try (Batch batch = batches.next()) {
          StepResult result = learner.step(batch, learningRate, momentum);
          if (learner.stopAgreed()) {
            throw new CancellationException("a rank was to stop");
          }
          if (!result.finite()) {
            // A gradient that is not finite ends training, as a loss that is not finite does.
            return Double.isFinite(result.loss()) ? Double.POSITIVE_INFINITY : result.loss();
          }
          sum += result.loss();
          if (last && heldOut != null && learner.averagesBatchNorms()) {
            learner.reestimateBatchNorms(List.of(batch));
          }
        }
      }
      return heldOut == null
          ? sum / loss.batches()
          : Training.evaluate(learner, heldOut, done -> {}).loss();
    };
  }
}
