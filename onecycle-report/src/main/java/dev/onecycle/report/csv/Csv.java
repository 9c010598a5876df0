package dev.onecycle.report.csv;

import static java.util.stream.Collectors.joining;

import dev.onecycle.error.BadDataException;
import dev.onecycle.run.files.AtomicFile;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The codec of all CSV files: a header line, then rows of numbers and texts, written so that each
 * number reads back to the same bits.
 */
final class Csv {
  private Csv() {}

  /**
   * A line of a file.
   *
   * @param line its number, from 1
   * @param cells without surrounding spaces
   */
  record Row(Path file, int line, List<String> cells) {
    /** Whether the line is empty. */
    boolean blank() {
      return cells.size() == 1 && cells.get(0).isEmpty();
    }

    /**
     * The number in a cell; NaN and infinities may be spelled in any usual way.
     *
     * @param name of the number, for messages
     * @throws BadDataException if the cell holds no number
     */
    double number(int column, String name) {
      String cell = cells.get(column);
      return switch (cell.toLowerCase(Locale.ROOT)) {
        case "nan" -> Double.NaN;
        case "inf", "+inf", "infinity", "+infinity" -> Double.POSITIVE_INFINITY;
        case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
        default -> {
          try {
            yield Double.parseDouble(cell);
          } catch (NumberFormatException e) {
            throw invalid(name + " must be a number but was '" + cell + "'", e);
          }
        }
      };
    }

    /**
     * The whole number in a cell.
     *
     * @param name of the number, for messages
     * @throws BadDataException if the cell holds no whole number
     */
    int integer(int column, String name) {
      String cell = cells.get(column);
      try {
        return Integer.parseInt(cell);
      } catch (NumberFormatException e) {
        throw invalid(name + " must be a whole number but was '" + cell + "'", e);
      }
    }

    /** An error that names the file and the line. */
    BadDataException invalid(String problem) {
      return new BadDataException(text(problem));
    }

    private BadDataException invalid(String problem, Exception cause) {
      return new BadDataException(text(problem), cause);
    }

    private String text(String problem) {
      return file + " line " + line + ": " + problem;
    }
  }

  /**
   * Writes a file, completely or not at all.
   *
   * @param columns of the header
   * @param rows a value for each column: numbers and texts
   * @throws dev.onecycle.error.CannotWriteException if the file cannot be created or written
   */
  static void write(Path file, List<String> columns, Stream<? extends List<?>> rows) {
    write(file, columns, (Consumer<List<?>> row) -> rows.forEach(row));
  }

  /**
   * Writes a file, completely or not at all, while its rows are computed.
   *
   * @param columns of the header
   * @param rows gives one row after the other: a value for each column
   * @throws dev.onecycle.error.CannotWriteException if the file cannot be created or written
   */
  static void write(Path file, List<String> columns, Consumer<Consumer<List<?>>> rows) {
    AtomicFile.write(
        file,
        out -> {
          // A library for this would double the time of a start.
          Writer csv = new OutputStreamWriter(out, StandardCharsets.UTF_8);
          csv.write(line(columns));
          try {
            rows.accept(
                row -> {
                  try {
                    csv.write(line(row));
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                });
          } catch (UncheckedIOException e) {
            throw e.getCause();
          }
          csv.flush();
        });
  }

  private static String line(List<?> cells) {
    return cells.stream().map(Csv::cell).collect(joining(",", "", "\n"));
  }

  /** A value in quotes where it needs them: RFC 4180. */
  private static String cell(Object value) {
    String text = String.valueOf(value);
    boolean plain =
        text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
            && text.strip().equals(text);
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
