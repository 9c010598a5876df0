package dev.onecycle.report.csv;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.CannotWriteException;
import dev.onecycle.range.RangePoint;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.run.files.WholeFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The points of a range test as comma-separated values: {@code step,learning_rate,loss,smoothed},
 * one row a step, every number written so that it reads back to the same double; a loss may be
 * {@code NaN} or {@code Infinity}.
 */
public final class RangeCsv {
  private static final int MOST_BYTES = 64 << 20;
  private static final String HEADER = "step,learning_rate,loss,smoothed";

  private RangeCsv() {}

  /**
   * Writes the file whole or not at all.
   *
   * @throws CannotWriteException where it cannot be created or written
   */
  public static void write(List<RangePoint> points, Path file) {
    StringBuilder text = new StringBuilder(HEADER).append('\n');
    for (RangePoint point : points) {
      text.append(point.step()).append(',').append(point.learningRate()).append(',');
      text.append(point.loss()).append(',').append(point.smoothed()).append('\n');
    }
    AtomicFile.writeText(file, text.toString());
  }

  /**
   * Reads what {@link #write} wrote, to the same bits.
   *
   * @throws BadDataException naming the file and the line where it is not such a file
   */
  public static List<RangePoint> read(Path file) {
    List<String> lines = lines(file);
    if (lines.isEmpty() || !lines.get(0).equals(HEADER)) {
      throw new BadDataException(
          file
              + " line 1: the header must be "
              + HEADER
              + (lines.isEmpty() ? " but the file is empty" : " but was " + lines.get(0)));
    }
    List<RangePoint> points = new ArrayList<>();
    for (int i = 1; i < lines.size(); i++) {
      points.add(point(file, i + 1, lines.get(i)));
    }
    return List.copyOf(points);
  }

  private static List<String> lines(Path file) {
    if (!Files.exists(file)) {
      throw new BadDataException(file + " does not exist; check the path");
    }
    return WholeFile.text(file, MOST_BYTES, "the curve of a range test").lines().toList();
  }

  private static RangePoint point(Path file, int line, String row) {
    String[] cells = row.split(",", -1);
    if (cells.length != 4) {
      throw new BadDataException(
          file + " line " + line + ": expected 4 values but found " + cells.length + ": " + row);
    }
    try {
      return new RangePoint(
          Integer.parseInt(cells[0]),
          Double.parseDouble(cells[1]),
          Double.parseDouble(cells[2]),
          Double.parseDouble(cells[3]));
    } catch (NumberFormatException e) {
      throw new BadDataException(file + " line " + line + ": not a number in " + row, e);
    }
  }
}
