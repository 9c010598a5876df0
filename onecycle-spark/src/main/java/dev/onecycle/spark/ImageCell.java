package dev.onecycle.spark;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.error.Require;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;

/**
 * An image in a cell of a dataset: the bytes of its file, the path of its file, or the pixels of
 * Spark's {@code image} source.
 */
final class ImageCell {
  private static final int CV_8UC1 = 0;
  private static final int CV_8UC3 = 16;
  private static final int CV_8UC4 = 24;

  private ImageCell() {}

  /**
   * Makes sure that a column can hold images.
   *
   * @throws dev.onecycle.error.InvalidValueException naming the column
   */
  static void require(StructType schema, String column, String parameter) {
    DataType type = Schemas.type(schema, column, parameter);
    boolean pixels =
        type instanceof StructType struct
            && Arrays.asList(struct.fieldNames())
                .containsAll(Arrays.asList("height", "width", "nChannels", "mode", "data"));
    Require.that(
        type instanceof BinaryType || type instanceof StringType || pixels,
        parameter,
        "a column of bytes of image files, of paths, or of Spark's image source",
        column + " of type " + type.simpleString(),
        type);
  }

  /** What orders the images of a column: their path, or the SHA-256 of their bytes. */
  static Column order(StructType schema, String column) {
    DataType type = schema.apply(column).dataType();
    Column image = functions.col(column);
    if (type instanceof StringType) {
      return image;
    }
    if (type instanceof BinaryType) {
      return functions.sha2(image, 256);
    }
    return functions.concat_ws(
        "-",
        functions.sha2(image.getField("data"), 256),
        image.getField("height").cast("string"),
        image.getField("width").cast("string"),
        image.getField("mode").cast("string"));
  }

  /** The extension of an image file, with its dot; empty where the format is not one of a few. */
  static String extension(byte[] file) {
    if (begins(file, "\u00ff\u00d8")) {
      return ".jpg";
    }
    if (begins(file, "\u0089PNG")) {
      return ".png";
    }
    if (begins(file, "P5") || begins(file, "P6")) {
      return ".pnm";
    }
    if (begins(file, "GIF8")) {
      return ".gif";
    }
    if (begins(file, "RIFF")) {
      return ".webp";
    }
    if (begins(file, "II*") || begins(file, "MM\0*")) {
      return ".tif";
    }
    return begins(file, "BM") ? ".bmp" : "";
  }

  private static boolean begins(byte[] file, String start) {
    byte[] bytes = start.getBytes(StandardCharsets.ISO_8859_1);
    return file.length >= bytes.length
        && Arrays.equals(file, 0, bytes.length, bytes, 0, bytes.length);
  }

  /** Reads cells on an executor. */
  static final class Reader {
    private final Configuration hadoop;

    Reader(Configuration hadoop) {
      this.hadoop = hadoop;
    }

    /**
     * The bytes of an image file.
     *
     * @throws BadDataException where a path is no path or its file is not there, or pixels are not
     *     of 8 bits
     * @throws UncheckedIOException where a file cannot be read now: the image may be sound
     */
    byte[] bytes(Object cell) {
      if (cell instanceof byte[] bytes) {
        return bytes;
      }
      return cell instanceof Row pixels ? file(pixels) : file((String) cell);
    }

    private byte[] file(String path) {
      try {
        Path file = new Path(path);
        try (InputStream in = file.getFileSystem(hadoop).open(file)) {
          return in.readAllBytes();
        }
      } catch (FileNotFoundException | NoSuchFileException | IllegalArgumentException e) {
        throw IoErrors.cannotRead(path, e);
      } catch (IOException e) {
        throw SharedFolder.unreadable(path, e);
      }
    }

    /** The pixels in the order blue, green, red as a PNM file, which loses nothing. */
    private static byte[] file(Row pixels) {
      int height = pixels.getAs("height");
      int width = pixels.getAs("width");
      int mode = pixels.getAs("mode");
      byte[] data = pixels.getAs("data");
      int stored =
          switch (mode) {
            case CV_8UC1 -> 1;
            case CV_8UC3 -> 3;
            case CV_8UC4 -> 4;
            default -> 0;
          };
      if (stored == 0 || height < 1 || width < 1 || data.length != (long) height * width * stored) {
        throw new BadDataException(
            "an image of Spark's image source must have 1, 3 or 4 channels of 8 bits but "
                + pixels.<Object>getAs("origin")
                + " has mode "
                + mode
                + " and "
                + data.length
                + " bytes for "
                + height
                + "x"
                + width
                + "; leave out images that Spark could not read with dropInvalid");
      }
      boolean grey = stored == 1;
      String head = (grey ? "P5 " : "P6 ") + width + " " + height + " 255\n";
      ByteArrayOutputStream file = new ByteArrayOutputStream(data.length + head.length());
      file.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
      if (grey) {
        file.writeBytes(data);
      } else {
        for (int i = 0; i < data.length; i += stored) {
          file.write(data[i + 2]);
          file.write(data[i + 1]);
          file.write(data[i]);
        }
      }
      return file.toByteArray();
    }
  }
}
