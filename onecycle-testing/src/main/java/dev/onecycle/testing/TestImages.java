package dev.onecycle.testing;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;

/** Images, and image files as bytes. */
public final class TestImages {
  private static final long PNG_SIGNATURE = 0x89504E470D0A1A0AL;
  private static final int RGB = 2;
  private static final int GREY = 0;

  private TestImages() {}

  /** An image of one colour, except that its first pixel is white. */
  public static BufferedImage plain(int width, int height, int rgb) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, rgb);
      }
    }
    image.setRGB(0, 0, Color.WHITE.getRGB());
    return image;
  }

  /** Random colours in every pixel, which no compression makes small. */
  public static BufferedImage noise(int width, int height, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, random.nextInt());
      }
    }
    return image;
  }

  /** Noise in the colour of a label: 0 is blue, 1 is green, 2 is red. */
  public static BufferedImage colouredNoise(int width, int height, int label, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int rgb = 0;
        for (int c = 0; c < 3; c++) {
          int value = (2 - c == label ? 170 : 60) + random.nextInt(80);
          rgb = rgb << 8 | value;
        }
        image.setRGB(x, y, rgb);
      }
    }
    return image;
  }

  /** A round or square mark, or a bar over the whole width, on dark noise. */
  static BufferedImage mark(int width, int height, String form, SplittableRandom random) {
    int left = random.nextInt(10, width - 10);
    int top = random.nextInt(10, height - 10);
    int radius = random.nextInt(5, 9);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int dx = Math.abs(x - left);
        int dy = Math.abs(y - top);
        boolean inside =
            switch (form) {
              case "round" -> dx * dx + dy * dy < radius * radius;
              case "square" -> dx < radius && dy < radius;
              default -> 3 * dy < radius;
            };
        int value = inside ? 200 : random.nextInt(30);
        image.setRGB(x, y, value << 16 | (value / 2 + 20) << 8 | (60 + random.nextInt(20)));
      }
    }
    return image;
  }

  /** The file of an image in a format that Java can write: png, jpg, gif or bmp. */
  public static byte[] encode(BufferedImage image, String format) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(image, format, out)) {
        throw new IllegalArgumentException("no writer for " + format);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** The PNG file of a {@link #plain} image. */
  public static byte[] png(int width, int height, int rgb) {
    return encode(plain(width, height, rgb), "png");
  }

  /** A JPEG file that ends in the middle of its data. */
  public static byte[] truncatedJpeg() {
    byte[] whole = encode(noise(64, 64, 1), "jpg");
    return Arrays.copyOf(whole, whole.length / 2);
  }

  /** An intact PNG file of one colour with one bit per pixel: few bytes, many pixels. */
  public static byte[] hugePng(int side) {
    ByteArrayOutputStream pixels = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(pixels)) {
      byte[] row = new byte[1 + (side + 7) / 8];
      for (int y = 0; y < side; y++) {
        deflater.write(row);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return png(side, side, 1, GREY, pixels.toByteArray());
  }

  /** A PNG file that states a size in RGB but has no pixels. */
  public static byte[] pngWithoutPixels(int width, int height) {
    return png(width, height, 8, RGB, new byte[100]);
  }

  private static byte[] png(int width, int height, int bits, int colours, byte[] data) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(file);
        DataOutputStream head = new DataOutputStream(header)) {
      head.writeInt(width);
      head.writeInt(height);
      head.write(new byte[] {(byte) bits, (byte) colours, 0, 0, 0});
      out.writeLong(PNG_SIGNATURE);
      chunk(out, "IHDR", header.toByteArray());
      chunk(out, "IDAT", data);
      chunk(out, "IEND", new byte[0]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file.toByteArray();
  }

  private static void chunk(DataOutputStream out, String name, byte[] data) throws IOException {
    byte[] type = name.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(type);
    crc.update(data);
    out.writeInt(data.length);
    out.write(type);
    out.write(data);
    out.writeInt((int) crc.getValue());
  }
}
