package dev.onecycle.run.tuning;

import dev.onecycle.run.Conditions;
import dev.onecycle.tune.Sweep;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A sweep's result as it is kept on disk.
 *
 * @param command the command line that repeats it, word by word
 * @param learningRate the peak rate for training with the chosen value; empty where there is none
 * @param conditions those of the chosen value; of the first candidate where none is
 * @param result the candidates and the choice
 */
public record SweepRecord(
    List<String> command, OptionalDouble learningRate, Conditions conditions, Sweep result) {
  public SweepRecord {
    command = List.copyOf(command);
  }
}
