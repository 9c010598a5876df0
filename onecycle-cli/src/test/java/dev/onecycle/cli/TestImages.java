package dev.onecycle.cli;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;

/** Draws small data sets: noise in a colour of each class, so that a net learns in a few steps. */
public final class TestImages {
  public static final List<String> CLASSES = List.of("blue", "green", "red");

  private TestImages() {}

  /** {@code train/CLASS/000.png …} and {@code test/CLASS/…}, so many images a class. */
  public static Path folder(Path root, int train, int test, int width, int height)
      throws IOException {
    set(root.resolve("train"), train, width, height);
    set(root.resolve("test"), test, width, height);
    return root;
  }

  /** 16×16, 40 training and 10 test images a class. */
  public static Path folder(Path root) throws IOException {
    return folder(root, 40, 10, 16, 16);
  }

  /** Four images a class and set: enough to be refused. */
  public static Path small(Path root) throws IOException {
    return folder(root, 4, 4, 16, 16);
  }

  private static void set(Path root, int count, int width, int height) throws IOException {
    for (int label = 0; label < CLASSES.size(); label++) {
      Path folder = Files.createDirectories(root.resolve(CLASSES.get(label)));
      for (int i = 0; i < count; i++) {
        long seed = (root.getFileName().toString().hashCode() * 31L + label) * 1000 + i;
        Files.write(folder.resolve("%03d.png".formatted(i)), png(seed, label, width, height));
      }
    }
  }

  public static byte[] png(long seed, int label, int width, int height) throws IOException {
    return encoded("png", seed, label, width, height);
  }

  private static byte[] encoded(String format, long seed, int label, int width, int height)
      throws IOException {
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
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    if (!ImageIO.write(image, format, bytes)) {
      throw new IOException("no writer for " + format);
    }
    return bytes.toByteArray();
  }

  /** A JPEG that ends in the middle of its data. */
  public static byte[] truncatedJpeg() throws IOException {
    byte[] whole = encoded("jpg", 1, 0, 64, 64);
    return Arrays.copyOf(whole, whole.length / 2);
  }

  /** A sound PNG of one colour, one bit a pixel: few bytes, many pixels. */
  public static byte[] hugePng(int side) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(header);
    out.writeInt(side);
    out.writeInt(side);
    out.write(new byte[] {1, 0, 0, 0, 0});
    chunk(file, "IHDR", header.toByteArray());
    ByteArrayOutputStream pixels = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(pixels)) {
      byte[] row = new byte[1 + (side + 7) / 8];
      for (int y = 0; y < side; y++) {
        deflater.write(row);
      }
    }
    chunk(file, "IDAT", pixels.toByteArray());
    chunk(file, "IEND", new byte[0]);
    return file.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream file, String name, byte[] data)
      throws IOException {
    DataOutputStream out = new DataOutputStream(file);
    byte[] type = name.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(type);
    crc.update(data);
    out.writeInt(data.length);
    out.write(type);
    out.write(data);
    out.writeInt((int) crc.getValue());
  }

  /**
   * CIFAR-10 in binary form, twenty images a batch; the second batch as given by {@code change}.
   */
  public static Path cifar(Path root, java.util.function.UnaryOperator<byte[]> change)
      throws IOException {
    Files.createDirectories(root);
    StringBuilder names = new StringBuilder();
    for (int i = 0; i < 10; i++) {
      names.append("class").append(i).append('\n');
    }
    Files.writeString(root.resolve("batches.meta.txt"), names);
    SplittableRandom random = new SplittableRandom(7);
    for (String name :
        List.of(
            "data_batch_1.bin",
            "data_batch_2.bin",
            "data_batch_3.bin",
            "data_batch_4.bin",
            "data_batch_5.bin",
            "test_batch.bin")) {
      byte[] batch = new byte[20 * 3073];
      random.nextBytes(batch);
      for (int i = 0; i < 20; i++) {
        batch[i * 3073] = (byte) (i % 10);
      }
      Files.write(root.resolve(name), name.contains("_2") ? change.apply(batch) : batch);
    }
    return root;
  }
}
