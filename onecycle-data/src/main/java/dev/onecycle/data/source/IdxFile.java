package dev.onecycle.data.source;

import dev.onecycle.data.archive.ExpansionLimit;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.ObjIntConsumer;
import java.util.zip.GZIPInputStream;

/**
 * A file of uint8 values in LeCun's IDX format, plain or gzipped: a magic number, the length of
 * each dimension as a big-endian 32-bit number, then the values.
 */
record IdxFile(Path path) {
  private static final int IMAGES = 0x00000803;
  private static final int LABELS = 0x00000801;
  private static final int MAX_ITEMS = 10_000_000;
  private static final int MAX_SIDE = 1 << 13;

  /** Reads the labels, which must be below {@code classes}. */
  int[] labels(int classes) {
    try (DataInputStream in = open()) {
      int count = header(in, LABELS, 1)[0];
      byte[] bytes = in.readNBytes(count);
      requireEnd(in, bytes.length == count, count, bytes.length);
      int[] labels = new int[count];
      for (int i = 0; i < count; i++) {
        labels[i] = bytes[i] & 0xFF;
        if (labels[i] >= classes) {
          throw bad(
              "has label " + labels[i] + " at image " + i + "; labels must be below " + classes);
        }
      }
      return labels;
    } catch (IOException e) {
      throw IoErrors.cannotRead(path, e);
    }
  }

  /** The shape of the images: [1, rows, columns]. */
  ImageShape shape() {
    try (DataInputStream in = open()) {
      return shape(header(in, IMAGES, 3));
    } catch (IOException e) {
      throw IoErrors.cannotRead(path, e);
    }
  }

  /** Reads the images one by one; their number must be {@code count}. */
  void images(int count, ObjIntConsumer<byte[]> consumer) {
    try (DataInputStream in = open()) {
      int[] lengths = header(in, IMAGES, 3);
      if (lengths[0] != count) {
        throw bad("has " + lengths[0] + " images, but there are " + count + " labels");
      }
      byte[] image = new byte[shape(lengths).bytes()];
      for (int i = 0; i < count; i++) {
        int n = in.readNBytes(image, 0, image.length);
        if (n < image.length) {
          throw bad("ends in image " + i + " of " + count);
        }
        consumer.accept(image, i);
      }
      requireEnd(in, true, count, count);
    } catch (IOException e) {
      throw IoErrors.cannotRead(path, e);
    }
  }

  private DataInputStream open() throws IOException {
    InputStream file = new BufferedInputStream(Files.newInputStream(path), 1 << 16);
    boolean compressed = path.toString().endsWith(".gz");
    try {
      return new DataInputStream(
          compressed ? new BufferedInputStream(expanded(file), 1 << 16) : file);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  private InputStream expanded(InputStream file) throws IOException {
    ExpansionLimit expansion = new ExpansionLimit(path.toString(), Files.size(path));
    return expansion.counting(new GZIPInputStream(file, 1 << 16));
  }

  private int[] header(DataInputStream in, int magic, int dimensions) throws IOException {
    int found = in.readInt();
    if (found != magic) {
      throw bad(
          String.format(
              Locale.ROOT, "must begin with 0x%08X but begins with 0x%08X", magic, found));
    }
    int[] lengths = new int[dimensions];
    for (int i = 0; i < dimensions; i++) {
      lengths[i] = in.readInt();
    }
    boolean fits = lengths[0] > 0 && lengths[0] <= MAX_ITEMS;
    for (int i = 1; i < dimensions; i++) {
      fits &= lengths[i] > 0 && lengths[i] <= MAX_SIDE;
    }
    if (!fits) {
      throw bad("has impossible dimensions " + Arrays.toString(lengths));
    }
    return lengths;
  }

  private void requireEnd(InputStream in, boolean whole, int expected, int found)
      throws IOException {
    if (!whole) {
      throw bad("must have " + expected + " values but ends after " + found);
    }
    if (in.read() >= 0) {
      throw bad("has bytes after its last value");
    }
  }

  private static ImageShape shape(int[] lengths) {
    return new ImageShape(1, lengths[1], lengths[2]);
  }

  private BadDataException bad(String reason) {
    return new BadDataException(path + " " + reason);
  }
}
