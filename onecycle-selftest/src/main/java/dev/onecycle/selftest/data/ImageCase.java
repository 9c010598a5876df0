package dev.onecycle.selftest.data;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.DataSplits;
import dev.onecycle.data.Datasets;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.SkippedImage;
import dev.onecycle.selftest.Case;
import dev.onecycle.selftest.Expect;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A file in a class folder among sound images.
 *
 * @param name of the case
 * @param file its name
 * @param maker puts it there
 * @param expected what comes of it
 */
record ImageCase(String name, String file, Maker maker, Expected expected) {
  private static final int SOUND = 4;
  private static final String CLASS = "train/cat/";

  /** Writes a file, or something in the place of one. */
  @FunctionalInterface
  interface Maker {
    void write(Path file) throws Exception;
  }

  /** What comes of a file. */
  sealed interface Expected {
    /** It cannot be used, and {@code reason} is part of why. */
    record Refused(String reason) implements Expected {}

    /** It is an image, and this is its first pixel. */
    record Read(int colour) implements Expected {}

    /** It is no image and does not claim to be. */
    record PassedOver() implements Expected {}
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

  static ImageCase passedOver(String name, String file, Maker maker) {
    return new ImageCase(name, file, maker, new Expected.PassedOver());
  }

  Case asCase() {
    return new Case(name, this::check);
  }

  /** Opens it with sizes as stored, where heads are measured first, and with a size asked for. */
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
        Expect.equal(SOUND, skipped.train().size(), "the number of images that are left");
        Expect.equal(1, skipped.skipped().size(), "the number of images skipped");
        requireListed(skipped.skipped().get(0), refused.reason());
      } else {
        for (DataOptions each : List.of(options, skipping)) {
          requireRead(Timed.within(() -> Datasets.open(data.toString(), each)));
        }
      }
    }
  }

  private void requireListed(SkippedImage image, String reason) {
    Expect.equal(CLASS + file, image.origin(), "the path of what was skipped");
    Expect.that(
        image.reason().startsWith(reason),
        () -> "the reason '" + image.reason() + "' must begin with '" + reason + "'");
  }

  private void requireRead(DataSplits splits) {
    Expect.equal(List.of(), splits.skipped(), "what was skipped");
    ImageDataset train = splits.train();
    if (!(expected instanceof Expected.Read read)) {
      Expect.equal(SOUND, train.size(), "the number of images");
      return;
    }
    Expect.equal(SOUND + 1, train.size(), "the number of images");
    for (int i = 0; i < train.size(); i++) {
      String last = train.origin(i).substring(CLASS.length());
      if (!last.matches("[01]\\.png")) {
        requireColour(read.colour(), train.pixels(i));
      }
    }
  }

  /** As far as JPEG keeps a colour. */
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
