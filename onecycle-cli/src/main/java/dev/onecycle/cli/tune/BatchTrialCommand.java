package dev.onecycle.cli.tune;

import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.Require;
import dev.onecycle.run.files.JsonFile;
import dev.onecycle.text.Bytes;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.tune.BatchSizeTrial;
import dev.onecycle.torch.tune.MemoryBudget;
import dev.onecycle.tune.BatchTrial;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Tries one batch size; started by {@link TrialProcess}, in a process that may come to grief. */
@Command(name = BatchTrialCommand.NAME, hidden = true)
public final class BatchTrialCommand implements Callable<Integer> {
  static final String NAME = "batch-trial";

  private static final Path OOM_PREFERENCE = Path.of("/proc/self/oom_score_adj");
  private static final Duration PATIENCE = Duration.ofMillis(1500);
  private static final long MILLIS_BETWEEN_LOOKS = 2;
  private static final int MAX_FAILURES = 100;

  @Option(names = "--config", required = true, description = "The configuration to try.")
  Path config = Path.of("");

  @Option(names = "--shape", required = true, split = ",", description = "C,H,W of an image.")
  List<Integer> shape = List.of();

  @Option(names = "--classes", required = true, description = "Classes.")
  int classes;

  @Option(names = "--limit", description = "Bytes that the process may hold; 0 for no limit.")
  long limit;

  @Option(names = "--out", required = true, description = "Where the result goes.")
  Path out = Path.of("");

  @Override
  public Integer call() {
    TrainingConfig settings = TrainingConfig.read(config).validated();
    Require.that(shape.size() == 3, "--shape", "C,H,W", shape, shape);
    // Where memory runs out for all, this process is to go, and not the one that started it.
    try {
      Files.writeString(OOM_PREFERENCE, "1000");
    } catch (IOException e) {
      // Another system than Linux, or one that forbids it: a precaution less, nothing more.
      System.getLogger(BatchTrialCommand.class.getName())
          .log(System.Logger.Level.DEBUG, "the process cannot offer itself", e);
    }
    watchMemory(settings.get(TrainingConfig.BATCH_SIZE));
    ImageShape image = new ImageShape(shape.get(0), shape.get(1), shape.get(2));
    JsonFile.write(out, BatchSizeTrial.run(settings.setup(image, classes), PATIENCE));
    return ExitCode.OK;
  }

  private void watchMemory(int batchSize) {
    if (limit > 0) {
      Thread watch = new Thread(() -> endWhereTooMuchIsHeld(batchSize), "onecycle-memory");
      watch.setDaemon(true);
      watch.setPriority(Thread.MAX_PRIORITY);
      watch.start();
    }
  }

  private void endWhereTooMuchIsHeld(int batchSize) {
    int failures = 0;
    try {
      while (failures < MAX_FAILURES) {
        try {
          if (MemoryBudget.heldByThisProcess().orElse(0) > limit) {
            // The exit code may be lost: the engine can crash where it is ended at work.
            String why = "holds more than the budget of " + Bytes.text(limit);
            JsonFile.write(out, BatchTrial.failed(batchSize, why));
            Runtime.getRuntime().halt(ExitCode.SOFTWARE);
          }
          failures = 0;
        } catch (UncheckedIOException e) {
          failures++; // the system is short of memory itself; it may answer the next time
        }
        Thread.sleep(MILLIS_BETWEEN_LOOKS);
      }
    } catch (InterruptedException e) {
      return;
    }
    // Unwatched, it must not go on.
    System.err.println("onecycle: the system does not tell how much memory is held");
    Runtime.getRuntime().halt(ExitCode.SOFTWARE);
  }
}
