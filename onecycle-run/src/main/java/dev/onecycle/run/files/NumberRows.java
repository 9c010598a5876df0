package dev.onecycle.run.files;

import dev.onecycle.error.IoErrors;
import dev.onecycle.text.Numbers;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a CSV file of numbers that is, or was, being written.
 *
 * @param rows those that could be understood
 * @param notes what could not, in sentences
 */
public record NumberRows<T>(List<T> rows, List<String> notes) {

  /**
   * Reads rows below a header line; a file that is absent has none.
   *
   * @param row of the cells of a line; throws {@link NumberFormatException}, or {@link
   *     ArrayIndexOutOfBoundsException} where cells are missing
   */
  public static <T> NumberRows<T> read(Path file, Function<String[], T> row) {
    String name = String.valueOf(file.getFileName());
    if (!Files.isRegularFile(file)) {
      return new NumberRows<>(List.of(), List.of(name + " is missing"));
    }
    List<T> rows = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    long unreadable = 0;
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(new FileInputStream(file.toFile()), StandardCharsets.UTF_8))) {
      whole(lines); // the header
      for (String line = whole(lines); line != null; line = whole(lines)) {
        T understood = line.endsWith("\n") ? understood(line.strip(), row) : null;
        if (understood == null) {
          unreadable++;
        } else {
          rows.add(understood);
        }
      }
    } catch (IOException e) {
      notes.add(name + " cannot be read to its end: " + IoErrors.reason(e));
    }
    if (unreadable > 0) {
      notes.add(
          Numbers.format(
              "%,d %s of %s cannot be understood and %s left out",
              unreadable,
              unreadable == 1 ? "line" : "lines",
              name,
              unreadable == 1 ? "is" : "are"));
    }
    return new NumberRows<>(rows, notes);
  }

  /** The next line with its end; without one where the file ends in the middle of it. */
  private static @Nullable String whole(Reader lines) throws IOException {
    StringBuilder line = new StringBuilder();
    int c = lines.read();
    while (c >= 0 && c != '\n') {
      line.append((char) c);
      c = lines.read();
    }
    return c >= 0 ? line.append('\n').toString() : line.isEmpty() ? null : line.toString();
  }

  private static <T> @Nullable T understood(String line, Function<String[], T> row) {
    try {
      return row.apply(line.split(",", -1));
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      return null; // counted by the caller, who says so
    }
  }
}
