package dev.onecycle.torch.tune;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.Setup;
import dev.onecycle.torch.train.StepCost;
import dev.onecycle.torch.train.Training;
import dev.onecycle.tune.BatchTrial;
import dev.onecycle.tune.Hyperparameter;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Trains and evaluates at a batch size as a run would, on images of noise.
 *
 * <p>To be run in a process of its own: memory that is not there can end the process, and the most
 * that it held is told for the process as a whole.
 */
public final class BatchSizeTrial {
  private static final int DISTINCT_IMAGES = 512;
  private static final int EVALUATED = 1000;

  private BatchSizeTrial() {}

  /**
   * Takes full steps for a while, then the smaller step that ends an epoch, then evaluates.
   *
   * @param patience how long to take full steps; at least two are timed
   */
  public static BatchTrial run(Setup setup, Duration patience) {
    int size = setup.batchSize();
    int ragged = Math.max(2, size / 2 + 1);
    ImageDataset images = noise(setup.network().imageShape(), setup.network().outputs());
    try (Learner learner = Learner.prepare(setup.network(), images, setup.settings())) {
      StepCost cost = StepCost.measure(learner, setup, repeated(images, size), patience);
      Setup atTheEnd = setup.with(Hyperparameter.BATCH_SIZE, ragged);
      StepCost.measure(learner, atTheEnd, repeated(images, ragged), Duration.ZERO);
      Training.evaluate(learner, repeated(images, EVALUATED), done -> {});
      return BatchTrial.completed(
          size, MemoryBudget.peakOfThisProcess(), size / cost.secondsPerStep());
    }
  }

  private static ImageDataset repeated(ImageDataset images, int count) {
    return images.select(IntStream.range(0, count).map(i -> i % images.size()).toArray());
  }

  private static ImageDataset noise(ImageShape shape, int classes) {
    byte[] pixels = new byte[DISTINCT_IMAGES * shape.bytes()];
    new SplittableRandom(0).nextBytes(pixels);
    int[] labels = IntStream.range(0, DISTINCT_IMAGES).map(i -> i % classes).toArray();
    List<String> names = IntStream.range(0, classes).mapToObj(i -> "class " + i).toList();
    return ImageDataset.of(shape, names, labels, pixels);
  }
}
