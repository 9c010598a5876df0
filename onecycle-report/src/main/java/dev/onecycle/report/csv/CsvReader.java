package dev.onecycle.report.csv;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.csv.CsvFactory;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.report.csv.Csv.Row;
import dev.onecycle.run.files.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Reads a CSV file line by line, the header first; errors name the file and the line. */
final class CsvReader implements Iterator<Row>, AutoCloseable {
  private final Path file;
  private final CsvParser parser;
  private @Nullable Row next;

  /**
   * Opens a file.
   *
   * @param maxBytes of a file of this kind
   * @param kind of the file, for messages: "a log"
   * @throws BadDataException if the file does not exist, cannot be read or is too large
   */
  CsvReader(Path file, int maxBytes, String kind) {
    if (!Files.exists(file)) {
      throw new BadDataException(file + " does not exist; check the path");
    }
    this.file = file;
    try {
      // The parser detects the encoding, so it gets bytes.
      parser = new CsvFactory().createParser(WholeFile.read(file, maxBytes, kind));
    } catch (IOException e) {
      throw IoErrors.cannotRead(file, e);
    }
    parser.enable(CsvParser.Feature.TRIM_SPACES);
    next = read();
  }

  @Override
  public boolean hasNext() {
    return next != null;
  }

  @Override
  public Row next() {
    Row row = next;
    if (row == null) {
      throw new NoSuchElementException(file + " has no more lines");
    }
    next = read();
    return row;
  }

  private @Nullable Row read() {
    try {
      if (parser.nextToken() != JsonToken.START_ARRAY) {
        return null;
      }
      List<String> cells = new ArrayList<>();
      int line = -1;
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        line = line < 0 ? parser.currentTokenLocation().getLineNr() : line;
        cells.add(parser.getText().strip());
      }
      return new Row(file, line, cells);
    } catch (JsonProcessingException e) {
      throw new BadDataException(
          file
              + " line "
              + e.getLocation().getLineNr()
              + ": it has a quote without its other one, or text after a closing quote",
          e);
    } catch (IOException e) {
      throw IoErrors.cannotRead(file, e);
    }
  }

  @Override
  public void close() {
    try {
      parser.close();
    } catch (IOException e) {
      throw IoErrors.cannotRead(file, e);
    }
  }
}
