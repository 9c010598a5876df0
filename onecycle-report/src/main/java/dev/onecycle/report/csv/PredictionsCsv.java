package dev.onecycle.report.csv;

import dev.onecycle.error.CannotWriteException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Predicted classes as a CSV file: {@code file,class,probability}, then {@code class_2} and {@code
 * probability_2} and so on where more than one class of an image is asked for, then {@code error},
 * the reason where an image has no class.
 */
public final class PredictionsCsv {
  /**
   * A class and how probable it is.
   *
   * @param name of the class
   * @param probability in [0, 1]
   */
  public record Guess(String name, double probability) {}

  /**
   * A file and its classes.
   *
   * @param file its name
   * @param guesses the most probable first; empty where it could not be used
   * @param error the reason why it could not be used; otherwise empty
   */
  public record Row(String file, List<Guess> guesses, String error) {
    public Row {
      guesses = List.copyOf(guesses);
    }
  }

  private PredictionsCsv() {}

  /**
   * Writes a file, completely or not at all, while its rows are computed.
   *
   * @param guesses of each row, at least 1; cells of a row that has fewer are empty
   * @param rows gives one row after the other
   * @throws CannotWriteException if the file cannot be created or written
   */
  public static void write(Path file, int guesses, Consumer<Consumer<Row>> rows) {
    List<String> columns = new ArrayList<>(List.of("file", "class", "probability"));
    for (int i = 2; i <= guesses; i++) {
      columns.addAll(List.of("class_" + i, "probability_" + i));
    }
    columns.add("error");
    Csv.write(
        file,
        columns,
        (Consumer<List<?>> cells) -> rows.accept(row -> cells.accept(cells(row, guesses))));
  }

  private static List<Object> cells(Row row, int guesses) {
    List<Object> cells = new ArrayList<>(List.of(row.file()));
    for (int i = 0; i < guesses; i++) {
      boolean known = i < row.guesses().size();
      cells.add(known ? row.guesses().get(i).name() : "");
      cells.add(known ? row.guesses().get(i).probability() : "");
    }
    cells.add(row.error());
    return cells;
  }
}
