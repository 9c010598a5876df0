package dev.onecycle.report.csv;

import dev.onecycle.error.CannotWriteException;
import dev.onecycle.schedule.Policy;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A policy as a CSV file with the columns {@code step,learning_rate,momentum} and a row for each
 * step, from 0.
 */
public final class ScheduleCsv {
  private static final List<String> COLUMNS = List.of("step", "learning_rate", "momentum");

  private ScheduleCsv() {}

  /**
   * Writes a file, completely or not at all; each number reads back to the same bits.
   *
   * @throws CannotWriteException if the file cannot be created or written
   */
  public static void write(Policy policy, Path file) {
    Csv.write(
        file,
        COLUMNS,
        LongStream.range(0, policy.steps())
            .mapToObj(
                step ->
                    List.<Number>of(
                        step, policy.learningRate().at(step), policy.momentum().at(step))));
  }
}
