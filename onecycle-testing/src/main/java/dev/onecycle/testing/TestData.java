package dev.onecycle.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/** Small datasets on disk. */
public final class TestData {
  /** The classes of {@link #colours}. */
  public static final List<String> COLOURS = List.of("blue", "green", "red");

  private TestData() {}

  /**
   * Writes {@code train/CLASS/000.png …} and {@code test/CLASS/…}: noise in the colour of each
   * class, which a network learns in a few steps.
   *
   * @param train the number of training images of each class
   * @param test the number of test images of each class
   * @return {@code folder}
   */
  public static Path colours(Path folder, int train, int test, int width, int height)
      throws IOException {
    coloursSplit(folder.resolve("train"), train, width, height);
    coloursSplit(folder.resolve("test"), test, width, height);
    return folder;
  }

  /** 16×16 pixels, 40 training images and 10 test images of each class. */
  public static Path colours(Path folder) throws IOException {
    return colours(folder, 40, 10, 16, 16);
  }

  /** 16×16 pixels, four training images and four test images of each class. */
  public static Path fewColours(Path folder) throws IOException {
    return colours(folder, 4, 4, 16, 16);
  }

  /** Writes {@code CLASS/000.png …}, {@code count} images of each class. */
  public static void coloursSplit(Path folder, int count, int width, int height)
      throws IOException {
    for (int label = 0; label < COLOURS.size(); label++) {
      for (int i = 0; i < count; i++) {
        long seed = (folder.getFileName().toString().hashCode() * 31L + label) * 1000 + i;
        Path file = folder.resolve(COLOURS.get(label)).resolve("%03d.png".formatted(i));
        write(file, colourPng(seed, label, width, height));
      }
    }
  }

  /**
   * Writes {@code bar/}, {@code round/} and {@code square/}: a mark of that form anywhere on noise,
   * in photos of 96 to 100 by 64 to 66 pixels.
   *
   * @param count the number of images of each class
   * @return {@code folder}
   */
  public static Path marks(Path folder, int count) throws IOException {
    SplittableRandom random = new SplittableRandom(7);
    for (String form : List.of("round", "square", "bar")) {
      for (int i = 0; i < count; i++) {
        byte[] png =
            TestImages.encode(TestImages.mark(96 + i % 5, 64 + i % 3, form, random), "png");
        write(folder.resolve(form).resolve("%03d.png".formatted(i)), png);
      }
    }
    return folder;
  }

  /** One image of {@link #colours}. */
  public static byte[] colourPng(long seed, int label, int width, int height) {
    return TestImages.encode(TestImages.colouredNoise(width, height, label, seed), "png");
  }

  /**
   * Writes {@code cat/0.png …} and {@code dog/0.png …} of 4×3 pixels, {@code count} images of each
   * class. The colour of image i is {@code label << 16 | i}.
   */
  public static void catsAndDogs(Path folder, int count) throws IOException {
    for (int label = 0; label < 2; label++) {
      for (int i = 0; i < count; i++) {
        String name = (label == 0 ? "cat/" : "dog/") + i + ".png";
        write(folder.resolve(name), TestImages.png(4, 3, label << 16 | i));
      }
    }
  }

  /**
   * Writes CIFAR-10 in binary form with twenty random images in each batch.
   *
   * @param change changes the bytes of the second batch
   * @return {@code folder}
   */
  public static Path cifar10(Path folder, UnaryOperator<byte[]> change) throws IOException {
    Files.createDirectories(folder);
    StringBuilder names = new StringBuilder();
    for (int i = 0; i < 10; i++) {
      names.append("class").append(i).append('\n');
    }
    Files.writeString(folder.resolve("batches.meta.txt"), names);
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
      Files.write(folder.resolve(name), name.contains("_2") ? change.apply(batch) : batch);
    }
    return folder;
  }

  /** Writes a file, and creates its folder if necessary. */
  public static void write(Path file, byte[] bytes) throws IOException {
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
  }
}
