package dev.onecycle.bench;

import dev.onecycle.text.Numbers;
import java.util.Collection;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.util.Statistics;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The time and the allocation of a lookup in a schedule, by JMH.
 *
 * <p>Iterations are many and short, so that some are undisturbed on a busy machine: the lowest is
 * printed beside the median.
 */
@Command(
    name = "schedule",
    description = "Nanoseconds and bytes of a lookup of a step's learning rate and momentum.",
    mixinStandardHelpOptions = true)
final class ScheduleBench implements Callable<Integer> {
  private static final String ALLOCATION = "gc.alloc.rate.norm"; // in bytes a lookup

  @Option(
      names = "--policy",
      split = ",",
      paramLabel = "NAME",
      description = "Policies to measure. Default: all, and an amended 1cycle policy.")
  String[] policies = {};

  @Option(names = "--forks", defaultValue = "3", description = "Default: ${DEFAULT-VALUE}.")
  int forks = 3;

  @Option(
      names = "--iterations",
      defaultValue = "50",
      description = "Iterations of 20 ms in each fork. Default: ${DEFAULT-VALUE}.")
  int iterations = 50;

  @Override
  public Integer call() throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(ScheduleLookup.class.getSimpleName())
            .addProfiler(GCProfiler.class)
            .forks(forks)
            .warmupIterations(10)
            .warmupTime(TimeValue.milliseconds(100))
            .measurementIterations(iterations)
            .measurementTime(TimeValue.milliseconds(20));
    if (policies.length > 0) {
      options.param("policy", policies);
    }
    Collection<RunResult> results = new Runner(options.build()).run();
    for (RunResult result : results) {
      Result<?> bytes = Objects.requireNonNull(result.getSecondaryResults().get(ALLOCATION));
      Statistics nanos = result.getPrimaryResult().getStatistics();
      System.out.println(
          Numbers.format(
              "%-10s %-12s  median %5.1f ns, lowest %5.1f ns, %.1f bytes",
              result.getParams().getParam("policy"),
              result.getPrimaryResult().getLabel(),
              nanos.getPercentile(50),
              nanos.getMin(),
              bytes.getScore()));
    }
    return 0;
  }
}
