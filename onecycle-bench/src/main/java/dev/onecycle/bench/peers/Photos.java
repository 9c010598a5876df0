package dev.onecycle.bench.peers;

import dev.onecycle.error.IoErrors;
import dev.onecycle.random.RandomStream;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Photos of 500×375 pixels as JPEG files, drawn from a seed: noise at every scale, coarse scales
 * strongest, as in photos. A file has about 80 kB.
 */
final class Photos {
  static final int WIDTH = 500;
  static final int HEIGHT = 375;
  static final int CLASSES = 10;

  private static final int COARSEST = 128;
  private static final double COARSEST_SWING = 60;

  /** The power of the scale that the swing falls with; chosen for the size of the files. */
  private static final double FALL = 0.33;

  /** Finer noise has no colour, as in the coding of JPEG. */
  private static final int FINEST_COLOUR = 8;

  private static final double COLOUR_SHARE = 0.35;
  private static final int MIDDLE = 120;
  private static final float QUALITY = 0.9f;

  private Photos() {}

  /** Writes photos into folders of their classes, unless they are there. */
  static void write(Path folder, int count) {
    IntStream.range(0, count)
        .parallel()
        .forEach(
            i -> {
              String name = String.format(Locale.ROOT, "class%d/%05d.jpg", i % CLASSES, i);
              Path file = folder.resolve(name);
              try {
                if (!Files.exists(file)) {
                  Files.createDirectories(file.getParent());
                  Files.write(file, jpeg(i));
                }
              } catch (IOException e) {
                throw IoErrors.cannotWrite(file, e);
              }
            });
  }

  /** The content of one file. */
  static byte[] jpeg(long seed) {
    float[][] channels = new float[3][WIDTH * HEIGHT];
    SplittableRandom random = RandomStream.of(seed, "photo");
    for (int cell = COARSEST; cell >= 1; cell /= 2) {
      float swing = (float) (COARSEST_SWING * Math.pow((double) cell / COARSEST, FALL));
      float[] light = noise(random, cell);
      for (float[] channel : channels) {
        add(channel, light, swing);
        if (cell >= FINEST_COLOUR) {
          add(channel, noise(random, cell), (float) (swing * COLOUR_SHARE));
        }
      }
    }
    return encoded(channels);
  }

  private static void add(float[] channel, float[] noise, float swing) {
    for (int i = 0; i < channel.length; i++) {
      channel[i] += swing * noise[i];
    }
  }

  /** Random values in [-1, 1] at the corners of cells, and straight lines between them. */
  private static float[] noise(SplittableRandom random, int cell) {
    int across = WIDTH / cell + 2;
    float[] corners = new float[across * (HEIGHT / cell + 2)];
    for (int i = 0; i < corners.length; i++) {
      corners[i] = (float) (2 * random.nextDouble() - 1);
    }
    float[] noise = new float[WIDTH * HEIGHT];
    for (int y = 0; y < HEIGHT; y++) {
      float down = (float) (y % cell) / cell;
      for (int x = 0; x < WIDTH; x++) {
        float right = (float) (x % cell) / cell;
        int at = y / cell * across + x / cell;
        float above = corners[at] + (corners[at + 1] - corners[at]) * right;
        float below =
            corners[at + across] + (corners[at + across + 1] - corners[at + across]) * right;
        noise[y * WIDTH + x] = above + (below - above) * down;
      }
    }
    return noise;
  }

  private static byte[] encoded(float[][] channels) {
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
      int rgb = 0;
      for (float[] channel : channels) {
        rgb = rgb << 8 | (int) Math.max(0, Math.min(255, MIDDLE + channel[i]));
      }
      image.setRGB(i % WIDTH, i / WIDTH, rgb);
    }
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      ImageWriteParam param = writer.getDefaultWriteParam();
      param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      param.setCompressionQuality(QUALITY);
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), param);
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory does no input or output", e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
