package dev.onecycle.data.image.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.data.TestDatasets;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThumbnailsTest {
  private static BufferedImage read(byte[] png) throws IOException {
    assertThat(png).startsWith(0x89, 'P', 'N', 'G');
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
    assertThat(image).isNotNull();
    return image;
  }

  /** The samples of the file in height, width, channel order. */
  private static byte[] samples(BufferedImage image) {
    int[] samples =
        image.getRaster().getPixels(0, 0, image.getWidth(), image.getHeight(), (int[]) null);
    byte[] bytes = new byte[samples.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) samples[i];
    }
    return bytes;
  }

  private static ImageDataset plain(ImageShape shape, int... colour) {
    byte[] pixels = new byte[shape.bytes()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) colour[i % shape.channels()];
    }
    return ImageDataset.of(shape, List.of("a", "b"), new int[1], pixels);
  }

  @ParameterizedTest
  @CsvSource({"1, 9, 13", "3, 9, 13", "3, 64, 64", "1, 64, 1", "3, 1, 1"})
  void smallImagesKeepEverySample(int channels, int height, int width) throws IOException {
    ImageDataset images = TestDatasets.random(3, new ImageShape(channels, height, width), 2);
    for (int i = 0; i < 3; i++) {
      BufferedImage image = read(Thumbnails.png(images, i, 64));
      assertThat(image.getWidth()).isEqualTo(width);
      assertThat(image.getHeight()).isEqualTo(height);
      assertThat(image.getRaster().getNumBands()).isEqualTo(channels);
      assertThat(samples(image)).isEqualTo(TestDatasets.pixels(images, i));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "65, 65, 64, 64",
    "100, 200, 32, 64",
    "200, 100, 64, 32",
    "224, 160, 64, 46",
    "1000, 3, 64, 1"
  })
  void largeImagesAreMadeSmallerInProportion(int height, int width, int newHeight, int newWidth)
      throws IOException {
    for (int channels : new int[] {1, 3}) {
      ImageDataset images = plain(new ImageShape(channels, height, width), 200, 100, 30);
      BufferedImage image = read(Thumbnails.png(images, 0, 64));
      assertThat(image.getWidth()).isEqualTo(newWidth);
      assertThat(image.getHeight()).isEqualTo(newHeight);
      byte[] expected = new byte[channels * newWidth * newHeight];
      byte[] colour = {(byte) 200, 100, 30};
      for (int i = 0; i < expected.length; i++) {
        expected[i] = colour[i % channels];
      }
      assertThat(samples(image)).as("a plain colour stays").isEqualTo(expected);
    }
  }

  /** The left half black, the right half white, before and after. */
  @Test
  void whatIsOnTheImageStaysInItsPlace() throws IOException {
    ImageShape shape = new ImageShape(1, 128, 256);
    byte[] pixels = new byte[shape.bytes()];
    for (int y = 0; y < 128; y++) {
      Arrays.fill(pixels, y * 256 + 128, (y + 1) * 256, (byte) 255);
    }
    ImageDataset images = ImageDataset.of(shape, List.of("a", "b"), new int[1], pixels);
    BufferedImage image = read(Thumbnails.png(images, 0, 64));
    for (int x = 0; x < 64; x++) {
      int expected = x < 32 ? 0 : 255;
      if (x < 30 || x > 33) {
        assertThat(image.getRaster().getSample(x, 16, 0)).as("column " + x).isEqualTo(expected);
      }
    }
  }
}
