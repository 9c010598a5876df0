package dev.onecycle.cli.train;

import static dev.onecycle.torch.job.TrainingConfig.EPOCHS;

import dev.onecycle.torch.job.RunSummary;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.job.TrainingJob;
import java.nio.file.Path;

/** The README's program; {@link LibraryRunIT} runs it as a file of its own. */
public final class LibraryProgram {
  private LibraryProgram() {}

  public static void main(String[] args) {
    // example: readme
    TrainingConfig config = TrainingConfig.of("photos/").with(EPOCHS, 10);
    RunSummary run = TrainingJob.start(config, Path.of("runs/first"));
    System.out.println(run.accuracy());
    // end of example
  }
}
