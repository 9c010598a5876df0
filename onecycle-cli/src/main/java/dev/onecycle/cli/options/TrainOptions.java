package dev.onecycle.cli.options;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Everything that training is told, apart from its length and rates. */
public final class TrainOptions extends SetupOptions {
  @Option(
      names = {"-b", "--batch-size"},
      paramLabel = "N",
      description = "Images a step. Default: 128; fast: 512.")
  public @Nullable Integer batchSize;

  @Option(
      names = {"--weight-decay", "--wd"},
      paramLabel = "W",
      description = "Default: 1e-4; fast: 3e-3.")
  public @Nullable Double weightDecay;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      defaultValue = "0",
      description = "Share of features dropped before the last layer. Default: ${DEFAULT-VALUE}.")
  public double dropout;

  @Override
  public int firstBatchSize() {
    return batchSize == null ? defaults().batchSize() : batchSize;
  }

  @Override
  public double firstWeightDecay() {
    return weightDecay == null ? defaults().settings().weightDecay() : weightDecay;
  }

  @Override
  public double mostDropout() {
    return dropout;
  }
}
