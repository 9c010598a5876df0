package dev.onecycle.cli.options;

import dev.onecycle.error.Require;
import java.util.List;
import picocli.CommandLine.Option;

/** What training is told where some of it is to be chosen: lists of candidates. */
public final class CandidateOptions extends SetupOptions {
  public static final List<Double> WEIGHT_DECAYS = List.of(1e-2, 1e-3, 1e-4, 1e-5);

  @Option(
      names = {"-b", "--batch-size"},
      paramLabel = "N",
      split = ",",
      description = "Images a step; several are candidates.")
  public List<Integer> batchSizes = List.of();

  @Option(
      names = {"--weight-decay", "--wd"},
      paramLabel = "W",
      split = ",",
      description = "One weight decay, or candidates such as 1e-2,1e-3,1e-4,1e-5.")
  public List<Double> weightDecays = List.of();

  @Option(
      names = "--dropout",
      paramLabel = "P",
      split = ",",
      description =
          "Share of features dropped before the last layer, or candidates such as 0,0.1,0.2."
              + " Default: 0.")
  public List<Double> dropouts = List.of();

  @Override
  public int firstBatchSize() {
    return batchSizes.isEmpty() ? defaults().batchSize() : batchSizes.get(0);
  }

  @Override
  public double firstWeightDecay() {
    return weightDecays.isEmpty() ? defaults().settings().weightDecay() : weightDecays.get(0);
  }

  @Override
  public double mostDropout() {
    return dropouts.stream().mapToDouble(Double::doubleValue).max().orElse(0);
  }

  @Override
  public void validate() {
    super.validate();
    batchSizes.forEach(size -> Require.atLeast("--batch-size", size, 2));
    weightDecays.forEach(decay -> Rates.decay("--weight-decay", decay));
    dropouts.forEach(share -> Require.inHalfOpen("--dropout", share, 0, 1));
    requireDistinct("--batch-size", batchSizes);
    requireDistinct("--weight-decay", weightDecays);
    requireDistinct("--dropout", dropouts);
  }

  public static void requireDistinct(String option, List<?> candidates) {
    Require.that(
        candidates.stream().distinct().count() == candidates.size(),
        option,
        "distinct candidates",
        candidates,
        candidates);
  }
}
