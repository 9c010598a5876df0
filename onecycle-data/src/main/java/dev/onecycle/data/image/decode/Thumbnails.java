package dev.onecycle.data.image.decode;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Small PNG files of images, for reports. */
public final class Thumbnails {
  private Thumbnails() {}

  /**
   * Encodes image {@code index} as a PNG file with 8 bits per channel, grey or RGB.
   *
   * @param longestSide the upper bound of the longer side, in pixels: larger images are scaled
   *     down, smaller images keep their size
   */
  public static byte[] png(ImageDataset images, int index, int longestSide) {
    ImageShape shape = images.shape();
    byte[] pixels = new byte[shape.bytes()];
    images.read(index, pixels);
    return png(pixels, shape, longestSide);
  }

  /** As {@link #png(ImageDataset, int, int)}, of uint8 pixels in height, width, channel order. */
  public static byte[] png(byte[] pixels, ImageShape shape, int longestSide) {
    ImageShape small = within(shape, longestSide);
    return png(Pixels.image(Pixels.resized(pixels, shape, small), small));
  }

  private static ImageShape within(ImageShape shape, int longestSide) {
    int longer = Math.max(shape.width(), shape.height());
    if (longer <= longestSide) {
      return shape;
    }
    double scale = (double) longestSide / longer;
    return new ImageShape(
        shape.channels(),
        (int) Math.max(1, Math.round(shape.height() * scale)),
        (int) Math.max(1, Math.round(shape.width() * scale)));
  }

  private static byte[] png(BufferedImage image) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      if (!ImageIO.write(image, "png", out)) {
        throw new IllegalStateException("Java has a writer of PNG");
      }
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory does no input or output", e);
    }
    return bytes.toByteArray();
  }
}
