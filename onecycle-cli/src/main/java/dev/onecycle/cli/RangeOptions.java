package dev.onecycle.cli;

import dev.onecycle.error.Require;
import dev.onecycle.range.Ramp;
import dev.onecycle.range.RangeTest;
import picocli.CommandLine.Option;

/** The ramp of a range test. */
final class RangeOptions {
  @Option(
      names = "--start",
      paramLabel = "RATE",
      defaultValue = "1e-6",
      description = "First rate. Default: ${DEFAULT-VALUE}.")
  double start = 1e-6;

  @Option(
      names = "--end",
      paramLabel = "RATE",
      defaultValue = "100",
      description =
          "Last rate; extended to 1000 where the loss has not diverged. Default:"
              + " ${DEFAULT-VALUE}.")
  double end = 100;

  @Option(
      names = "--range-steps",
      paramLabel = "N",
      defaultValue = "120",
      description = "Steps from the first rate to the last. Default: ${DEFAULT-VALUE}.")
  int steps = 120;

  @Option(names = "--linear", description = "Raise the rate by equal amounts, not equal factors.")
  boolean linear;

  @Option(
      names = "--repeats",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Tests over as many seeds; the answer is their median. Default:" + " ${DEFAULT-VALUE}.")
  int repeats = 1;

  RangeTest test(double momentum) {
    Require.atLeast("--repeats", repeats, 1);
    Rates.rate("--start", start);
    Rates.rate("--end", end);
    return RangeTest.atMomentum(momentum)
        .withStart(start)
        .withEnd(end)
        .withSteps(steps)
        .withRamp(linear ? Ramp.LINEAR : Ramp.EXPONENTIAL);
  }
}
