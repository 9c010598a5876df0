package dev.onecycle.report.csv;

import dev.onecycle.error.CannotWriteException;
import dev.onecycle.range.RangeResult;
import dev.onecycle.tune.Candidate;
import dev.onecycle.tune.Sweep;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The range tests of a sweep as a CSV file with the columns {@code
 * value,test,step,learning_rate,loss,smoothed} and a row for each step.
 */
public final class SweepCsv {
  private static final List<String> COLUMNS =
      Stream.concat(Stream.of("value", "test"), RangeCsv.COLUMNS.stream()).toList();

  private SweepCsv() {}

  /**
   * Writes a file, completely or not at all; each number reads back to the same bits.
   *
   * @throws CannotWriteException if the file cannot be created or written
   */
  public static void write(Sweep sweep, Path file) {
    Csv.write(file, COLUMNS, sweep.candidates().stream().flatMap(SweepCsv::rows));
  }

  private static Stream<List<Number>> rows(Candidate candidate) {
    List<RangeResult> tests = candidate.test().runs();
    return IntStream.range(0, tests.size())
        .boxed()
        .flatMap(
            test ->
                tests.get(test).points().stream()
                    .map(
                        point -> {
                          List<Number> cells = new ArrayList<>(List.of(candidate.value(), test));
                          cells.addAll(RangeCsv.cells(point));
                          return cells;
                        }));
  }
}
