package dev.onecycle.bench.scaling;

import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.batch.BatchLoader;
import dev.onecycle.data.batch.Sampler;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.torch.distributed.ProcessGroup;
import dev.onecycle.torch.distributed.Rendezvous;
import dev.onecycle.torch.job.Experiment;
import dev.onecycle.torch.job.JobListener;
import dev.onecycle.torch.job.RunControl;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.Setup;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

/** One rank of the measurement; rank 0 prints the results, one a line. */
final class RankMain {
  private static final double RATE = 0.05;
  private static final double MOMENTUM = 0.9;
  private static final int WARM_UP = 8;

  /** Values of a message: 4 kB to 16 MB. */
  private static final int[] MESSAGES = {1 << 10, 1 << 14, 1 << 18, 1 << 20, 1 << 22};

  private RankMain() {}

  /**
   * @param args model, batch size, precision, threads, steps, whether to measure messages, and
   *     whether batch norms are synchronized
   */
  public static void main(String[] args) {
    Rendezvous place = Rendezvous.of(System.getenv());
    TrainingConfig config =
        TrainingConfig.of("shapes")
            .with(
                Map.of(
                    "model", args[0],
                    "batch_size", args[1],
                    "precision", args[2],
                    "threads", args[3],
                    "sync_batchnorm", args[6]),
                TrainingConfig.Origin.PROGRAM);
    try (ProcessGroup ranks = ProcessGroup.join(place, ProcessGroup.TIMEOUT);
        Experiment experiment = Experiment.open(config, JobListener.NONE)) {
      experiment.join(RunControl.on(ranks));
      double perSecond = imagesPerSecond(experiment, Integer.parseInt(args[4]));
      print(ranks, "images/s", perSecond);
      print(ranks, "parameters", experiment.learner().parameterCount());
      if (Boolean.parseBoolean(args[5])) {
        for (int values : MESSAGES) {
          double[] seconds = new double[15];
          for (int i = 0; i < seconds.length; i++) {
            seconds[i] = ranks.secondsOfSum(values);
          }
          Arrays.sort(seconds);
          print(ranks, "message " + values, seconds[seconds.length / 2]);
        }
      }
    }
  }

  private static void print(ProcessGroup ranks, String name, double value) {
    if (ranks.isFirst()) {
      System.out.println(String.format(Locale.ROOT, "result %s = %.9g", name, value));
    }
  }

  private static double imagesPerSecond(Experiment experiment, int steps) {
    Learner learner = experiment.learner();
    Setup setup = experiment.setup();
    ImageDataset train = experiment.trainImages();
    Sampler sampler = Sampler.shuffled(train.size(), setup.batchSize(), 0);
    long images = 0;
    long begin = 0;
    try (BatchLoader batches =
        BatchLoader.endless(train, setup.augmentation(), sampler, learner.ranks().part())) {
      for (int i = -WARM_UP; i < steps; i++) {
        if (i == 0) {
          images = 0;
          begin = System.nanoTime();
        }
        try (Batch batch = batches.next()) {
          learner.step(batch, RATE, MOMENTUM);
          images += batch.whole();
        }
      }
    }
    return images / ((System.nanoTime() - begin) / 1e9);
  }
}
