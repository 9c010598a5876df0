package dev.onecycle.report.csv;

import dev.onecycle.error.CannotWriteException;
import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.tune.Candidate;
import dev.onecycle.tune.Sweep;
import java.nio.file.Path;

/**
 * The range tests of a sweep as comma-separated values: {@code
 * value,test,step,learning_rate,loss,smoothed}, one row a step, every number written so that it
 * reads back to the same double.
 */
public final class SweepCsv {
  private SweepCsv() {}

  /**
   * Writes the file whole or not at all.
   *
   * @throws CannotWriteException where it cannot be created or written
   */
  public static void write(Sweep sweep, Path file) {
    StringBuilder text = new StringBuilder("value,test,step,learning_rate,loss,smoothed\n");
    for (Candidate candidate : sweep.candidates()) {
      int test = 0;
      for (RangeResult run : candidate.test().runs()) {
        for (RangePoint point : run.points()) {
          text.append(candidate.value()).append(',').append(test).append(',');
          text.append(point.step()).append(',').append(point.learningRate()).append(',');
          text.append(point.loss()).append(',').append(point.smoothed()).append('\n');
        }
        test++;
      }
    }
    AtomicFile.writeText(file, text.toString());
  }
}
