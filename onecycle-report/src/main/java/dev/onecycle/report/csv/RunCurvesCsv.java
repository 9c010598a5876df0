package dev.onecycle.report.csv;

import dev.onecycle.error.BadDataException;
import dev.onecycle.report.chart.Point;
import dev.onecycle.report.csv.Csv.Row;
import dev.onecycle.report.figures.RunCurves;
import dev.onecycle.report.figures.RunCurves.Quantity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The curves of a run from a CSV file: {@code steps.csv} or {@code epochs.csv} of a run folder, or
 * the log of another program.
 *
 * <p>The first line names the columns; case, spaces and underscores do not matter, and unknown
 * columns are ignored. The file needs a column of steps and at least one curve. An empty cell means
 * that nothing was recorded, and the line continues to the next value; NaN makes a gap. Accuracies
 * are taken as shares if none is above 1, otherwise as percent.
 */
public final class RunCurvesCsv {
  private static final int MAX_BYTES = 512 << 20;
  private static final String ENDING = ".csv";

  private final Map<LogColumn, Integer> columns = new EnumMap<>(LogColumn.class);
  private final Map<Quantity, List<Point>> points = new EnumMap<>(Quantity.class);
  private final int width;
  private double lastStep = Double.NEGATIVE_INFINITY;

  /**
   * Reads a file; the run gets the name of the file.
   *
   * @throws BadDataException naming the file, the line and the problem
   */
  public static RunCurves read(Path file) {
    try (CsvReader rows = new CsvReader(file, MAX_BYTES, "a log")) {
      if (!rows.hasNext()) {
        throw new BadDataException(
            file + " line 1: the names of the columns are missing; the file is empty");
      }
      RunCurvesCsv log = new RunCurvesCsv(rows.next());
      rows.forEachRemaining(log::add);
      return log.curves(name(file));
    }
  }

  private static String name(Path file) {
    String name = String.valueOf(file.getFileName());
    boolean ends =
        name.toLowerCase(Locale.ROOT).endsWith(ENDING) && name.length() > ENDING.length();
    return ends ? name.substring(0, name.length() - ENDING.length()) : name;
  }

  private RunCurvesCsv(Row header) {
    width = header.cells().size();
    for (LogColumn column : LogColumn.values()) {
      int index = column.indexIn(header.cells());
      if (index >= 0) {
        columns.put(column, index);
      }
    }
    String found = ", but found " + String.join(", ", header.cells());
    if (columns.containsKey(LogColumn.STEP)) {
      columns.remove(LogColumn.STEPS);
    } else if (!columns.containsKey(LogColumn.STEPS)) {
      throw header.invalid(
          "a column of steps must be there, called " + LogColumn.STEP.alternatives() + found);
    }
    if (columns.size() < 2) {
      throw header.invalid(
          "a curve must be there, called one of " + LogColumn.curveNames() + found);
    }
  }

  private void add(Row row) {
    if (row.blank()) {
      return;
    }
    if (row.cells().size() != width) {
      throw row.invalid(
          "expected " + width + " cells as in the first line but found " + row.cells().size());
    }
    double step = step(row);
    Map<Quantity, Double> values = values(row);
    values.forEach((quantity, value) -> add(quantity, step, value));
    Double validation = values.get(Quantity.VALIDATION_LOSS);
    Double training = values.get(Quantity.TRAINING_LOSS);
    if (validation != null && training != null) {
      add(Quantity.GAP, step, validation - training);
    }
  }

  private double step(Row row) {
    LogColumn column = columns.containsKey(LogColumn.STEP) ? LogColumn.STEP : LogColumn.STEPS;
    int index = columns.getOrDefault(column, 0);
    String cell = row.cells().get(index);
    double value = cell.isEmpty() ? Double.NaN : row.number(index, column.title());
    if (!Double.isFinite(value)) {
      throw row.invalid("the step must be a number but was '" + cell + "'");
    }
    double step = column == LogColumn.STEPS ? Math.max(0, value - 1) : value;
    if (step < lastStep) {
      throw row.invalid("steps must not decrease but " + cell + " follows a later one");
    }
    lastStep = step;
    return step;
  }

  private Map<Quantity, Double> values(Row row) {
    Map<Quantity, Double> values = new EnumMap<>(Quantity.class);
    columns.forEach(
        (column, index) ->
            column
                .quantity()
                .filter(quantity -> !row.cells().get(index).isEmpty())
                .ifPresent(quantity -> values.put(quantity, row.number(index, column.title()))));
    return values;
  }

  private void add(Quantity quantity, double step, double value) {
    points.computeIfAbsent(quantity, q -> new ArrayList<>()).add(new Point(step, value));
  }

  private RunCurves curves(String name) {
    List<Point> accuracies = points.getOrDefault(Quantity.ACCURACY, List.of());
    return new RunCurves(name, List.of(), points, RunCurves.Length.UNKNOWN)
        .with(Quantity.ACCURACY, percent(accuracies));
  }

  private static List<Point> percent(List<Point> accuracies) {
    boolean shares = accuracies.stream().allMatch(p -> !p.finite() || p.y() <= 1);
    return shares
        ? accuracies.stream().map(p -> new Point(p.x(), 100 * p.y())).toList()
        : accuracies;
  }
}
