package dev.onecycle.report.csv;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.csv.CsvFactory;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.report.chart.Curve;
import dev.onecycle.report.chart.Point;
import dev.onecycle.report.figures.RunCurves;
import dev.onecycle.run.files.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The curves of a run from comma-separated values, whoever wrote them: our own {@code steps.csv}
 * and {@code epochs.csv}, or the log of another program.
 *
 * <p>The first line names the columns; case, spaces and underscores do not matter, and unknown
 * columns are passed over. There must be a step and at least one curve. Where a cell is empty
 * nothing was recorded, so that a line goes on to the next value; where it is NaN the line has a
 * gap. Accuracies are shares where none is above 1, otherwise percent.
 */
public final class RunCurvesCsv {
  private static final int MOST_BYTES = 512 << 20;
  private static final String ENDING = ".csv";

  private final Path file;
  private final Map<CsvColumn, Integer> columns = new EnumMap<>(CsvColumn.class);
  private final Map<CsvColumn, List<Point>> points = new EnumMap<>(CsvColumn.class);
  private final List<Point> gap = new ArrayList<>();
  private int width;
  private double lastStep = Double.NEGATIVE_INFINITY;

  private RunCurvesCsv(Path file) {
    this.file = file;
  }

  /**
   * Reads a file; the run is called after it.
   *
   * @throws BadDataException naming the file, the line and what was found there
   */
  public static RunCurves read(Path file) {
    return new RunCurvesCsv(file).read();
  }

  private RunCurves read() {
    if (!Files.exists(file)) {
      throw new BadDataException(file + " does not exist; check the path");
    }
    // Bytes, not characters: the parser sees by their first ones how they are encoded.
    try (CsvParser cells =
        new CsvFactory().createParser(WholeFile.read(file, MOST_BYTES, "a log"))) {
      cells.enable(CsvParser.Feature.TRIM_SPACES);
      List<String> header = new ArrayList<>();
      int line = next(cells, header);
      if (line < 0) {
        throw new BadDataException(file + " line 1: the names of columns are missing; it is empty");
      }
      header(line, header);
      List<String> row = new ArrayList<>();
      for (line = next(cells, row); line >= 0; line = next(cells, row)) {
        row(line, row);
      }
    } catch (JsonProcessingException e) {
      throw bad(e.getLocation().getLineNr(), e.getOriginalMessage());
    } catch (IOException e) {
      throw IoErrors.cannotRead(file, e);
    }
    return curves();
  }

  /** Puts the next line's cells into a list and answers its number; -1 at the end. */
  private static int next(CsvParser cells, List<String> row) throws IOException {
    row.clear();
    if (cells.nextToken() != JsonToken.START_ARRAY) {
      return -1;
    }
    int line = -1;
    while (cells.nextToken() != JsonToken.END_ARRAY) {
      line = line < 0 ? cells.currentTokenLocation().getLineNr() : line;
      row.add(cells.getText().strip());
    }
    return line;
  }

  private void header(int line, List<String> header) {
    width = header.size();
    for (CsvColumn column : CsvColumn.values()) {
      int index = column.in(header);
      if (index >= 0) {
        columns.put(column, index);
        points.put(column, new ArrayList<>());
      }
    }
    if (columns.containsKey(CsvColumn.STEP)) {
      columns.remove(CsvColumn.STEPS);
    } else if (!columns.containsKey(CsvColumn.STEPS)) {
      throw bad(
          line,
          "a column of steps must be there, called "
              + CsvColumn.STEP.understood()
              + ", but found "
              + String.join(", ", header));
    }
    if (columns.size() < 2) {
      throw bad(
          line,
          "a curve must be there, called one of "
              + CsvColumn.curves()
              + ", but found "
              + String.join(", ", header));
    }
  }

  private void row(int line, List<String> row) {
    if (row.size() == 1 && row.get(0).isEmpty()) {
      return;
    }
    if (row.size() != width) {
      throw bad(line, "expected " + width + " cells as in the first line but found " + row.size());
    }
    double step = step(line, row);
    Map<CsvColumn, Double> values = new EnumMap<>(CsvColumn.class);
    columns.forEach(
        (column, index) -> {
          Double value = number(line, column, row.get(index));
          if (value != null && column != CsvColumn.STEP && column != CsvColumn.STEPS) {
            values.put(column, value);
          }
        });
    values.forEach((column, value) -> of(column).add(new Point(step, value)));
    Double validation = values.get(CsvColumn.VALIDATION_LOSS);
    Double training = values.get(CsvColumn.TRAIN_LOSS);
    if (validation != null && training != null) {
      gap.add(new Point(step, validation - training));
    }
  }

  private double step(int line, List<String> row) {
    CsvColumn column = columns.containsKey(CsvColumn.STEP) ? CsvColumn.STEP : CsvColumn.STEPS;
    String cell = row.get(columns.getOrDefault(column, 0));
    Double value = number(line, column, cell);
    if (value == null || !Double.isFinite(value)) {
      throw bad(line, "the step must be a number but was '" + cell + "'");
    }
    double step = column == CsvColumn.STEPS ? Math.max(0, value - 1) : value;
    if (step < lastStep) {
      throw bad(line, "steps must not go back but " + cell + " stands below a later one");
    }
    lastStep = step;
    return step;
  }

  private @Nullable Double number(int line, CsvColumn column, String cell) {
    return switch (cell.toLowerCase(Locale.ROOT)) {
      case "" -> null;
      case "nan" -> Double.NaN;
      case "inf", "+inf", "infinity" -> Double.POSITIVE_INFINITY;
      case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
      default -> parsed(line, column, cell);
    };
  }

  private double parsed(int line, CsvColumn column, String cell) {
    try {
      return Double.parseDouble(cell);
    } catch (NumberFormatException e) {
      String name = column.name().toLowerCase(Locale.ROOT).replace('_', ' ');
      throw new BadDataException(at(line) + name + " must be a number but was '" + cell + "'", e);
    }
  }

  private BadDataException bad(int line, String what) {
    return new BadDataException(at(line) + what);
  }

  private String at(int line) {
    return file + " line " + line + ": ";
  }

  private List<Point> of(CsvColumn column) {
    return points.computeIfAbsent(column, c -> new ArrayList<>());
  }

  private RunCurves curves() {
    String name = String.valueOf(file.getFileName());
    boolean ends = name.toLowerCase(Locale.ROOT).endsWith(ENDING) && name.length() > 4;
    return new RunCurves(
        ends ? name.substring(0, name.length() - ENDING.length()) : name,
        List.of(),
        new Curve("learning rate", of(CsvColumn.LEARNING_RATE)),
        new Curve("momentum", of(CsvColumn.MOMENTUM)),
        new Curve("training loss", of(CsvColumn.TRAIN_LOSS)),
        new Curve("validation loss", of(CsvColumn.VALIDATION_LOSS)),
        new Curve("validation loss less training loss", gap),
        new Curve("accuracy", percent(of(CsvColumn.ACCURACY))));
  }

  private static List<Point> percent(List<Point> accuracies) {
    boolean shares = accuracies.stream().allMatch(p -> !p.finite() || p.y() <= 1);
    return shares
        ? accuracies.stream().map(p -> new Point(p.x(), 100 * p.y())).toList()
        : accuracies;
  }
}
