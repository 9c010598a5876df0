package dev.onecycle.data.image.decode;

import java.util.HashMap;
import java.util.Map;

/**
 * The first directory of a TIFF file, or of an EXIF block, which has the same form.
 *
 * <p>Its entries are checked before a reader allocates what they claim.
 */
final class TiffHeader {
  static final int WIDTH = 256;
  static final int HEIGHT = 257;
  private static final int KIND = 254;
  private static final int BITS_PER_SAMPLE = 258;
  private static final int PHOTOMETRIC = 262;
  private static final int ORIENTATION = 274;
  private static final int SAMPLES_PER_PIXEL = 277;
  private static final int TILE_WIDTH = 322;
  private static final int TILE_HEIGHT = 323;
  private static final int EXTRA_SAMPLES = 338;
  private static final int SAMPLE_FORMAT = 339;
  private static final int DNG_VERSION = 50706;
  private static final int COLOUR_FILTER_ARRAY = 32803;
  private static final int LINEAR_RAW = 34892;
  private static final int MAX_SAMPLES = 16;
  private static final int[] TYPE_BYTES = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4};

  /** The first value of each entry that holds whole numbers, by tag. */
  private final Map<Integer, Long> values = new HashMap<>();

  /** The position of the number that says where the next directory lies. */
  private int next = -1;

  private TiffHeader() {}

  /** The orientation in an EXIF block at a position of a file, in [1, 8]; 1 if it has none. */
  static int orientation(byte[] file, int at, int end) {
    try {
      return (int) (long) read(file, at, end, false).orientation();
    } catch (BadImage e) {
      return 1; // a damaged note of a camera is no damage of the image
    }
  }

  /** The first directory of a file. */
  static TiffHeader of(byte[] file) throws BadImage {
    return read(file, 0, file.length, true);
  }

  private static TiffHeader read(byte[] file, int from, int end, boolean strict) throws BadImage {
    if (from < 0 || from + 8 > end) {
      throw cut();
    }
    boolean big = Bytes.has(file, from, "MM");
    if (!big && !Bytes.has(file, from, "II")) {
      throw cut();
    }
    TiffHeader header = new TiffHeader();
    long directory = from + Bytes.u32(file, from + 4, big);
    if (directory + 2 > end) {
      throw cut();
    }
    int count = Bytes.u16(file, directory, big);
    for (int i = 0; i < count; i++) {
      long entry = directory + 2 + 12L * i;
      if (entry + 12 > end) {
        if (strict) {
          throw cut();
        }
        return header;
      }
      header.entry(file, from, end, entry, big, strict);
    }
    header.next = Math.toIntExact(directory + 2 + 12L * count);
    if (strict && header.next + 4 > end) {
      throw cut();
    }
    return header;
  }

  private void entry(byte[] file, int from, int end, long entry, boolean big, boolean strict)
      throws BadImage {
    int tag = Bytes.u16(file, entry, big);
    int type = Bytes.u16(file, entry + 2, big);
    long count = Bytes.u32(file, entry + 4, big);
    int bytes = type < TYPE_BYTES.length ? TYPE_BYTES[type] : 0;
    long at = entry + 8;
    if (bytes * count > 4) {
      at = from + Bytes.u32(file, entry + 8, big);
    }
    if (at + bytes * count > end || (bytes == 0 && count > end)) {
      if (strict) {
        throw cut();
      }
      return;
    }
    if (count > 0 && (type == 1 || type == 3 || type == 4)) {
      long value =
          type == 1
              ? Bytes.u8(file, at)
              : type == 3 ? Bytes.u16(file, at, big) : Bytes.u32(file, at, big);
      values.putIfAbsent(tag, value);
    }
  }

  private static BadImage cut() {
    return new BadImage("is damaged or cut short: its directory ends early");
  }

  private long value(int tag, long otherwise) {
    return values.getOrDefault(tag, otherwise);
  }

  long width() {
    return value(WIDTH, 0);
  }

  long height() {
    return value(HEIGHT, 0);
  }

  /** In [1, 8]; 1 where the file states none or another number. */
  long orientation() {
    long orientation = value(ORIENTATION, 1);
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
  }

  /** Whether colours are stored multiplied by their opacity, which the reader does not tell. */
  boolean isPremultiplied() {
    return value(EXTRA_SAMPLES, 0) == 1;
  }

  /** Refuses what a reader would misread, or for which it would allocate far too much. */
  void requireReadable(long maxPixels) throws BadImage {
    long photometric = value(PHOTOMETRIC, 1);
    boolean raw =
        values.containsKey(DNG_VERSION)
            || photometric == COLOUR_FILTER_ARRAY
            || photometric == LINEAR_RAW
            || (value(KIND, 0) & 1) == 1; // a preview comes first, as in NEF, ARW and PEF
    if (raw) {
      throw new BadImage(UnreadableFormat.message(UnreadableFormat.RAW));
    }
    if (value(SAMPLE_FORMAT, 1) != 1) {
      throw new BadImage(
          "has floating-point or signed samples, whose black and white are not stated; save it"
              + " with 8 or 16 bits a sample");
    }
    long bits = value(BITS_PER_SAMPLE, 1);
    if (bits > 16) {
      throw new BadImage("has " + bits + " bits a sample; save it with 8 or 16 bits a sample");
    }
    if (value(SAMPLES_PER_PIXEL, 1) > MAX_SAMPLES) {
      throw new BadImage("has " + value(SAMPLES_PER_PIXEL, 1) + " samples a pixel; save it as RGB");
    }
    long tile = value(TILE_WIDTH, 1);
    long rows = value(TILE_HEIGHT, 1);
    if (tile > 1 << 16 || rows > 1 << 16 || tile * rows > maxPixels) {
      throw new BadImage("has tiles of " + tile + "×" + rows + " pixels; save it again");
    }
  }

  /** The same file with one image. */
  byte[] alone(byte[] file) {
    byte[] alone = file.clone();
    for (int i = 0; i < 4; i++) {
      alone[next + i] = 0;
    }
    return alone;
  }
}
