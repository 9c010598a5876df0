package dev.onecycle.torch.train;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.batch.BatchLoader;
import dev.onecycle.data.batch.Sampler;
import dev.onecycle.data.batch.Sampling;
import dev.onecycle.data.sample.Dataset;
import dev.onecycle.error.Require;
import dev.onecycle.torch.distributed.ProcessGroup;
import java.time.Duration;

/**
 * The cost of training on this machine, measured.
 *
 * @param secondsPerStep time of an optimizer step and its batch
 * @param secondsPerEvaluatedImage time of evaluating an image
 */
public record StepCost(double secondsPerStep, double secondsPerEvaluatedImage) {
  private static final int WARM_UP = 2;
  private static final int MIN_STEPS = 2;
  private static final int EVALUATED = 1000;

  /** A forward pass without gradients takes about a third of a step. */
  public static final double SHARE_OF_STEP = 0.33;

  /** The cost in steps instead of seconds, for what has not been measured. */
  public static StepCost inSteps(int batchSize) {
    return new StepCost(1, SHARE_OF_STEP / batchSize);
  }

  /**
   * Takes steps for a while, evaluates a few batches, and leaves no trace in the learner.
   *
   * @param patience how long to take steps, and about how long to evaluate: at least four steps are
   *     taken, two of them timed, or fewer where the first take longer than this
   */
  public static StepCost measure(Learner learner, Setup setup, Dataset images, Duration patience) {
    return measure(learner, setup, images, patience, Integer.MAX_VALUE);
  }

  /** As {@link #measure(Learner, Setup, Dataset, Duration)}, from at most so many steps. */
  public static StepCost measure(
      Learner learner, Setup setup, Dataset images, Duration patience, int maxSteps) {
    learner.requireFits(images.layout().noun() + "s", images);
    Sampler shuffled = Sampler.of(Sampling.SHUFFLED, images, setup.batchSize(), 0);
    double secondsPerStep;
    try (Learner.Snapshot before = learner.snapshot();
        BatchLoader batches =
            BatchLoader.endless(images, setup.augmentation(), shuffled, learner.ranks().part())) {
      try {
        secondsPerStep = secondsPerStep(learner, batches, setup, patience, maxSteps);
      } finally {
        before.restore();
      }
    }
    double perImage = SHARE_OF_STEP * secondsPerStep / Math.min(setup.batchSize(), images.size());
    ProcessGroup ranks = learner.ranks();
    long patient = Math.max(1, (long) (patience.toNanos() / 1e9 / perImage));
    int batch = (int) Math.min(Training.EVALUATION_BATCH, patient);
    Sampler inOrder = Sampler.forEvaluation(images, batch, learner.ranks().size());
    int batches = (int) Math.max(1, Math.min(EVALUATED, patient) / batch);
    batches = Math.min(batches, inOrder.batchesPerEpoch());
    long begin = System.nanoTime();
    try (BatchLoader evaluated =
        BatchLoader.batches(
            images, Augmentation.none(), inOrder, learner.ranks().part(), 0, batches)) {
      int count = learner.evaluate(() -> evaluated, done -> {}).images();
      double seconds = (System.nanoTime() - begin) / 1e9;
      return new StepCost(secondsPerStep, ranks.ofFirst(seconds / count));
    }
  }

  private static double secondsPerStep(
      Learner learner, BatchLoader batches, Setup setup, Duration patience, int maxSteps) {
    long start = System.nanoTime();
    long begin = start;
    int timed = -WARM_UP;
    // Ranks take as many steps as rank 0 has time for.
    while (learner.ranks().ofFirst(goesOn(timed, maxSteps, start, begin, patience))) {
      if (timed == 0) {
        begin = System.nanoTime();
      }
      try (Batch batch = batches.next()) {
        learner.step(batch, 1e-6, setup.momentum());
      }
      timed++;
    }
    // Slow steps are few: those that were to warm up count too.
    return learner
        .ranks()
        .ofFirst(timed > 0 ? passed(begin) / 1e9 / timed : passed(start) / 1e9 / (timed + WARM_UP));
  }

  private static boolean goesOn(
      int timed, int maxSteps, long start, long begin, Duration patience) {
    if (timed < MIN_STEPS) {
      return timed == -WARM_UP || passed(start) <= patience.toNanos();
    }
    return timed < maxSteps && passed(begin) < patience.toNanos();
  }

  private static long passed(long since) {
    return System.nanoTime() - since;
  }

  /**
   * The time of a cycle.
   *
   * @param stepsPerEvaluation steps between evaluations; the last one follows the last step
   * @param evaluation seconds of an evaluation with everything around it
   */
  public double seconds(long steps, long stepsPerEvaluation, double evaluation) {
    long evaluations = (steps + stepsPerEvaluation - 1) / stepsPerEvaluation;
    return steps * secondsPerStep + evaluations * evaluation;
  }

  /**
   * The largest number of steps of a cycle that fits into a time; 0 where none does.
   *
   * @param seconds for steps and evaluations
   * @param stepsPerEvaluation steps between evaluations; the last one follows the last step
   * @param evaluation seconds of an evaluation with everything around it
   */
  public long stepsWithin(double seconds, long stepsPerEvaluation, double evaluation) {
    Require.atLeast("steps per evaluation", stepsPerEvaluation, 1);
    double period = seconds(stepsPerEvaluation, stepsPerEvaluation, evaluation);
    long whole = (long) (Math.max(0, seconds) / period);
    double rest = seconds - whole * period - evaluation;
    long more = (long) Math.floor(Math.max(0, rest) / secondsPerStep);
    return whole * stepsPerEvaluation + Math.min(more, stepsPerEvaluation - 1);
  }
}
