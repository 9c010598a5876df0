package dev.onecycle.selftest.data;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/** Writers of image files and class folders. */
final class ImageFiles {
  /** The colour of a plain image; JPEG keeps it within a few steps of each channel. */
  static final int COLOUR = 0xC86432;

  static final int OTHER_COLOUR = 0x3214C8;
  private static final int SIDE = 16;

  private ImageFiles() {}

  static BufferedImage plain(int type) {
    return plain(type, SIDE, COLOUR, COLOUR);
  }

  /** Two halves, one above the other. */
  static BufferedImage halves(int upper, int lower) {
    return plain(BufferedImage.TYPE_INT_RGB, SIDE, upper, lower);
  }

  private static BufferedImage plain(int type, int side, int upper, int lower) {
    BufferedImage image = new BufferedImage(side, side, type);
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        image.setRGB(x, y, 0xFF000000 | (y < side / 2 ? upper : lower));
      }
    }
    return image;
  }

  static BufferedImage onePixel() {
    return plain(BufferedImage.TYPE_INT_RGB, 1, COLOUR, COLOUR);
  }

  /** An image of two colours whose lower right pixel is transparent. */
  static BufferedImage palette() {
    byte[] red = {0, (byte) (COLOUR >> 16)};
    byte[] green = {0, (byte) (COLOUR >> 8)};
    byte[] blue = {0, (byte) COLOUR};
    IndexColorModel colours = new IndexColorModel(8, 2, red, green, blue, 0);
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_INDEXED, colours);
    for (int i = 0; i < SIDE * SIDE - 1; i++) {
      image.getRaster().setSample(i % SIDE, i / SIDE, 0, 1);
    }
    return image;
  }

  /** An encoded image of random pixels, which does not compress. */
  static byte[] noise(String format) {
    return encoded(noise(), format);
  }

  static BufferedImage noise() {
    SplittableRandom random = new SplittableRandom(1);
    BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 32 * 32; i++) {
      image.setRGB(i % 32, i / 32, random.nextInt());
    }
    return image;
  }

  static byte[] encoded(BufferedImage image, String format) {
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

  /** A BMP whose header has another size. */
  static byte[] claimingBmp(int width, int height) {
    byte[] bmp = encoded(plain(BufferedImage.TYPE_INT_RGB), "bmp");
    ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN).putInt(18, width).putInt(22, height);
    return bmp;
  }

  /** A GIF whose screen and frame have another size. */
  static byte[] claimingGif(int width, int height) {
    byte[] gif = encoded(palette(), "gif");
    ByteBuffer bytes = ByteBuffer.wrap(gif).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putShort(6, (short) width).putShort(8, (short) height);
    bytes.putShort(frame(gif) + 5, (short) width).putShort(frame(gif) + 7, (short) height);
    return gif;
  }

  /** Offset of a GIF's only frame, after header, palette of two colours and extensions. */
  private static int frame(byte[] gif) {
    int at = 13 + 3 * (2 << (gif[10] & 7));
    while (gif[at] == 0x21) {
      for (at += 2; gif[at] != 0; at += 1 + (gif[at] & 0xFF)) {}
      at++;
    }
    return at;
  }

  /** A small set of two classes, with two training images and one test image each. */
  static Map<String, byte[]> files() {
    byte[] png = encoded(plain(BufferedImage.TYPE_INT_RGB), "png");
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (String name : List.of("cat", "dog")) {
      for (int i = 0; i < 3; i++) {
        files.put((i < 2 ? "train/" : "test/") + name + "/" + i + ".png", png);
      }
    }
    return files;
  }

  /** Writes the small set below a folder. */
  static void tree(Path folder) throws IOException {
    for (Map.Entry<String, byte[]> each : files().entrySet()) {
      Path file = folder.resolve(each.getKey());
      Files.createDirectories(file.getParent());
      Files.write(file, each.getValue());
    }
  }
}
