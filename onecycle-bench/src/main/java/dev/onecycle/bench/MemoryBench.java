package dev.onecycle.bench;

import dev.onecycle.error.Require;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.TrainingListener;
import dev.onecycle.schedule.OneCycle;
import dev.onecycle.torch.job.Experiment;
import dev.onecycle.torch.train.Training;
import dev.onecycle.torch.train.TrainingPlan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The resident memory of a long training, which must not grow; on Linux only. */
@Command(
    name = "memory",
    description = "Resident memory after 200 steps and an evaluation, and after many more steps.",
    mixinStandardHelpOptions = true)
final class MemoryBench implements Callable<Integer> {
  private static final int EARLY = 200;

  @Mixin BenchOptions options = new BenchOptions();

  @Option(names = "--steps", defaultValue = "2000", description = "Default: ${DEFAULT-VALUE}.")
  int steps = 2000;

  private boolean evaluated;
  private long earlyStep;
  private double early;
  private double late;

  @Override
  public Integer call() {
    Require.atLeast("steps", steps, EARLY + 1);
    try (Experiment experiment = options.experiment()) {
      int images = experiment.train().size();
      int epochs = 1;
      while (experiment.config().plan(epochs).steps(images) < steps) {
        epochs++;
      }
      TrainingPlan plan = experiment.config().plan(epochs);
      System.out.println(BenchOptions.describe(experiment));
      Training.run(
          experiment.learner(),
          OneCycle.of(plan.steps(images), 0.2),
          plan,
          experiment.train(),
          experiment.evaluation(),
          listener(),
          () -> late > 0);
    }
    Require.that(
        earlyStep > 0 && earlyStep < steps,
        "steps",
        "more than an epoch, after which the first evaluation is made,",
        steps,
        steps);
    System.out.println(
        String.format(
            Locale.ROOT,
            "resident after %d steps %.0f MB, after %d steps %.0f MB: %+.1f MB",
            earlyStep,
            early,
            steps,
            late,
            late - early));
    return 0;
  }

  private TrainingListener listener() {
    return new TrainingListener() {
      @Override
      public void epoch(EpochRecord epoch) {
        evaluated = true;
      }

      @Override
      public void step(StepRecord step) {
        long done = step.step() + 1;
        if (earlyStep == 0 && evaluated && done >= EARLY) {
          earlyStep = done;
          early = residentMegabytes();
        }
        if (done == steps) {
          late = residentMegabytes();
        }
        if (done % EARLY == 0) {
          System.out.println(
              String.format(Locale.ROOT, "%5d steps  %.0f MB", done, residentMegabytes()));
        }
      }
    };
  }

  private static double residentMegabytes() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("VmRSS:")) {
          return Double.parseDouble(line.replaceAll("\\D", "")) / 1024;
        }
      }
      throw new IllegalStateException("/proc/self/status must contain VmRSS");
    } catch (IOException e) {
      throw new UncheckedIOException("resident memory can be read on Linux only", e);
    }
  }
}
