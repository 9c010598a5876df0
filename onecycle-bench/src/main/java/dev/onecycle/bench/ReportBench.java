package dev.onecycle.bench;

import dev.onecycle.bench.measure.Spread;
import dev.onecycle.error.Require;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.StepRecord;
import dev.onecycle.report.page.RunReport;
import dev.onecycle.run.Conditions;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.RunRecord.Status;
import dev.onecycle.schedule.OneCycle;
import dev.onecycle.text.Numbers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The time to write the page of a given run, or of a made-up run of a given length. */
@Command(
    name = "report",
    description = "Time to read a run and write its page, and the size of the page.",
    mixinStandardHelpOptions = true)
final class ReportBench implements Callable<Integer> {
  private static final int EPOCHS = 100;

  @Parameters(
      paramLabel = "RUN",
      arity = "0..1",
      description = "Folder of a run. Default: a made-up run of --steps steps.")
  Path run = Path.of("");

  @Option(names = "--steps", defaultValue = "100000", description = "Default: ${DEFAULT-VALUE}.")
  int steps = 100_000;

  @Option(names = "--rounds", defaultValue = "11", description = "Default: ${DEFAULT-VALUE}.")
  int rounds = 11;

  @Override
  public Integer call() throws IOException {
    Require.atLeast("rounds", rounds, 1);
    Require.atLeast("steps", steps, 1);
    Path folder = run.toString().isEmpty() ? madeUp() : run;
    Path page = folder.resolve("bench-" + RunReport.FILE);
    double[] milliseconds = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      long begin = System.nanoTime();
      RunReport.read(folder).write(page);
      milliseconds[i] = (System.nanoTime() - begin) / 1e6;
    }
    System.out.println(
        Numbers.format(
            "%s: %,d bytes; first %.0f ms, median of %d %.0f ms",
            page, Files.size(page), milliseconds[0], rounds, Spread.of(milliseconds).median()));
    return 0;
  }

  /** Writes a run of noise around a falling loss. */
  private Path madeUp() throws IOException {
    OneCycle policy = OneCycle.of(steps, 0.4);
    Path folder = Files.createTempDirectory("onecycle-bench").resolve("run");
    SplittableRandom random = new SplittableRandom(0);
    try (RunFolder files = RunFolder.create(folder, record(policy))) {
      for (int step = 0; step < steps; step++) {
        double falling = 2.3 * Math.exp(-3.0 * step / steps);
        files.step(
            new StepRecord(
                step,
                (int) ((long) step * EPOCHS / steps),
                policy.learningRate().at(step),
                policy.momentum().at(step),
                falling + 0.2 * random.nextGaussian()));
        if ((long) (step + 1) * EPOCHS / steps > (long) step * EPOCHS / steps) {
          int epoch = (int) ((long) step * EPOCHS / steps);
          double validation = falling + 0.1 * random.nextDouble();
          files.epoch(
              new EpochRecord(
                  epoch,
                  step + 1,
                  falling,
                  1000,
                  10,
                  Optional.of(new EpochRecord.Evaluated(validation, 1 - falling / 2.5, 1))));
        }
      }
    }
    return folder;
  }

  private static RunRecord record(OneCycle policy) {
    RunRecord.Data data =
        new RunRecord.Data(
            "made up",
            "",
            List.of("a", "b"),
            List.of(3, 32, 32),
            1,
            new RunRecord.Evaluation("test", 1));
    return RunRecord.of(data, RunRecord.PolicySummary.of(policy), Conditions.none())
        .withOrigin("2026-01-01T00:00:00Z", List.of("onecycle", "bench", "report"), Map.of())
        .withConfig(Map.of("epochs", EPOCHS), Map.of())
        .withEnd(Status.FINISHED, "2026-01-01T01:00:00Z", Map.of());
  }
}
