package dev.onecycle.data.image.decode;

import java.awt.image.BufferedImage;

/**
 * Portable any maps (PNM): PBM, PGM and PPM, as text (P1 to P3) or binary (P4 to P6); the first
 * image of a file. Samples are scaled from the maximum that the file states to 255.
 */
final class PortableMap {
  private static final int MAX_VALUE = 65_535;

  private final byte[] file;
  private final int kind;
  private int at = 2;
  final int width;
  final int height;
  private final int max;

  /** Reads the header. */
  PortableMap(byte[] file) throws BadImage {
    this.file = file;
    this.kind = file[1] - '0';
    this.width = number(Integer.MAX_VALUE);
    this.height = number(Integer.MAX_VALUE);
    boolean bits = kind == 1 || kind == 4;
    this.max = bits ? 1 : number(MAX_VALUE);
    if (max < 1) {
      throw new BadImage("is damaged: its largest value must be in [1, 65535] but was " + max);
    }
    at++; // one white space parts the header from binary samples
  }

  /** The next number of a text, past white space and comments. */
  private int number(int most) throws BadImage {
    while (at < file.length && (Character.isWhitespace(file[at]) || file[at] == '#')) {
      if (file[at] == '#') {
        while (at < file.length && file[at] != '\n' && file[at] != '\r') {
          at++;
        }
      } else {
        at++;
      }
    }
    long value = 0;
    int from = at;
    while (at < file.length && file[at] >= '0' && file[at] <= '9' && value <= most) {
      value = 10 * value + file[at++] - '0';
    }
    if (at == from) {
      throw at >= file.length
          ? cut()
          : new BadImage("is damaged: a number must stand at byte " + at);
    }
    if (value > most) {
      throw new BadImage("is damaged: a number must be at most " + most + " but was " + value);
    }
    return (int) value;
  }

  private static BadImage cut() {
    return new BadImage("is damaged or cut short: its pixels end early");
  }

  /** Every {@code step}-th pixel of every {@code step}-th row, grey or RGB. */
  BufferedImage pixels(int step) throws BadImage {
    int channels = kind == 3 || kind == 6 ? 3 : 1;
    boolean text = kind <= 3;
    long rowBytes = kind == 4 ? (width + 7) / 8 : (long) width * channels * (max > 255 ? 2 : 1);
    // A text has at least one letter a sample, and white space between numbers.
    long least = !text ? rowBytes * height : (long) width * height * channels;
    if (least > file.length - at + 1L || (!text && rowBytes * height > file.length - at)) {
      throw cut();
    }
    int newWidth = (width + step - 1) / step;
    int newHeight = (height + step - 1) / step;
    BufferedImage image =
        new BufferedImage(
            newWidth,
            newHeight,
            channels == 3 ? BufferedImage.TYPE_3BYTE_BGR : BufferedImage.TYPE_BYTE_GRAY);
    int[] row = new int[newWidth * channels];
    long start = at;
    for (int y = 0; y < height; y++) {
      boolean wanted = y % step == 0;
      if (!text && !wanted) {
        continue;
      }
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < channels; c++) {
          int value = text ? textSample() : sample(start + y * rowBytes, x * channels + c);
          if (wanted && x % step == 0) {
            row[x / step * channels + c] = scaled(value);
          }
        }
      }
      if (wanted) {
        image.getRaster().setPixels(0, y / step, newWidth, 1, row);
      }
    }
    return image;
  }

  private int sample(long row, int index) {
    if (kind == 4) {
      return file[(int) row + index / 8] >> 7 - index % 8 & 1;
    }
    return max > 255 ? Bytes.u16(file, row + 2L * index, true) : Bytes.u8(file, row + index);
  }

  /** The bits of a PBM need no white space between them. */
  private int textSample() throws BadImage {
    if (kind != 1) {
      return number(MAX_VALUE);
    }
    while (at < file.length && file[at] != '0' && file[at] != '1') {
      if (!Character.isWhitespace(file[at])) {
        throw new BadImage("is damaged: a bit must stand at byte " + at);
      }
      at++;
    }
    if (at >= file.length) {
      throw cut();
    }
    return file[at++] - '0';
  }

  private int scaled(int value) throws BadImage {
    if (value > max) {
      throw new BadImage("is damaged: a sample must be at most " + max + " but was " + value);
    }
    if (kind == 1 || kind == 4) {
      return value == 1 ? 0 : 255; // 1 is black
    }
    return max == 255 ? value : (value * 255 + max / 2) / max;
  }
}
