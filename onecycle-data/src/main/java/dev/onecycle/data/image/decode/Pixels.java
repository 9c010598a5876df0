package dev.onecycle.data.image.decode;

import dev.onecycle.data.image.ImageShape;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import net.coobird.thumbnailator.Thumbnails;

/** Conversions to uint8 pixels in height, width, channel order: from images, resized, to grey. */
public final class Pixels {
  private Pixels() {}

  /** The pixels of an image, resized so that it covers the shape and cropped at its centre. */
  public static byte[] of(BufferedImage image, ImageShape shape) {
    int width = image.getWidth();
    int height = image.getHeight();
    if (width == shape.width() && height == shape.height()) {
      return channels(rgb(image, 0, 0, width, height), shape.channels());
    }
    // Cropping first bounds the work: a line of pixels is never enlarged to a square.
    int cropWidth = width;
    int cropHeight = height;
    if ((long) width * shape.height() > (long) height * shape.width()) {
      cropWidth = Math.max(1, Math.round((float) height * shape.width() / shape.height()));
    } else {
      cropHeight = Math.max(1, Math.round((float) width * shape.height() / shape.width()));
    }
    int left = (width - Math.min(width, cropWidth)) / 2;
    int top = (height - Math.min(height, cropHeight)) / 2;
    cropWidth = Math.min(width, cropWidth);
    cropHeight = Math.min(height, cropHeight);
    BufferedImage crop = image(rgb(image, left, top, cropWidth, cropHeight), cropWidth, cropHeight);
    BufferedImage resized = resize(crop, shape.width(), shape.height());
    return channels(rgb(resized, 0, 0, shape.width(), shape.height()), shape.channels());
  }

  /** Pixels of another shape, resized so that they cover the new shape and cropped. */
  public static byte[] of(byte[] pixels, ImageShape stored, ImageShape shape) {
    if (stored.equals(shape)) {
      return pixels;
    }
    byte[] rgb = stored.channels() == 3 ? pixels : repeat(pixels);
    return of(image(rgb, stored.width(), stored.height()), shape);
  }

  /** Pixels of another shape, resized without cropping; this may distort them. */
  public static byte[] resized(byte[] pixels, ImageShape stored, ImageShape shape) {
    if (stored.equals(shape)) {
      return pixels;
    }
    byte[] rgb = stored.channels() == 3 ? pixels : repeat(pixels);
    BufferedImage image = image(rgb, stored.width(), stored.height());
    BufferedImage resized = resize(image, shape.width(), shape.height());
    return channels(rgb(resized, 0, 0, shape.width(), shape.height()), shape.channels());
  }

  /** An image of the same samples, grey or RGB. */
  public static BufferedImage image(byte[] pixels, ImageShape shape) {
    if (shape.channels() == 3) {
      return image(pixels, shape.width(), shape.height());
    }
    BufferedImage grey =
        new BufferedImage(shape.width(), shape.height(), BufferedImage.TYPE_BYTE_GRAY);
    grey.getRaster().setDataElements(0, 0, shape.width(), shape.height(), pixels);
    return grey;
  }

  private static BufferedImage resize(BufferedImage image, int width, int height) {
    try {
      return Thumbnails.of(image).forceSize(width, height).asBufferedImage();
    } catch (IOException e) {
      throw new IllegalStateException("resizing in memory does no input or output", e);
    }
  }

  private static BufferedImage image(byte[] rgb, int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    int[] row = new int[width];
    for (int y = 0, at = 0; y < height; y++) {
      for (int x = 0; x < width; x++, at += 3) {
        row[x] = (rgb[at] & 0xFF) << 16 | (rgb[at + 1] & 0xFF) << 8 | (rgb[at + 2] & 0xFF);
      }
      image.getRaster().setDataElements(0, y, width, 1, row);
    }
    return image;
  }

  private static byte[] rgb(BufferedImage image, int left, int top, int width, int height) {
    ColorModel model = image.getColorModel();
    byte[] rgb = new byte[Math.multiplyExact(3, Math.multiplyExact(width, height))];
    boolean samples =
        model instanceof ComponentColorModel
            && (model.getColorSpace().isCS_sRGB()
                || model.getColorSpace().getType() == ColorSpace.TYPE_GRAY);
    for (int y = 0; y < height; y++) {
      int at = 3 * y * width;
      if (samples) {
        fromSamples(image.getRaster(), model, left, top + y, width, rgb, at);
      } else {
        fromColours(image, left, top + y, width, rgb, at);
      }
    }
    return rgb;
  }

  /**
   * Copies samples unchanged. The conversion of Java treats grey as linear light and would brighten
   * grey images.
   */
  private static void fromSamples(
      Raster raster, ColorModel model, int left, int y, int width, byte[] rgb, int to) {
    int bands = raster.getNumBands();
    int[] row = raster.getPixels(left, y, width, 1, (int[]) null);
    int bits = model.getComponentSize(0);
    int colours = model.getNumColorComponents();
    for (int x = 0; x < width; x++) {
      int alpha = model.hasAlpha() ? eightBits(row[x * bands + bands - 1], bits) : 255;
      boolean blend = alpha < 255 && !model.isAlphaPremultiplied();
      for (int c = 0; c < 3; c++) {
        int value = eightBits(row[x * bands + (colours == 1 ? 0 : c)], bits);
        rgb[to + 3 * x + c] = (byte) (blend ? (value * alpha + 127) / 255 : value);
      }
    }
  }

  private static void fromColours(
      BufferedImage image, int left, int y, int width, byte[] rgb, int to) {
    int[] row = image.getRGB(left, y, width, 1, null, 0, width);
    for (int x = 0; x < width; x++) {
      int alpha = row[x] >>> 24;
      for (int c = 0; c < 3; c++) {
        int value = row[x] >> (16 - 8 * c) & 0xFF;
        rgb[to + 3 * x + c] = (byte) (alpha < 255 ? (value * alpha + 127) / 255 : value);
      }
    }
  }

  private static int eightBits(int sample, int bits) {
    return bits >= 8 ? sample >>> (bits - 8) : sample * 255 / ((1 << bits) - 1);
  }

  private static byte[] channels(byte[] rgb, int channels) {
    if (channels == 3) {
      return rgb;
    }
    byte[] grey = new byte[rgb.length / 3];
    for (int i = 0; i < grey.length; i++) {
      int red = rgb[3 * i] & 0xFF;
      int green = rgb[3 * i + 1] & 0xFF;
      int blue = rgb[3 * i + 2] & 0xFF;
      grey[i] = (byte) ((299 * red + 587 * green + 114 * blue + 500) / 1000);
    }
    return grey;
  }

  private static byte[] repeat(byte[] grey) {
    byte[] rgb = new byte[grey.length * 3];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = grey[i / 3];
    }
    return rgb;
  }
}
