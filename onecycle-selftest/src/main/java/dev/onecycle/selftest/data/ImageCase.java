package dev.onecycle.selftest.data;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.DataSplits;
import dev.onecycle.data.Datasets;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.SkippedImage;
import dev.onecycle.selftest.harness.Case;
import dev.onecycle.selftest.harness.Expect;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A case of a file in a class folder among intact images.
 *
 * @param name of the case
 * @param file name of the file
 * @param maker writes the file
 * @param expected result of opening the folder
 */
record ImageCase(String name, String file, Maker maker, Expected expected) {
  private static final int INTACT_IMAGES = 4;
  private static final String CLASS = "train/cat/";

  /** Writes a file, a link, a pipe or a folder. */
  @FunctionalInterface
  interface Maker {
    void write(Path file) throws Exception;
  }

  /** The result for the file. */
  sealed interface Expected {
    /** The file is refused or skipped, and the reason starts with {@code reason}. */
    record Refused(String reason) implements Expected {}

    /** The file is read; its first pixel has this colour. */
    record Read(int colour) implements Expected {}

    /** The file is ignored. */
    record Ignored() implements Expected {}
  }

  static ImageCase refused(String name, String file, byte[] bytes, String reason) {
    return refused(name, file, path -> Files.write(path, bytes), reason);
  }

  static ImageCase refused(String name, String file, Maker maker, String reason) {
    return new ImageCase(name, file, maker, new Expected.Refused(reason));
  }

  static ImageCase read(String name, String file, byte[] bytes, int colour) {
    return read(name, file, path -> Files.write(path, bytes), colour);
  }

  static ImageCase read(String name, String file, Maker maker, int colour) {
    return new ImageCase(name, file, maker, new Expected.Read(colour));
  }

  static ImageCase ignored(String name, String file, Maker maker) {
    return new ImageCase(name, file, maker, new Expected.Ignored());
  }

  Case asCase() {
    return new Case(name, this::check);
  }

  /** Opens the folder with stored sizes, which reads headers first, and with a given size. */
  private void check(Path folder) throws Exception {
    Path data = folder.resolve("data");
    ImageFiles.tree(data);
    maker.write(data.resolve(CLASS + file));
    DataOptions stored = DataOptions.defaults().withCacheFolder(folder.resolve("cache"));
    for (DataOptions options : List.of(stored, stored.withImageSize(8))) {
      DataOptions skipping = options.withSkipBad(true);
      if (expected instanceof Expected.Refused refused) {
        Timed.refused(
            () -> Datasets.open(data.toString(), options),
            data + "/" + CLASS + file + " " + refused.reason());
        DataSplits skipped = Timed.within(() -> Datasets.open(data.toString(), skipping));
        Expect.equal(INTACT_IMAGES, skipped.train().size(), "the number of images that are left");
        Expect.equal(1, skipped.report().skipped().size(), "the number of images skipped");
        requireListed(skipped.report().skipped().get(0), refused.reason());
      } else {
        for (DataOptions each : List.of(options, skipping)) {
          requireRead(Timed.within(() -> Datasets.open(data.toString(), each)));
        }
      }
    }
  }

  private void requireListed(SkippedImage image, String reason) {
    Expect.equal(CLASS + file, image.origin(), "the path of the image skipped");
    Expect.that(
        image.reason().startsWith(reason),
        () -> "the reason '" + image.reason() + "' must begin with '" + reason + "'");
  }

  private void requireRead(DataSplits splits) {
    Expect.equal(List.of(), splits.report().skipped(), "the images skipped");
    ImageDataset train = splits.train();
    if (!(expected instanceof Expected.Read read)) {
      Expect.equal(INTACT_IMAGES, train.size(), "the number of images");
      return;
    }
    Expect.equal(INTACT_IMAGES + 1, train.size(), "the number of images");
    for (int i = 0; i < train.size(); i++) {
      String last = train.origin(i).substring(CLASS.length());
      if (!last.matches("[01]\\.png")) {
        requireColour(read.colour(), train.pixels(i));
      }
    }
  }

  /** Requires a colour within the error of JPEG. */
  private static void requireColour(int colour, ByteBuffer pixels) {
    for (int c = 0; c < 3; c++) {
      int wanted = colour >> (16 - 8 * c) & 0xFF;
      int found = pixels.get(c) & 0xFF;
      Expect.that(
          Math.abs(wanted - found) < 12,
          () -> "the first pixel must have " + wanted + " but has " + found);
    }
  }
}
