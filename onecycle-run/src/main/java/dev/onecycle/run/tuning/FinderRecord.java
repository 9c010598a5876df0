package dev.onecycle.run.tuning;

import dev.onecycle.range.RangeSummary;
import dev.onecycle.run.Conditions;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A finder's result as it is kept on disk.
 *
 * @param command the command line that repeats it, word by word
 * @param learningRate the suggested peak rate; empty where the curve gives none
 * @param conditions under which it was found
 * @param result the tests
 */
public record FinderRecord(
    List<String> command, OptionalDouble learningRate, Conditions conditions, RangeSummary result) {
  public FinderRecord {
    command = List.copyOf(command);
  }
}
