package dev.onecycle.data.image.decode;

import java.awt.Rectangle;
import java.awt.image.BufferedImage;

/**
 * The canvas of an animated format and the place of its first frame on it. Where the frame does not
 * cover the canvas, the rest is transparent, as browsers show it.
 *
 * @param width of the canvas, which holds the whole frame
 * @param frame the first frame
 */
record Canvas(int width, int height, Rectangle frame) {
  /** The canvas of a GIF. */
  static Canvas ofGif(byte[] file) throws BadImage {
    if (file.length < 13) {
      throw cut();
    }
    int at = 13 + tableBytes(Bytes.u8(file, 10));
    while (at < file.length && Bytes.u8(file, at) == 0x21) {
      at = afterExtension(file, at + 2);
    }
    if (at + 10 > file.length || Bytes.u8(file, at) != 0x2C) {
      throw cut();
    }
    Rectangle frame =
        new Rectangle(
            Bytes.u16(file, at + 1, false),
            Bytes.u16(file, at + 3, false),
            Bytes.u16(file, at + 5, false),
            Bytes.u16(file, at + 7, false));
    return new Canvas(
        Math.max(Bytes.u16(file, 6, false), frame.x + frame.width),
        Math.max(Bytes.u16(file, 8, false), frame.y + frame.height),
        frame);
  }

  private static int tableBytes(int flags) {
    return (flags & 0x80) == 0 ? 0 : 3 << 1 + (flags & 7);
  }

  /** Passes over the blocks of an extension, each with its length before it, up to an empty one. */
  private static int afterExtension(byte[] file, int from) {
    int at = from;
    while (at < file.length && Bytes.u8(file, at) != 0) {
      at += 1 + Bytes.u8(file, at);
    }
    return at + 1;
  }

  private static BadImage cut() {
    return new BadImage("is damaged or cut short: it ends before its pixels");
  }

  boolean isCovered() {
    return frame.x == 0 && frame.y == 0 && frame.width == width && frame.height == height;
  }

  /** The canvas with the frame at its place. */
  BufferedImage with(BufferedImage pixels) {
    BufferedImage canvas = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
    int[] row = new int[frame.width];
    for (int y = 0; y < frame.height; y++) {
      pixels.getRGB(0, y, frame.width, 1, row, 0, frame.width);
      canvas.setRGB(frame.x, frame.y + y, frame.width, 1, row, 0, frame.width);
    }
    return canvas;
  }
}
