package dev.onecycle.cli;

import picocli.CommandLine.Option;

/** Everything that training is told, apart from its length and rates. */
final class TrainOptions extends SetupOptions {
  @Option(
      names = {"-b", "--batch-size"},
      paramLabel = "N",
      defaultValue = "128",
      description = "Images a step. Default: ${DEFAULT-VALUE}.")
  int batchSize = 128;

  @Option(
      names = {"--weight-decay", "--wd"},
      paramLabel = "W",
      defaultValue = "1e-4",
      description = "Default: ${DEFAULT-VALUE}.")
  double weightDecay = 1e-4;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      defaultValue = "0",
      description = "Share of features dropped before the last layer. Default: ${DEFAULT-VALUE}.")
  double dropout;

  @Override
  int firstBatchSize() {
    return batchSize;
  }

  @Override
  double firstWeightDecay() {
    return weightDecay;
  }

  @Override
  double mostDropout() {
    return dropout;
  }
}
