package dev.onecycle.data.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.RuntimeJsonMappingException;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import dev.onecycle.data.archive.Utf8Text;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.text.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A CSV file of images and their classes, with a line of column names, as Kaggle has them. */
public final class LabelTable {
  private static final long MAX_BYTES = 256L << 20;

  private static final List<String> IMAGE_COLUMNS =
      List.of(
          "image",
          "image_id",
          "image_name",
          "image_path",
          "img",
          "file",
          "filename",
          "file_name",
          "path",
          "id",
          "name");

  private static final List<String> LABEL_COLUMNS =
      List.of("label", "labels", "class", "class_name", "category", "target", "breed", "species");

  private LabelTable() {}

  /**
   * Reads a table.
   *
   * @param imageColumn the name of the column of images; empty for a usual name
   * @param labelColumn the name of the column of classes; empty for a usual name
   * @throws BadDataException if the file cannot be read, lacks a column or a value, or names an
   *     image twice with different classes
   */
  public static Labelling read(
      Path file, Optional<String> imageColumn, Optional<String> labelColumn) {
    byte[] bytes = bytes(file);
    String text = Utf8Text.of(file.toString(), bytes);
    Map<String, String> classes = new LinkedHashMap<>();
    try (MappingIterator<String[]> rows =
        new CsvMapper()
            .readerFor(String[].class)
            .with(CsvParser.Feature.WRAP_AS_ARRAY)
            .with(CsvParser.Feature.SKIP_EMPTY_LINES)
            .readValues(text)) {
      if (!rows.hasNext()) {
        throw new BadDataException(
            file + " is empty; it must have a column of images and one of" + " classes");
      }
      String[] header = rows.next();
      int image = column(file, header, "image_column", imageColumn, IMAGE_COLUMNS, 0);
      int label = column(file, header, "label_column", labelColumn, LABEL_COLUMNS, 1);
      for (int line = 2; rows.hasNext(); line++) {
        String[] row = rows.next();
        String name = value(row, image).replace('\\', '/').replaceFirst("^(\\./|/)+", "");
        String value = value(row, label);
        if (name.isEmpty() || value.isEmpty()) {
          String column = header[name.isEmpty() ? image : label];
          throw new BadDataException(file + " row " + line + " has no value of " + column);
        }
        String other = classes.put(name, value);
        if (other != null && !other.equals(value)) {
          throw new BadDataException(
              file + " has two labels for " + name + ": " + other + " and " + value);
        }
      }
      String description = "labels " + Sha256.of(text) + " " + header[image] + " " + header[label];
      return new Labelling.ByTable(file.toString(), classes, description);
    } catch (RuntimeJsonMappingException e) {
      throw notCsv(file, e.getCause() instanceof JsonProcessingException cause ? cause : null, e);
    } catch (JsonProcessingException e) {
      throw notCsv(file, e, e);
    } catch (IOException e) {
      throw IoErrors.cannotRead(file, e);
    }
  }

  private static BadDataException notCsv(
      Path file, @Nullable JsonProcessingException fault, Exception cause) {
    String line =
        fault == null || fault.getLocation() == null
            ? ""
            : " in line " + fault.getLocation().getLineNr();
    return new BadDataException(
        file
            + " is not a CSV file: it has a quote without its other one, or text after a closing"
            + " quote"
            + line,
        cause);
  }

  private static byte[] bytes(Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new BadDataException(file + " is larger than 256 MiB; it is not read");
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw IoErrors.cannotRead(file, e);
    }
  }

  private static String value(String[] row, int column) {
    return column < row.length && row[column] != null ? row[column].strip() : "";
  }

  private static int column(
      Path file,
      String[] header,
      String setting,
      Optional<String> asked,
      List<String> usual,
      int ofTwo) {
    List<String> names = Arrays.stream(header).map(String::strip).toList();
    if (asked.isPresent()) {
      int at = names.indexOf(asked.get());
      if (at < 0) {
        throw new BadDataException(
            file + " has no column " + asked.get() + " but " + String.join(", ", names));
      }
      return at;
    }
    for (String name : usual) {
      for (int i = 0; i < names.size(); i++) {
        if (names.get(i).toLowerCase(Locale.ROOT).equals(name)) {
          return i;
        }
      }
    }
    if (names.size() == 2) {
      return ofTwo;
    }
    throw new BadDataException(
        file + " has the columns " + String.join(", ", names) + "; set " + setting);
  }
}
