package dev.onecycle.selftest.data;

import static dev.onecycle.selftest.data.FileCase.refused;

import dev.onecycle.selftest.data.FileCase.Maker;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;

/** Cases of IDX sets with an invalid file. */
final class IdxCases {
  private static final int IMAGES_MAGIC = 0x803;
  private static final int LABELS_MAGIC = 0x801;
  private static final String IMAGES = "train-images-idx3-ubyte";
  private static final String LABELS = "train-labels-idx1-ubyte";
  private static final int COUNT = 20;

  private IdxCases() {}

  static List<FileCase> all() {
    byte[] images = idx(COUNT * 6, IMAGES_MAGIC, COUNT, 3, 2);
    byte[] labels = idx(COUNT, LABELS_MAGIC, COUNT);
    byte[] ten = labels.clone();
    ten[ten.length - 1] = 10;
    byte[] gz = Compressed.gzip(images);
    return List.of(
        of("IDX with another magic number", IMAGES, idx(0, 0x802, COUNT, 3, 2), "must begin with"),
        of("IDX with a zero length", IMAGES, idx(0, IMAGES_MAGIC, COUNT, 0, 2), "impossible"),
        of("IDX with a negative length", IMAGES, idx(0, IMAGES_MAGIC, COUNT, -1, 2), "impossible"),
        of(
            "IDX with lengths whose product overflows",
            IMAGES,
            idx(0, IMAGES_MAGIC, 1 << 22, 1 << 11, 1 << 31),
            "impossible"),
        of(
            "IDX with fewer images than labels",
            IMAGES,
            idx(19 * 6, IMAGES_MAGIC, 19, 3, 2),
            "has 19 images, but there are 20 labels"),
        of(
            "IDX images without the last byte",
            IMAGES,
            Arrays.copyOf(images, images.length - 1),
            "ends in image 19 of 20"),
        of(
            "IDX images and a byte more",
            IMAGES,
            Arrays.copyOf(images, images.length + 1),
            "has bytes after its last value"),
        of("IDX label of 10", LABELS, ten, "has label 10 at image 19"),
        of(
            "IDX that claims 10,000,000 labels",
            LABELS,
            idx(0, LABELS_MAGIC, 10_000_000),
            "must have 10000000 values but ends after 0"),
        of(
            "IDX images gzipped and cut",
            IMAGES + ".gz",
            Arrays.copyOf(gz, gz.length - 12),
            "cannot be read: it is cut short"),
        refused(
            "IDX of 1 GB in 1 MB",
            home -> {
              byte[] header = idx(0, IMAGES_MAGIC, 1_048_576, 32, 32);
              Files.write(
                  home.resolve(IMAGES + ".gz"), Compressed.gzipped(header, 1024, new byte[0]));
              Files.write(
                  home.resolve(LABELS + ".gz"),
                  Compressed.gzipped(idx(0, LABELS_MAGIC, 1_048_576), 1, new byte[0]));
              return home;
            },
            IMAGES + ".gz expands to more than 200 times its size"));
  }

  /** A case in which one file is replaced. */
  private static FileCase of(String name, String file, byte[] bytes, String... parts) {
    Maker maker =
        home -> {
          Files.write(home.resolve(IMAGES), idx(COUNT * 6, IMAGES_MAGIC, COUNT, 3, 2));
          Files.write(home.resolve(LABELS), idx(COUNT, LABELS_MAGIC, COUNT));
          Files.deleteIfExists(home.resolve(file.replace(".gz", "")));
          Files.write(home.resolve(file), bytes);
          return home;
        };
    String[] all = Arrays.copyOf(parts, parts.length + 1);
    all[parts.length] = file;
    return refused(name, maker, all);
  }

  private static byte[] idx(int values, int... header) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * header.length + values);
    for (int number : header) {
      bytes.putInt(number);
    }
    return bytes.array();
  }
}
