package dev.onecycle.data.image.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.Datasets;
import dev.onecycle.data.ImageFiles;
import dev.onecycle.data.image.DecodeOptions;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.ImageSize;
import dev.onecycle.data.image.Orientation;
import dev.onecycle.data.image.Resize;
import dev.onecycle.testing.TestImages;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResizeTest {
  private static final int GREEN = 0x00FF00;
  private static final int RED = 0xFF0000;
  private static final int BLUE = 0x0000FF;

  /** 30 wide, 10 high: a third of green, red and blue. */
  private static byte[] thirds() {
    BufferedImage image = new BufferedImage(30, 10, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < 10; y++) {
      for (int x = 0; x < 30; x++) {
        image.setRGB(x, y, x < 10 ? GREEN : x < 20 ? RED : BLUE);
      }
    }
    return TestImages.encode(image, "png");
  }

  private static int[][] decoded(byte[] file, int height, int width, Resize resize) {
    DecodeOptions options = new DecodeOptions(resize, Orientation.APPLY, 1000);
    byte[] pixels = ImageFiles.decode(file, "x", new ImageShape(3, height, width), options);
    int[][] colours = new int[height][width];
    for (int i = 0; i < height * width; i++) {
      colours[i / width][i % width] =
          (pixels[3 * i] & 0xFF) << 16 | (pixels[3 * i + 1] & 0xFF) << 8 | pixels[3 * i + 2] & 0xFF;
    }
    return colours;
  }

  @Test
  void cropKeepsTheCentre() {
    int[][] square = decoded(thirds(), 10, 10, Resize.CROP);
    assertThat(square[5]).containsOnly(RED);
    int[][] wide = decoded(thirds(), 10, 20, Resize.CROP);
    assertThat(wide[5][0]).isEqualTo(GREEN);
    assertThat(wide[5][10]).isEqualTo(RED);
    assertThat(wide[5][19]).isEqualTo(BLUE);
  }

  @Test
  void squashKeepsEverythingAndChangesProportions() {
    int[][] square = decoded(thirds(), 15, 15, Resize.SQUASH);
    for (int[] row : square) {
      assertThat(row[1]).isEqualTo(GREEN);
      assertThat(row[7]).isEqualTo(RED);
      assertThat(row[13]).isEqualTo(BLUE);
    }
  }

  @Test
  void padKeepsProportionsAndAddsBlack() {
    int[][] square = decoded(thirds(), 30, 30, Resize.PAD);
    for (int y = 0; y < 30; y++) {
      boolean inside = y >= 10 && y < 20;
      assertThat(square[y][1]).as("row %d", y).isEqualTo(inside ? GREEN : 0);
      assertThat(square[y][28]).as("row %d", y).isEqualTo(inside ? BLUE : 0);
    }
    int[][] small = decoded(thirds(), 5, 15, Resize.PAD);
    assertThat(small[0][1]).isEqualTo(GREEN);
    assertThat(small[4][13]).isEqualTo(BLUE);
  }

  /** Each setting that changes pixels has a cache of its own. */
  @Test
  void decodedImagesAreKeptForEachWayOfReading(@TempDir Path folder) throws IOException {
    Path data = folder.resolve("data");
    for (String name : List.of("a", "b")) {
      for (int i = 0; i < 4; i++) {
        Path file = data.resolve(name).resolve(i + ".png");
        Files.createDirectories(file.getParent());
        Files.write(file, thirds());
      }
    }
    DataOptions options = DataOptions.defaults().withCacheFolder(folder.resolve("cache"));
    List<List<Byte>> readings = new ArrayList<>();
    for (Resize resize : Resize.values()) {
      for (ImageSize size : List.of(new ImageSize(10, 16), new ImageSize(16, 10))) {
        ImageDataset images =
            Datasets.open(
                    data.toString(),
                    options
                        .withImageSize(size)
                        .withDecoding(new DecodeOptions(resize, Orientation.APPLY, 1000)))
                .train();
        assertThat(images.shape()).isEqualTo(new ImageShape(3, size.height(), size.width()));
        List<Byte> pixels = new ArrayList<>();
        byte[] bytes = new byte[images.shape().bytes()];
        images.read(0, bytes);
        for (byte value : bytes) {
          pixels.add(value);
        }
        readings.add(pixels);
      }
    }
    assertThat(readings).doesNotHaveDuplicates();
  }

  @Test
  void transparentImagesAreCounted(@TempDir Path folder) throws IOException {
    BufferedImage clear = new BufferedImage(10, 10, BufferedImage.TYPE_INT_ARGB);
    for (String name : List.of("a", "b")) {
      for (int i = 0; i < 3; i++) {
        Path file = folder.resolve("data").resolve(name).resolve(i + ".png");
        Files.createDirectories(file.getParent());
        Files.write(file, i == 0 ? TestImages.encode(clear, "png") : TestImages.png(10, 10, RED));
      }
    }
    DataOptions options = DataOptions.defaults().withCacheFolder(folder.resolve("cache"));
    for (int again = 0; again < 2; again++) {
      assertThat(Datasets.open(folder.resolve("data").toString(), options).report().notes())
          .contains("2 images have transparent pixels; they were laid on white.");
    }
  }
}
