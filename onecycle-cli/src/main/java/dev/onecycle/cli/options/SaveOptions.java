package dev.onecycle.cli.options;

import dev.onecycle.error.Require;
import java.time.Duration;
import java.util.Set;
import picocli.CommandLine.Option;

/** How a run is kept from being lost. */
public final class SaveOptions {
  private static final double MOST_MINUTES = 60 * 24 * 365;

  /** What to do where the run cannot be saved. */
  enum OnSaveError {
    STOP,
    WARN
  }

  /** What to do where the loss is no longer a number. */
  enum OnDivergence {
    STOP,
    RETRY
  }

  @Option(
      names = "--checkpoint-minutes",
      paramLabel = "M",
      defaultValue = "10",
      description =
          "Save a checkpoint at least so often, besides after every epoch. Default: ${DEFAULT-VALUE}.")
  double minutes = 10;

  @Option(
      names = "--on-save-error",
      paramLabel = "WHAT",
      defaultValue = "stop",
      description =
          "${COMPLETION-CANDIDATES}. Where the disk is full, say: warn goes on, and tries again at"
              + " the next checkpoint. Default: stop.")
  OnSaveError onSaveError = OnSaveError.STOP;

  @Option(
      names = "--on-divergence",
      paramLabel = "WHAT",
      defaultValue = "stop",
      description =
          "${COMPLETION-CANDIDATES}. retry goes back to the last checkpoint and on with a third of"
              + " the rates, at most 3 times. Default: stop.")
  OnDivergence onDivergence = OnDivergence.STOP;

  public void validate() {
    Require.that(
        minutes > 0 && minutes <= MOST_MINUTES,
        "--checkpoint-minutes",
        "in (0, 525600]",
        minutes,
        minutes);
  }

  /** These options where they were given, those of another command line where they were not. */
  public SaveOptions or(SaveOptions other, Set<String> given) {
    SaveOptions merged = new SaveOptions();
    merged.minutes = given.contains("checkpoint-minutes") ? minutes : other.minutes;
    merged.onSaveError = given.contains("on-save-error") ? onSaveError : other.onSaveError;
    merged.onDivergence = given.contains("on-divergence") ? onDivergence : other.onDivergence;
    return merged;
  }

  public Duration interval() {
    return Duration.ofMillis(Math.round(60_000 * minutes));
  }

  public boolean warns() {
    return onSaveError == OnSaveError.WARN;
  }

  public boolean retries() {
    return onDivergence == OnDivergence.RETRY;
  }
}
