package dev.onecycle.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/** Images and trees of images that tests make for themselves. */
public final class Images {
  private Images() {}

  /** Random pixels; image {@code i} has label {@code i mod classes}. */
  public static ImageDataset random(int count, ImageShape shape, int classes) {
    byte[] pixels = new byte[count * shape.bytes()];
    new SplittableRandom(42).nextBytes(pixels);
    int[] labels = IntStream.range(0, count).map(i -> i % classes).toArray();
    List<String> names = IntStream.range(0, classes).mapToObj(i -> "class" + i).toList();
    return ImageDataset.of(shape, names, labels, pixels);
  }

  /** An image of one colour but for its first pixel, which is white. */
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

  public static byte[] png(int width, int height, int rgb) {
    return encode(plain(width, height, rgb), "png");
  }

  public static void write(Path file, byte[] bytes) throws IOException {
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
  }

  /** Two classes with {@code count} images each, of a colour that tells which image it is. */
  public static void classes(Path folder, int count) throws IOException {
    for (int label = 0; label < 2; label++) {
      for (int i = 0; i < count; i++) {
        String name = (label == 0 ? "cat/" : "dog/") + i + ".png";
        write(folder.resolve(name), png(4, 3, label << 16 | i));
      }
    }
  }

  public static byte[] pixels(ImageDataset data, int index) {
    ByteBuffer pixels = data.pixels(index);
    byte[] bytes = new byte[pixels.remaining()];
    pixels.get(bytes);
    return bytes;
  }

  public static void assertSame(ImageDataset actual, ImageDataset expected) {
    assertThat(actual.size()).isEqualTo(expected.size());
    assertThat(actual.shape()).isEqualTo(expected.shape());
    assertThat(actual.classes()).isEqualTo(expected.classes());
    byte[] read = new byte[expected.shape().bytes()];
    for (int i = 0; i < expected.size(); i++) {
      actual.read(i, read);
      assertThat(actual.label(i)).isEqualTo(expected.label(i));
      assertThat(actual.origin(i)).isEqualTo(expected.origin(i));
      assertThat(pixels(actual, i)).isEqualTo(pixels(expected, i)).isEqualTo(read);
    }
  }

  /** Tuning data must have the images that training has, except for the test images. */
  public static void assertTunes(TuningData actual, DataSplits whole, long seed) {
    assertThat(actual.fingerprint()).isEqualTo(whole.trainingFingerprint());
    if (!whole.evaluationName().equals("test")) {
      assertThat(actual.validationName()).isEqualTo(whole.evaluationName());
      assertSame(actual.train(), whole.train());
      assertSame(actual.validation(), whole.evaluation());
    } else if (actual.validationName().equals("val")) {
      assertSame(actual.train(), whole.train());
    } else {
      assertThat(actual.validationName()).isEqualTo("held-out tenth");
      Holdout holdout = Holdout.of(whole.train(), seed);
      assertSame(actual.train(), holdout.rest());
      assertSame(actual.validation(), holdout.tenth());
    }
  }

  /** As {@link #assertTunes(TuningData, DataSplits, long)} with seed 0. */
  public static void assertTunes(TuningData actual, DataSplits whole) {
    assertTunes(actual, whole, 0);
  }

  /** A dataset that passes everything on. */
  public static class Forwarding implements ImageDataset {
    private final ImageDataset base;

    public Forwarding(ImageDataset base) {
      this.base = base;
    }

    @Override
    public int size() {
      return base.size();
    }

    @Override
    public ImageShape shape() {
      return base.shape();
    }

    @Override
    public List<String> classes() {
      return base.classes();
    }

    @Override
    public int label(int index) {
      return base.label(index);
    }

    @Override
    public String origin(int index) {
      return base.origin(index);
    }

    @Override
    public ByteBuffer pixels(int index) {
      return base.pixels(index);
    }

    @Override
    public void read(int index, byte[] target) {
      base.read(index, target);
    }
  }
}
