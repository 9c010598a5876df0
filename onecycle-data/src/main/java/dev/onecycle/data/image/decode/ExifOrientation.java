package dev.onecycle.data.image.decode;

import java.awt.Rectangle;
import org.jspecify.annotations.Nullable;

/**
 * How a stored image has to be turned or mirrored to stand upright: the EXIF tag 0x0112.
 *
 * @param code in [1, 8]: 1 upright, 2 mirrored left to right, 3 turned by 180°, 4 mirrored top to
 *     bottom, 5 mirrored at the main diagonal, 6 to be turned clockwise by 90°, 7 mirrored at the
 *     other diagonal, 8 to be turned anticlockwise by 90°
 */
record ExifOrientation(int code) {
  static final ExifOrientation UPRIGHT = new ExifOrientation(1);

  /** Reads the orientation of a file; upright where it states none. */
  static ExifOrientation of(ImageFormat format, byte[] file) {
    return switch (format) {
      case JPEG -> ofJpeg(JpegHeader.of(file), file);
      case PNG -> ofPng(file);
      case WEBP -> {
        int at = WebpHeader.exif(file);
        yield at < 0 ? UPRIGHT : ofBlock(file, at, file.length);
      }
      case TIFF -> ofBlock(file, 0, file.length);
      case GIF, BMP, PNM -> UPRIGHT;
    };
  }

  private static ExifOrientation ofJpeg(@Nullable JpegHeader header, byte[] file) {
    return header == null || header.exif() < 0
        ? UPRIGHT
        : ofBlock(file, header.exif(), file.length);
  }

  private static ExifOrientation ofPng(byte[] file) {
    long at = 8;
    while (at + 12 <= file.length) {
      long length = Bytes.u32(file, at, true);
      if (Bytes.has(file, at + 4, "eXIf") && at + 8 + length <= file.length) {
        return ofBlock(file, (int) at + 8, (int) (at + 8 + length));
      }
      at += 12 + length;
    }
    return UPRIGHT;
  }

  /** The block is a TIFF header; some writers put JPEG's {@code Exif} and two zeros before it. */
  private static ExifOrientation ofBlock(byte[] file, int at, int end) {
    int from = Bytes.has(file, at, "Exif\0\0") ? at + 6 : at;
    return new ExifOrientation(TiffHeader.orientation(file, from, end));
  }

  /** Whether height and width change places. */
  boolean swaps() {
    return code >= 5;
  }

  /**
   * The part of the stored image that becomes a part of the upright image.
   *
   * @param part of the upright image
   * @param width of the stored image
   * @param height of the stored image
   */
  Rectangle stored(Rectangle part, int width, int height) {
    long first = stored(part.x, part.y, width, height);
    long last = stored(part.x + part.width - 1, part.y + part.height - 1, width, height);
    Rectangle stored = new Rectangle(x(first), y(first), 1, 1);
    stored.add(new Rectangle(x(last), y(last), 1, 1));
    return stored;
  }

  /**
   * Turns pixels upright.
   *
   * @param rgb three bytes a pixel
   * @param width of the stored pixels
   */
  byte[] upright(byte[] rgb, int width, int height) {
    if (code == 1) {
      return rgb;
    }
    byte[] upright = new byte[rgb.length];
    int newWidth = swaps() ? height : width;
    int newHeight = swaps() ? width : height;
    int to = 0;
    for (int y = 0; y < newHeight; y++) {
      for (int x = 0; x < newWidth; x++, to += 3) {
        long stored = stored(x, y, width, height);
        System.arraycopy(rgb, 3 * (y(stored) * width + x(stored)), upright, to, 3);
      }
    }
    return upright;
  }

  /** The stored pixel that is shown at (x, y), as one number. */
  private long stored(int x, int y, int width, int height) {
    int right = width - 1;
    int bottom = height - 1;
    return switch (code) {
      case 2 -> pixel(right - x, y);
      case 3 -> pixel(right - x, bottom - y);
      case 4 -> pixel(x, bottom - y);
      case 5 -> pixel(y, x);
      case 6 -> pixel(y, bottom - x);
      case 7 -> pixel(right - y, bottom - x);
      case 8 -> pixel(right - y, x);
      default -> pixel(x, y);
    };
  }

  private static long pixel(int x, int y) {
    return (long) y << 32 | x;
  }

  private static int x(long pixel) {
    return (int) pixel;
  }

  private static int y(long pixel) {
    return (int) (pixel >> 32);
  }
}
