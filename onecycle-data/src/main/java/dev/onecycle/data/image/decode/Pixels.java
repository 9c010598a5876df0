package dev.onecycle.data.image.decode;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.Resize;
import java.awt.Rectangle;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.IOException;
import net.coobird.thumbnailator.Thumbnails;

/**
 * Conversions to uint8 pixels in height, width, channel order: from images, resized, to grey.
 *
 * <p>An instance is one image; it remembers whether some of the pixels that were used were
 * transparent.
 */
public final class Pixels {
  private static final int WHITE = 255;

  private final BufferedImage image;
  private final ExifOrientation orientation;
  private final boolean premultiplied;
  private boolean transparent;

  /**
   * @param premultiplied whether colours are multiplied by their opacity
   */
  Pixels(BufferedImage image, ExifOrientation orientation, boolean premultiplied) {
    this.image = image;
    this.orientation = orientation;
    this.premultiplied = premultiplied;
  }

  private Pixels(BufferedImage image) {
    this(image, ExifOrientation.UPRIGHT, false);
  }

  boolean isTransparent() {
    return transparent;
  }

  /** The pixels of the image, upright and resized. */
  byte[] of(ImageShape shape, Resize resize) throws BadImage {
    boolean swaps = orientation.swaps();
    int width = swaps ? image.getHeight() : image.getWidth();
    int height = swaps ? image.getWidth() : image.getHeight();
    Rectangle part = new Rectangle(width, height);
    if (width == shape.width() && height == shape.height()) {
      return channels(upright(part), shape.channels());
    }
    if (resize == Resize.CROP) {
      // Cropping first bounds the work: a line of pixels is never enlarged to a square.
      part = crop(width, height, shape);
    }
    BufferedImage whole = image(upright(part), part.width, part.height);
    int newWidth = shape.width();
    int newHeight = shape.height();
    if (resize == Resize.PAD) {
      double scale = Math.min((double) newWidth / width, (double) newHeight / height);
      newWidth = (int) Math.max(1, Math.min(newWidth, Math.round(scale * width)));
      newHeight = (int) Math.max(1, Math.min(newHeight, Math.round(scale * height)));
    }
    BufferedImage resized = resize(whole, newWidth, newHeight);
    byte[] rgb = new Pixels(resized).rgb(new Rectangle(newWidth, newHeight));
    return channels(padded(rgb, newWidth, newHeight, shape), shape.channels());
  }

  private static Rectangle crop(int width, int height, ImageShape shape) {
    int cropWidth = width;
    int cropHeight = height;
    if ((long) width * shape.height() > (long) height * shape.width()) {
      cropWidth = Math.max(1, Math.round((float) height * shape.width() / shape.height()));
    } else {
      cropHeight = Math.max(1, Math.round((float) width * shape.height() / shape.width()));
    }
    int left = (width - Math.min(width, cropWidth)) / 2;
    int top = (height - Math.min(height, cropHeight)) / 2;
    return new Rectangle(left, top, Math.min(width, cropWidth), Math.min(height, cropHeight));
  }

  /** Black around the middle of a shape. */
  private static byte[] padded(byte[] rgb, int width, int height, ImageShape shape) {
    if (width == shape.width() && height == shape.height()) {
      return rgb;
    }
    byte[] padded = new byte[Math.multiplyExact(3, shape.height() * shape.width())];
    int left = (shape.width() - width) / 2;
    int top = (shape.height() - height) / 2;
    for (int y = 0; y < height; y++) {
      int to = 3 * ((top + y) * shape.width() + left);
      System.arraycopy(rgb, 3 * y * width, padded, to, 3 * width);
    }
    return padded;
  }

  /** A part of the upright image, upright. */
  private byte[] upright(Rectangle part) throws BadImage {
    Rectangle stored = orientation.stored(part, image.getWidth(), image.getHeight());
    return orientation.upright(rgb(stored), stored.width, stored.height);
  }

  /** Pixels of another shape. */
  public static byte[] of(byte[] pixels, ImageShape stored, ImageShape shape, Resize resize) {
    if (stored.equals(shape)) {
      return pixels;
    }
    byte[] rgb = stored.channels() == 3 ? pixels : repeat(pixels);
    try {
      return new Pixels(image(rgb, stored.width(), stored.height())).of(shape, resize);
    } catch (BadImage e) {
      throw new IllegalStateException("bytes of red, green and blue can be read", e);
    }
  }

  /** Pixels of another shape, resized without cropping; this may distort them. */
  public static byte[] resized(byte[] pixels, ImageShape stored, ImageShape shape) {
    return of(pixels, stored, shape, Resize.SQUASH);
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

  private byte[] rgb(Rectangle part) throws BadImage {
    ColorModel model = image.getColorModel();
    byte[] rgb = new byte[Math.multiplyExact(3, Math.multiplyExact(part.width, part.height))];
    boolean samples = model instanceof ComponentColorModel;
    if (samples) {
      requireKnown(model);
    }
    if (image.getType() == BufferedImage.TYPE_3BYTE_BGR && isRgb(model)) {
      fromBytes(part, rgb);
      return rgb;
    }
    if (image.getType() == BufferedImage.TYPE_INT_RGB) {
      fromInts(part, rgb);
      return rgb;
    }
    for (int y = 0; y < part.height; y++) {
      int at = 3 * y * part.width;
      if (samples) {
        fromSamples(part.x, part.y + y, part.width, rgb, at);
      } else {
        fromColours(part.x, part.y + y, part.width, rgb, at);
      }
    }
    return rgb;
  }

  private static boolean isRgb(ColorModel model) {
    return model.getColorSpace().getType() == ColorSpace.TYPE_RGB;
  }

  /** As {@link #fromSamples}, of the usual JPEG: blue, green and red bytes. */
  private void fromBytes(Rectangle part, byte[] rgb) {
    Raster raster = image.getRaster();
    byte[] row = new byte[3 * part.width];
    for (int y = 0, to = 0; y < part.height; y++) {
      raster.getDataElements(part.x, part.y + y, part.width, 1, row);
      System.arraycopy(row, 0, rgb, to, row.length);
      to += row.length;
    }
  }

  /** As {@link #fromColours}, without a call for each pixel. */
  private void fromInts(Rectangle part, byte[] rgb) {
    Raster raster = image.getRaster();
    int[] row = new int[part.width];
    for (int y = 0, to = 0; y < part.height; y++) {
      raster.getDataElements(part.x, part.y + y, part.width, 1, row);
      for (int x = 0; x < part.width; x++, to += 3) {
        rgb[to] = (byte) (row[x] >> 16);
        rgb[to + 1] = (byte) (row[x] >> 8);
        rgb[to + 2] = (byte) row[x];
      }
    }
  }

  private static void requireKnown(ColorModel model) throws BadImage {
    int colours = model.getColorSpace().getType();
    boolean known =
        colours == ColorSpace.TYPE_RGB
            || colours == ColorSpace.TYPE_GRAY
            || colours == ColorSpace.TYPE_CMYK;
    int type = model.getTransferType();
    if (!known || (type != DataBuffer.TYPE_BYTE && type != DataBuffer.TYPE_USHORT)) {
      throw new BadImage("has colours of a kind that cannot be read; save it as RGB");
    }
  }

  /**
   * Copies samples unchanged. The conversion of Java would follow a colour profile, and treats grey
   * as linear light and would brighten grey images.
   */
  private void fromSamples(int left, int y, int width, byte[] rgb, int to) {
    Raster raster = image.getRaster();
    ColorModel model = image.getColorModel();
    int bands = raster.getNumBands();
    int[] row = raster.getPixels(left, y, width, 1, (int[]) null);
    int bits = model.getComponentSize(0);
    int colours = model.getNumColorComponents();
    for (int x = 0; x < width; x++) {
      int at = x * bands;
      int alpha = model.hasAlpha() ? eightBits(row[at + bands - 1], bits) : 255;
      transparent |= alpha < 255;
      for (int c = 0; c < 3; c++) {
        int value = eightBits(row[at + (colours == 1 ? 0 : c)], bits);
        if (colours == 4) {
          value = FourColours.light(value, eightBits(row[at + 3], bits));
        }
        rgb[to + 3 * x + c] =
            (byte)
                (alpha == 255
                    ? value
                    : premultiplied
                        ? Math.min(WHITE, value + WHITE - alpha)
                        : onWhite(value, alpha));
      }
    }
  }

  private void fromColours(int left, int y, int width, byte[] rgb, int to) {
    int[] row = image.getRGB(left, y, width, 1, null, 0, width);
    for (int x = 0; x < width; x++) {
      int alpha = row[x] >>> 24;
      transparent |= alpha < 255;
      for (int c = 0; c < 3; c++) {
        int value = row[x] >> (16 - 8 * c) & 0xFF;
        rgb[to + 3 * x + c] = (byte) (alpha < 255 ? onWhite(value, alpha) : value);
      }
    }
  }

  private static int onWhite(int value, int alpha) {
    return (value * alpha + WHITE * (255 - alpha) + 127) / 255;
  }

  private static int eightBits(int sample, int bits) {
    if (bits == 8) {
      return sample;
    }
    int max = (1 << bits) - 1;
    return (int) ((sample * 255L + max / 2) / max);
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
