package dev.onecycle.cli.train;

import dev.onecycle.torch.job.RunSummary;
import dev.onecycle.torch.job.TrainingJob;
import java.nio.file.Path;

/** A program that resumes a run; {@link LibraryRunIT} runs it as a file of its own. */
public final class LibraryResumeProgram {
  private LibraryResumeProgram() {}

  public static void main(String[] args) {
    // example: resume
    RunSummary run = TrainingJob.resume(Path.of("runs/first"));
    System.out.println(run.accuracy());
    // end of example
  }
}
