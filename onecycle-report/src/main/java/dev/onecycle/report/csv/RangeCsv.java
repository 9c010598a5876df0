package dev.onecycle.report.csv;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.CannotWriteException;
import dev.onecycle.range.RangePoint;
import dev.onecycle.report.csv.Csv.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A range test as a CSV file with the columns {@code step,learning_rate,loss,smoothed} and a row
 * for each step; a loss may be {@code NaN} or {@code Infinity}.
 */
public final class RangeCsv {
  private static final int MAX_BYTES = 64 << 20;

  static final List<String> COLUMNS = List.of("step", "learning_rate", "loss", "smoothed");

  private RangeCsv() {}

  /**
   * Writes a file, completely or not at all; each number reads back to the same bits.
   *
   * @throws CannotWriteException if the file cannot be created or written
   */
  public static void write(List<RangePoint> points, Path file) {
    Csv.write(file, COLUMNS, points.stream().map(RangeCsv::cells));
  }

  static List<Number> cells(RangePoint point) {
    return List.of(point.step(), point.learningRate(), point.loss(), point.smoothed());
  }

  /**
   * Reads a file that {@link #write} wrote, to the same bits.
   *
   * @throws BadDataException naming the file and the line if it is not such a file
   */
  public static List<RangePoint> read(Path file) {
    try (CsvReader rows = new CsvReader(file, MAX_BYTES, "the curve of a range test")) {
      List<String> header = rows.hasNext() ? rows.next().cells() : List.of();
      if (!header.equals(COLUMNS)) {
        throw new BadDataException(
            file
                + " line 1: the header must be "
                + String.join(",", COLUMNS)
                + (header.isEmpty()
                    ? " but the file is empty"
                    : " but was " + String.join(",", header)));
      }
      List<RangePoint> points = new ArrayList<>();
      rows.forEachRemaining(row -> points.add(point(row)));
      return List.copyOf(points);
    }
  }

  private static RangePoint point(Row row) {
    if (row.cells().size() != COLUMNS.size()) {
      throw row.invalid("expected " + COLUMNS.size() + " values but found " + row.cells().size());
    }
    return new RangePoint(
        row.integer(0, "step"),
        row.number(1, "learning rate"),
        row.number(2, "loss"),
        row.number(3, "smoothed loss"));
  }
}
