package dev.onecycle.data.image.decode;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Images of a data set as small picture files, for reports. */
public final class Thumbnails {
  private Thumbnails() {}

  /**
   * Image {@code index} as a PNG file of 8 bits a channel, grey or RGB as the data set is.
   *
   * @param longestSide pixels that the longer side has at most: larger images are made smaller,
   *     smaller ones are left as they are
   */
  public static byte[] png(ImageDataset images, int index, int longestSide) {
    ImageShape shape = images.shape();
    byte[] pixels = new byte[shape.bytes()];
    images.read(index, pixels);
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
