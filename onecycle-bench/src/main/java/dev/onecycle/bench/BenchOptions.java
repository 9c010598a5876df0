package dev.onecycle.bench;

import dev.onecycle.text.Numbers;
import dev.onecycle.torch.job.Experiment;
import dev.onecycle.torch.job.JobListener;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.settings.Precision;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Options of all measurements that train: images, model, batch size, precision and threads. */
final class BenchOptions {
  @Parameters(
      paramLabel = "DATA",
      arity = "0..1",
      defaultValue = "shapes",
      description = "As for train. Default: ${DEFAULT-VALUE}.")
  String location = "shapes";

  @Option(names = "--model", defaultValue = "resnet20", description = "Default: ${DEFAULT-VALUE}.")
  String model = "resnet20";

  @Option(names = "--batch-size", description = "Default: the model's, 128 or for fast 512.")
  @Nullable Integer batchSize;

  @Option(names = "--precision", defaultValue = "auto", description = "auto, bf16 or fp32.")
  Precision precision = Precision.AUTO;

  @Option(names = "--threads", defaultValue = "0", description = "Default: one for each core.")
  int threads;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "Another setting of a training, such as freeze=body; may be repeated.")
  Map<String, String> settings = new LinkedHashMap<>();

  /** The images and the network in memory, as a job would open them. */
  Experiment experiment() {
    TrainingConfig config =
        TrainingConfig.of(location)
            .with(TrainingConfig.MODEL, model)
            .with(TrainingConfig.PRECISION, precision)
            .with(TrainingConfig.THREADS, threads)
            .with(settings, TrainingConfig.Origin.PROGRAM);
    return Experiment.open(
        batchSize == null ? config : config.with(TrainingConfig.BATCH_SIZE, batchSize),
        JobListener.NONE);
  }

  static String describe(Experiment experiment) {
    TrainingConfig config = experiment.config();
    return Numbers.format(
        "%s, batch %d, %s, %d threads, %s, data %s",
        config.get(TrainingConfig.MODEL),
        experiment.setup().batchSize(),
        experiment.learner().precision(),
        experiment.learner().threads(),
        experiment.setup().augmentation().describe(),
        config.get(TrainingConfig.DATA));
  }
}
