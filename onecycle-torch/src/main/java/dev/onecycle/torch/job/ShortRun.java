package dev.onecycle.torch.job;

import static dev.onecycle.torch.job.TrainingConfig.BATCH_SIZE;
import static dev.onecycle.torch.job.TrainingConfig.EPOCHS;
import static dev.onecycle.torch.job.TrainingConfig.MINUTES;
import static dev.onecycle.torch.job.TrainingConfig.REESTIMATE_BATCHNORM;

import dev.onecycle.data.batch.Sampler;
import dev.onecycle.data.sample.Dataset;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.job.TrainingConfig.Origin;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.TrainingPlan;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The changes to a run because it is short: smaller batches and more epochs, so that it makes more
 * updates, and batch norms that are estimated anew before evaluations. Settings that are given are
 * obeyed, with a warning that names a better value.
 */
final class ShortRun {
  /**
   * The samples that a run trains on.
   *
   * @param noun "image" or "sample"
   */
  record Samples(int count, String noun) {
    static Samples of(Dataset data) {
      return new Samples(data.size(), data.layout().noun());
    }
  }

  /** Fewer updates than this are too few to learn in. */
  static final int FEW_UPDATES = 200;

  /**
   * Where batches are made smaller, a run gets epochs for so many updates: resnet20 told three easy
   * classes of 60 photos apart in 630 updates of 8 at peaks of 0.05 and 0.15, and not in 210.
   */
  static final int ENOUGH_UPDATES = 600;

  /** Epochs are not multiplied by more than this. */
  private static final int MOST_EPOCHS = 5;

  /** In a run of fewer updates the running statistics of batch norms lag behind the weights. */
  static final int LAGGING_UPDATES = 400;

  /** Smaller batches have poor statistics for batch norms. */
  static final int SMALLEST_BATCH = 8;

  /**
   * Statistics of batch norms are estimated from so many images, or from all if there are fewer.
   */
  private static final int ESTIMATED_IMAGES = 1000;

  private static final Origin CHOSEN = new Origin("chosen for few images", Setting::name);

  private ShortRun() {}

  /** A clause for a setting whose default is another in a short run; else empty. */
  static String exception(Setting<?> setting) {
    return setting == BATCH_SIZE
        ? ", smaller for few images"
        : setting == EPOCHS
            ? ", more for few images"
            : setting == REESTIMATE_BATCHNORM ? ", more in short runs" : "";
  }

  /**
   * The configuration with a batch size for so many images, where none is given, and if that is
   * smaller, with more epochs, where their number is not given either. To give the batch size that
   * is chosen changes nothing.
   */
  static TrainingConfig fitted(TrainingConfig config, int images) {
    if (config.find(MINUTES).isPresent()) {
      return config;
    }
    TrainingConfig silent = silent(config);
    int standard = silent.get(BATCH_SIZE);
    int size = batchSize(standard, images, silent.get(EPOCHS), FEW_UPDATES);
    int epochs = size < standard ? epochs(silent.get(EPOCHS), size, images) : silent.get(EPOCHS);
    if (config.isGiven(EPOCHS)) {
      // No fewer updates than without a given number, where one of the sizes makes as many.
      long enough =
          few(config, images)
              ? Math.max(ENOUGH_UPDATES, updates(size, images, epochs))
              : FEW_UPDATES;
      size = batchSize(standard, images, config.get(EPOCHS), enough);
    }
    if (size == standard || (config.isGiven(BATCH_SIZE) && config.get(BATCH_SIZE) != size)) {
      return config;
    }
    Map<String, Object> changes = new LinkedHashMap<>();
    if (!config.isGiven(BATCH_SIZE)) {
      changes.put(BATCH_SIZE.name(), size);
    }
    if (!config.isGiven(EPOCHS)) {
      changes.put(EPOCHS.name(), epochs);
    }
    return config.with(changes, CHOSEN);
  }

  /** Whether a configuration has a batch size that was chosen because there are few images. */
  static boolean isForFew(TrainingConfig fitted, int images) {
    return fitted.origin(BATCH_SIZE).equals(CHOSEN.kind()) && few(fitted, images);
  }

  private static TrainingConfig silent(TrainingConfig config) {
    return config.without(BATCH_SIZE).without(EPOCHS);
  }

  /** Whether the default batch size and epochs make too few updates of so many images. */
  static boolean few(TrainingConfig config, int images) {
    TrainingConfig defaults = silent(config);
    return updates(defaults.get(BATCH_SIZE), images, defaults.get(EPOCHS)) < FEW_UPDATES;
  }

  /**
   * The epochs of a run: the standard number, or those that make {@value #ENOUGH_UPDATES} updates,
   * but no more than {@value #MOST_EPOCHS} times the standard number.
   */
  static int epochs(int standard, int batchSize, int images) {
    long each = updates(batchSize, images, 1);
    long enough = (ENOUGH_UPDATES + each - 1) / each;
    return (int) Math.max(standard, Math.min(enough, (long) MOST_EPOCHS * standard));
  }

  /**
   * The batch size of a run: the standard one, or the next lower power of two that makes enough
   * updates, but no less than {@value #SMALLEST_BATCH}.
   *
   * @param standard batch size
   * @param enough updates
   */
  static int batchSize(int standard, int images, int epochs, long enough) {
    int size = standard;
    while (size > SMALLEST_BATCH && updates(size, images, epochs) < enough) {
      size = Integer.highestOneBit(size - 1);
    }
    return size;
  }

  private static long updates(int batchSize, int images, int epochs) {
    return (long) epochs * Sampler.shuffled(images, batchSize, 0).batchesPerEpoch();
  }

  /**
   * The plan with batch norms estimated anew where it is short and the configuration is silent.
   *
   * @param averages whether there are batch norms to estimate, see {@link
   *     Learner#averagesBatchNorms}
   */
  static TrainingPlan reestimated(
      TrainingPlan plan, TrainingConfig config, int images, boolean averages) {
    boolean lags = plan.steps(images) < LAGGING_UPDATES && averages;
    return lags && !config.isGiven(REESTIMATE_BATCHNORM)
        ? plan.withReestimatedBatches(estimatedBatches(plan.batchSize(), images))
        : plan;
  }

  private static int estimatedBatches(int batchSize, int images) {
    int all = Sampler.shuffled(images, batchSize, 0).batchesPerEpoch();
    return Math.min(all, (ESTIMATED_IMAGES + batchSize - 1) / batchSize);
  }

  /**
   * Says what is done otherwise, and warns of settings that are given and do not suit.
   *
   * @param asked the configuration before it was {@link #fitted}
   * @param plan in its final form
   * @param samples to train on
   * @param averages as in {@link #reestimated}
   */
  static void say(
      TrainingConfig asked,
      TrainingPlan plan,
      Samples samples,
      boolean averages,
      JobListener listener) {
    int images = samples.count();
    long steps = plan.steps(images);
    int size = plan.batchSize();
    if (asked.get(BATCH_SIZE) != size) {
      boolean more = plan.epochs() != asked.get(EPOCHS);
      listener.note(
          Numbers.format(
              "Batches of %,d instead of %,d %ss%s, for %,d updates instead of %,d: set %s to"
                  + " choose otherwise",
              size,
              asked.get(BATCH_SIZE),
              samples.noun(),
              more
                  ? Numbers.format(
                      ", and %d instead of %d epochs", plan.epochs(), asked.get(EPOCHS))
                  : "",
              steps,
              updates(asked.get(BATCH_SIZE), images, asked.get(EPOCHS)),
              more ? "batch_size and epochs" : "batch_size"));
    }
    if (steps < FEW_UPDATES) {
      listener.note(fewUpdates(asked, plan, samples));
    }
    if (steps < LAGGING_UPDATES && averages) {
      sayEstimate(asked, plan, images, listener);
    }
  }

  /** Says which batch size tests and tuning take where it is not the standard one. */
  static void sayBatches(TrainingConfig asked, Experiment experiment, JobListener listener) {
    int size = experiment.setup().batchSize();
    if (size != asked.get(BATCH_SIZE)) {
      listener.note(
          Numbers.format(
              "Batches of %,d instead of %,d images, as a training of these %,d images has: set"
                  + " batch_size to choose otherwise",
              size, asked.get(BATCH_SIZE), experiment.train().size()));
    }
  }

  private static String fewUpdates(TrainingConfig asked, TrainingPlan plan, Samples samples) {
    int images = samples.count();
    long steps = plan.steps(images);
    String few =
        Numbers.format(
            "%,d updates of %,d %ss are too few to learn much",
            steps, plan.batchSize(), samples.noun());
    int better = batchSize(plan.batchSize(), images, plan.epochs(), FEW_UPDATES);
    if (better < plan.batchSize()) {
      boolean timed = asked.find(MINUTES).isPresent();
      return few
          + (timed
              ? Numbers.format("; smaller batches make more: set batch_size to %d", better)
              : Numbers.format(
                  "; set batch_size to %d for %,d",
                  better, updates(better, images, plan.epochs())));
    }
    long perEpoch = plan.sampler(images).batchesPerEpoch();
    return few
        + Numbers.format(
            "; set epochs to %d for at least 200", (FEW_UPDATES + perEpoch - 1) / perEpoch);
  }

  private static void sayEstimate(
      TrainingConfig asked, TrainingPlan plan, int images, JobListener listener) {
    String why = Numbers.format("with %,d updates they lag behind the weights", plan.steps(images));
    if (!asked.isGiven(REESTIMATE_BATCHNORM)) {
      listener.note(
          Numbers.format(
              "The statistics of batch norms are estimated anew from %d batches before each"
                  + " evaluation: %s; reestimate_batchnorm 0 turns that off",
              plan.reestimatedBatches(), why));
    } else if (plan.reestimatedBatches() == 0) {
      listener.note(
          Numbers.format(
              "reestimate_batchnorm 0 uses the running statistics of batch norms: %s; %d would"
                  + " estimate them anew",
              why, estimatedBatches(plan.batchSize(), images)));
    }
  }
}
