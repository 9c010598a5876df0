package dev.onecycle.cli.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.cli.Cli;
import dev.onecycle.run.TrainingImages;
import dev.onecycle.testing.TestData;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ShowCommandTest {
  /** 1,100 pixels in four columns, less the gap between images. */
  private static final int TILE = 224;

  @TempDir static Path temp = Path.of("");
  private static Path data = Path.of("");

  @BeforeAll
  static void draw() throws IOException {
    data = TestData.colours(temp.resolve("data"), 8, 4, 112, 112);
  }

  private static BufferedImage shown(Object... words) throws IOException {
    Path file = temp.resolve("shown.png");
    Object[] all = new Object[words.length + 4];
    System.arraycopy(new Object[] {"show", data, "--out", file}, 0, all, 0, 4);
    System.arraycopy(words, 0, all, 4, words.length);
    Cli.Result result = Cli.run(all);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).contains("training image", file.toString());
    return ImageIO.read(file.toFile());
  }

  @Test
  void aTileHasThePixelsOfATrainingImageOfItsClass() throws IOException {
    BufferedImage grid = shown("--augment", "none", "--count", 4, "--seed", 3);
    assertThat(grid.getWidth()).isEqualTo(2 * (TILE + 8) + 8);
    assertThat(grid.getHeight()).isEqualTo(2 * (TILE + 18 + 8) + 8);
    boolean found = false;
    for (String name : TestData.COLOURS) {
      for (int i = 0; i < 8; i++) {
        BufferedImage image =
            ImageIO.read(data.resolve("train/%s/%03d.png".formatted(name, i)).toFile());
        found |= same(image, grid);
      }
    }
    assertThat(found).isTrue();
    // Black letters of the name below, on white.
    boolean anyDark = false;
    for (int x = 8; x < 8 + TILE; x++) {
      for (int y = 8 + TILE + 1; y < 8 + TILE + 17; y++) {
        anyDark |= (grid.getRGB(x, y) & 0xff) < 100;
      }
    }
    assertThat(anyDark).isTrue();
    assertThat(grid.getRGB(2, 2) & 0xffffff).isEqualTo(0xffffff);
  }

  /** Each pixel of the image is two pixels wide and high in the first tile. */
  private static boolean same(BufferedImage image, BufferedImage grid) {
    for (int y = 0; y < 112; y++) {
      for (int x = 0; x < 112; x++) {
        if (image.getRGB(x, y) != grid.getRGB(8 + 2 * x, 8 + 2 * y)) {
          return false;
        }
      }
    }
    return true;
  }

  @Test
  void theSeedDecidesAndNothingElse() throws IOException {
    byte[] one = png(shown("--seed", 1));
    assertThat(png(shown("--seed", 1))).isEqualTo(one);
    assertThat(png(shown("--seed", 2))).isNotEqualTo(one);
    assertThat(png(shown("--seed", 1, "--augment", "small"))).isNotEqualTo(one);
  }

  private static byte[] png(BufferedImage image) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "png", bytes);
    return bytes.toByteArray();
  }

  @Test
  void aRunKeepsTheSameImagesForItsReport() throws IOException {
    Path run = temp.resolve("run");
    Cli.Result result =
        Cli.run(
            "train",
            data,
            "--out",
            run,
            "--image-size",
            16,
            "--epochs",
            4,
            "--max-lr",
            0.1,
            "--batch-size",
            6,
            "--threads",
            1,
            "--seed",
            5);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(Files.size(run.resolve(TrainingImages.FILE))).isBetween(1_000L, 200_000L);
    TrainingImages images = TrainingImages.ofRun(run).orElseThrow();
    assertThat(images.images()).hasSize(TrainingImages.COUNT);
    BufferedImage grid = shown("--image-size", 16, "--seed", 5);
    BufferedImage first =
        ImageIO.read(new ByteArrayInputStream(images.images().get(0).picture().png()));
    for (int i = 0; i < 16; i++) {
      int x = 8 + TILE / 16 * i;
      assertThat(grid.getRGB(x, 8)).isEqualTo(first.getRGB(i, 0));
    }
    String page = Files.readString(run.resolve("report.html"));
    assertThat(page).contains("id=\"training-images\"");
    for (TrainingImages.Labelled image : images.images()) {
      assertThat(page).contains("training image of class " + TestData.COLOURS.get(image.label()));
    }
  }

  @Test
  void wrongUseIsRefused() {
    for (int count : List.of(0, 65)) {
      Cli.Result result = Cli.run("show", data, "--count", count, "--out", temp.resolve("n.png"));
      assertThat(result.code()).isEqualTo(2);
      assertThat(result.err()).contains("--count must be in [1, 64] but was " + count);
    }
    assertThat(Cli.run("show").err())
        .contains("DATA must be given; for example: onecycle show photos/");
    Cli.Result taken = Cli.run("show", data, "--out", data.resolve("train/red/000.jpg"));
    assertThat(taken.code()).as(taken.out()).isNotEqualTo(1);
  }
}
