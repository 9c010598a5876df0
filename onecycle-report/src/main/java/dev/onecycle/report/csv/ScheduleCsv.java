package dev.onecycle.report.csv;

import dev.onecycle.error.CannotWriteException;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.schedule.Policy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A policy as comma-separated values: {@code step,learning_rate,momentum}, one row a step, steps
 * counted from 0, every number written so that it reads back to the same double.
 */
public final class ScheduleCsv {
  private static final String HEADER = "step,learning_rate,momentum\n";

  private ScheduleCsv() {}

  /**
   * Writes the file whole or not at all.
   *
   * @throws CannotWriteException where it cannot be created or written
   */
  public static void write(Policy policy, Path file) {
    AtomicFile.write(
        file,
        out -> {
          out.write(HEADER.getBytes(StandardCharsets.US_ASCII));
          for (long step = 0; step < policy.steps(); step++) {
            out.write(row(policy, step).getBytes(StandardCharsets.US_ASCII));
          }
        });
  }

  private static String row(Policy policy, long step) {
    return step + "," + policy.learningRate().at(step) + "," + policy.momentum().at(step) + "\n";
  }
}
