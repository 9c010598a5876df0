package dev.onecycle.torch.train;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.batch.BatchLoader;
import dev.onecycle.data.batch.Part;
import dev.onecycle.data.batch.Sampler;
import dev.onecycle.data.sample.Dataset;
import dev.onecycle.error.DivergedException;
import dev.onecycle.error.Require;
import dev.onecycle.fault.Faults;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.record.LossWatch;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.TrainingListener;
import dev.onecycle.run.TrainingPosition;
import dev.onecycle.schedule.Policy;
import dev.onecycle.torch.settings.Loss;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/** The training loop: set the step's hyper-parameters, step, record; evaluate after epochs. */
public final class Training {
  /** Large enough to be fast, small enough for any memory that could train. */
  static final int EVALUATION_BATCH = 500;

  /** The most samples that ranks evaluate together: every rank gets the scores of all. */
  private static final int MOST_TOGETHER = 8000;

  private Training() {}

  /**
   * Trains a network by a policy.
   *
   * @param policy made for the plan's number of steps
   * @param listener told of everything
   * @param stop asked after every step; true ends the run
   * @return the epochs completed: fewer than planned where it was stopped
   * @throws DivergedException where a loss or gradient is not finite, the weights then being from
   *     before that step; or where the losses are far above their start, see {@link LossWatch}
   */
  public static List<EpochRecord> run(
      Learner learner,
      Policy policy,
      TrainingPlan plan,
      Dataset train,
      Dataset evaluation,
      TrainingListener listener,
      BooleanSupplier stop) {
    return resume(learner, policy, plan, train, evaluation, TrainingPosition.START, listener, stop)
        .epochs();
  }

  /**
   * Resumes a run from a position, to the same bits as a run that was never stopped.
   *
   * @param learner in its state at the position, see {@link Checkpoints#restore}
   * @param from the position; {@link TrainingPosition#START} for a run from its beginning
   * @return the position at the end, or where it was stopped
   * @throws DivergedException where a loss or gradient is not finite, the weights then being from
   *     before that step; or where the losses are far above their start, see {@link LossWatch}
   */
  public static TrainingPosition resume(
      Learner learner,
      Policy policy,
      TrainingPlan plan,
      Dataset train,
      Dataset evaluation,
      TrainingPosition from,
      TrainingListener listener,
      BooleanSupplier stop) {
    learner.requireFits(Learner.training(train), train);
    learner.requireFits(Learner.toEvaluate(evaluation), evaluation);
    Metric.requireFits(plan.metrics(train.targets()), train.targets());
    Sampler sampler = plan.sampler(train);
    Require.that(
        policy.steps() == plan.steps(train.size()),
        "policy steps",
        "the plan's " + plan.steps(train.size()),
        policy.steps(),
        policy);
    // A plan made for another number of images may have epochs after its last step.
    int epochs = plan.withSteps(policy.steps(), train.size()).epochs();
    double chanceLoss = LossScales.chance(train, plan.sampling(), learner.settings().loss());
    TrainingPosition at = from;
    while (at.epochs().size() < epochs) {
      int epoch = at.epochs().size();
      long end = Math.min(policy.steps(), (epoch + 1L) * sampler.batchesPerEpoch());
      long begin = System.nanoTime() - (long) (1e9 * at.seconds());
      try (BatchLoader batches =
          BatchLoader.batches(
              train, plan.augmentation(), sampler, learner.ranks().part(), at.step(), end)) {
        while (batches.hasNext()) {
          long step = at.step();
          StepResult result;
          try (Batch batch = batches.next()) {
            result =
                learner.step(batch, policy.learningRate().at(step), policy.momentum().at(step));
            requireFinite(result, at);
            double seconds = (System.nanoTime() - begin) / 1e9;
            at = at.stepped(result.loss(), batch.whole(), seconds, chanceLoss);
          }
          listener.step(
              new StepRecord(step, epoch, result.learningRate(), result.momentum(), result.loss()));
          if (at.losses().hasDiverged()) {
            throw exploded("loss", result.loss(), result.learningRate(), at);
          }
          listener.reached(at);
          if (stop.getAsBoolean()) {
            return at;
          }
        }
      }
      learner.requireSameOnRanks();
      Optional<Evaluated> evaluated = Optional.empty();
      if (plan.evaluates(epoch) || epoch == epochs - 1) {
        double rate = policy.learningRate().at(at.step() - 1);
        evaluated =
            Optional.of(evaluateEpoch(learner, plan, train, evaluation, at, rate, listener));
      }
      at = at.completed(record(at, evaluated));
      listener.epoch(at.epochs().get(epoch));
      if (epoch == epochs - 1) {
        requireNoExplosion(at, policy.learningRate().at(at.step() - 1));
      }
      listener.reached(at);
    }
    return at;
  }

  private static Evaluated evaluateEpoch(
      Learner learner,
      TrainingPlan plan,
      Dataset train,
      Dataset evaluation,
      TrainingPosition at,
      double learningRate,
      TrainingListener listener) {
    int epoch = at.epochs().size();
    long trained = System.nanoTime();
    if (plan.reestimatedBatches() > 0) {
      reestimateBatchNorms(learner, plan, train);
    }
    Faults.at("train.evaluating");
    Evaluation result =
        evaluate(
            learner,
            evaluation,
            plan.metrics(evaluation.targets()),
            done -> listener.evaluating(epoch, done, evaluation.size()));
    double seconds = (System.nanoTime() - trained) / 1e9;
    requireFinite("evaluation loss", result.loss(), at.step() - 1, learningRate, at);
    result.classes().ifPresent(counts -> listener.classified(epoch, counts));
    return new Evaluated(result.loss(), result.metrics(), seconds);
  }

  private static EpochRecord record(TrainingPosition at, Optional<Evaluated> evaluated) {
    return new EpochRecord(
        at.epochs().size(),
        at.step(),
        at.lossSum() / at.images(),
        at.images() / at.seconds(),
        at.seconds(),
        evaluated);
  }

  /**
   * The evaluation loss of a network that gives every sample the same answer, the best there is;
   * empty where a loss of a program's own does not tell it.
   */
  public static OptionalDouble chanceLoss(Dataset evaluation, Loss loss) {
    return LossScales.ofEvaluation(evaluation, loss)
        .map(scale -> OptionalDouble.of(scale.chance()))
        .orElse(OptionalDouble.empty());
  }

  /** Evaluates a network on every sample of a data set, by the usual metrics of its targets. */
  public static Evaluation evaluate(Learner learner, Dataset samples, IntConsumer progress) {
    return evaluate(learner, samples, Metric.usual(learner.targets()), progress);
  }

  /** Evaluates a network on every sample of a data set. */
  public static Evaluation evaluate(
      Learner learner, Dataset samples, List<Metric> metrics, IntConsumer progress) {
    learner.requireFits(Learner.toEvaluate(samples), samples);
    try (BatchLoader batches =
        BatchLoader.evaluation(
            samples, evaluationBatch(learner.ranks().size()), learner.ranks().part())) {
      return learner.evaluate(() -> batches, metrics, samples::origin, progress);
    }
  }

  /** The samples of a batch of an evaluation, as many on each rank. */
  static int evaluationBatch(int ranks) {
    return ranks * Math.max(Part.MIN_SAMPLES, Math.min(EVALUATION_BATCH, MOST_TOGETHER / ranks));
  }

  private static void requireFinite(StepResult result, TrainingPosition before) {
    requireFinite("loss", result.loss(), before.step(), result.learningRate(), before);
    requireFinite(
        "gradient norm", result.gradientNorm(), before.step(), result.learningRate(), before);
  }

  private static void requireFinite(
      String quantity, double value, long step, double learningRate, TrainingPosition at) {
    if (!Double.isFinite(value)) {
      throw new DivergedException(quantity, value, step, learningRate)
          .withSoundBefore(at.losses().soundBefore(at.step()));
    }
  }

  /** The divergence of a training whose losses are far above their start. */
  private static DivergedException exploded(
      String quantity, double loss, double rate, TrainingPosition after) {
    LossWatch losses = after.losses();
    long step = after.step() - 1;
    return DivergedException.above(
        quantity, loss, LossWatch.FACTOR, losses.reference(), step, rate, losses.soundBefore(step));
  }

  /** Makes sure that a training does not end far above its start. */
  private static void requireNoExplosion(TrainingPosition end, double rate) {
    LossWatch losses = end.losses();
    EpochRecord last = end.epochs().get(end.epochs().size() - 1);
    if (losses.endsDiverged(end.step())) {
      throw exploded("mean loss of the last epoch", last.trainLoss(), rate, end);
    }
    double loss = last.evaluated().map(Evaluated::loss).orElse(0.0);
    if (loss > losses.evaluationLimit()) {
      throw DivergedException.above(
          "evaluation loss",
          loss,
          LossWatch.EVALUATION_FACTOR,
          losses.reference(),
          end.step() - 1,
          rate,
          losses.soundBefore(end.step()));
    }
  }

  private static void reestimateBatchNorms(Learner learner, TrainingPlan plan, Dataset train) {
    Sampler sampler = plan.sampler(train);
    int count = Math.min(plan.reestimatedBatches(), sampler.batchesPerEpoch());
    try (BatchLoader batches =
        BatchLoader.batches(
            train, Augmentation.none(), sampler, learner.ranks().part(), 0, count)) {
      learner.reestimateBatchNorms(() -> batches);
    }
  }
}
