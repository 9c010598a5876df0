package dev.onecycle.bench;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.DataSplits;
import dev.onecycle.data.Datasets;
import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Precision;
import dev.onecycle.torch.train.Learner;
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

  int batchSize() {
    return batchSize == null ? Models.byName(model).defaults().batchSize() : batchSize;
  }

  Augmentation augmentation() {
    return Models.byName(model).defaults().augmentation();
  }

  DataSplits data() {
    return Datasets.open(location, DataOptions.defaults());
  }

  Learner learner(DataSplits data) {
    LearnerSettings settings =
        Models.byName(model).defaults().settings().toBuilder()
            .precision(precision)
            .threads(threads)
            .build();
    int classes = data.train().classes().size();
    return Learner.prepare(
        Models.byName(model).network(data.train().shape(), classes, 0), data.train(), settings);
  }

  String describe(Learner learner) {
    return Numbers.format(
        "%s, batch %d, %s, %d threads, %s, data %s",
        model,
        batchSize(),
        learner.precision(),
        learner.threads(),
        augmentation().describe(),
        location);
  }
}
