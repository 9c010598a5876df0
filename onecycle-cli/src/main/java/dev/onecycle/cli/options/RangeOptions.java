package dev.onecycle.cli.options;

import dev.onecycle.error.Require;
import dev.onecycle.range.Ramp;
import dev.onecycle.range.RangeTest;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The ramp of a range test. */
public final class RangeOptions {
  private static final int SLOW_STEPS_A_DECADE = 25;
  private static final int SLOW_IMAGES = 25_600;

  @Option(
      names = "--start",
      paramLabel = "RATE",
      description =
          "First rate. Default: 1e-6; in sweeps and tuning 1e-2, for adamw 1e-5, where the candidates"
              + " begin to differ.")
  public @Nullable Double start;

  @Option(
      names = "--end",
      paramLabel = "RATE",
      defaultValue = "100",
      description =
          "Last rate; extended to 1000 where the loss has not diverged. Default:"
              + " ${DEFAULT-VALUE}.")
  public double end = 100;

  @Option(
      names = "--range-steps",
      paramLabel = "N",
      description =
          "Steps from the first rate to the last. Default: 120; in sweeps and tuning 25 a"
              + " decade, and more of batches smaller than 256.")
  public @Nullable Integer steps;

  @Option(names = "--linear", description = "Raise the rate by equal amounts, not equal factors.")
  public boolean linear;

  @Option(
      names = "--repeats",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Tests over as many seeds; the answer is their median. Default:" + " ${DEFAULT-VALUE}.")
  public int repeats = 1;

  /** A test that looks for the edge alone. */
  public RangeTest test(double momentum) {
    return test(momentum, start == null ? 1e-6 : start, steps == null ? 120 : steps);
  }

  /**
   * A test that tells candidates apart: it takes more steps where they part, as in the sources'
   * notebook, since weight decay needs steps to act.
   */
  public RangeTest slowTest(double momentum, SetupOptions.OptimizerName optimizer) {
    double usual = optimizer == SetupOptions.OptimizerName.ADAMW ? 1e-5 : 1e-2;
    double first = Rates.rate("--start", start == null ? usual : start);
    int slow = (int) Math.round(SLOW_STEPS_A_DECADE * Math.log10(end / first));
    return test(momentum, first, steps == null ? Math.max(SLOW_STEPS_A_DECADE, slow) : steps);
  }

  /** Images that a slow test sees at least, unless its steps are given: see {@code SweepPlan}. */
  public int leastImages() {
    return steps == null ? SLOW_IMAGES : 0;
  }

  private RangeTest test(double momentum, double first, int count) {
    Require.atLeast("--repeats", repeats, 1);
    Rates.rate("--start", first);
    Rates.rate("--end", end);
    return RangeTest.atMomentum(momentum)
        .withStart(first)
        .withEnd(end)
        .withSteps(count)
        .withRamp(linear ? Ramp.LINEAR : Ramp.EXPONENTIAL);
  }
}
