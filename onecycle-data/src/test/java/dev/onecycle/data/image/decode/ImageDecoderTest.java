package dev.onecycle.data.image.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.data.ImageFiles;
import dev.onecycle.data.image.DecodeOptions;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.testing.TestImages;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ImageDecoderTest {
  private static final ImageShape TWO = new ImageShape(3, 1, 2);

  @ParameterizedTest
  @ValueSource(strings = {"png", "bmp"})
  void losslessFormatsGiveTheirPixelsInHeightWidthChannelOrder(String format) {
    BufferedImage image = new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, 0x010203);
    image.setRGB(1, 0, 0xFFFEFD);
    image.setRGB(0, 1, 0x804020);
    image.setRGB(1, 1, 0x000000);
    assertThat(decode(TestImages.encode(image, format), new ImageShape(3, 2, 2)))
        .containsExactly(1, 2, 3, 255, 254, 253, 128, 64, 32, 0, 0, 0);
  }

  @Test
  void jpegComesCloseToItsPixels() {
    byte[] file = TestImages.encode(TestImages.plain(16, 16, 0x3366CC), "jpg");
    int[] pixels = decode(file, new ImageShape(3, 16, 16));
    int last = pixels.length - 3;
    assertThat(Math.abs(pixels[last] - 0x33)).isLessThan(6);
    assertThat(Math.abs(pixels[last + 1] - 0x66)).isLessThan(6);
    assertThat(Math.abs(pixels[last + 2] - 0xCC)).isLessThan(6);
  }

  @Test
  void greyKeepsItsValuesInAllThreeChannels() {
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setSample(0, 0, 0, 100);
    image.getRaster().setSample(1, 0, 0, 7);
    assertThat(decode(TestImages.encode(image, "png"), TWO))
        .containsExactly(100, 100, 100, 7, 7, 7);
    BufferedImage wide = new BufferedImage(16, 16, BufferedImage.TYPE_BYTE_GRAY);
    Arrays.fill(
        ((java.awt.image.DataBufferByte) wide.getRaster().getDataBuffer()).getData(), (byte) 90);
    int[] jpeg = decode(TestImages.encode(wide, "jpg"), new ImageShape(3, 16, 16));
    assertThat(jpeg).containsOnly(90);
  }

  @Test
  void colourBecomesGreyWhereTheShapeHasOneChannel() {
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, 0xFF0000);
    image.setRGB(1, 0, 0x646464);
    // 0.299 · 255 = 76.2
    assertThat(decode(TestImages.encode(image, "png"), new ImageShape(1, 1, 2)))
        .containsExactly(76, 100);
  }

  @Test
  void sixteenBitsBecomeEight() {
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
    image.getRaster().setSample(0, 0, 0, 0x7FAB);
    image.getRaster().setSample(1, 0, 0, 0xFFFF);
    assertThat(decode(TestImages.encode(image, "png"), TWO))
        .containsExactly(127, 127, 127, 255, 255, 255);
  }

  @Test
  void transparentPixelsLieOnWhite() {
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
    image.setRGB(0, 0, 0x00FFFFFF);
    image.setRGB(1, 0, 0x80FF8000);
    assertThat(decode(TestImages.encode(image, "png"), TWO))
        .containsExactly(255, 255, 255, 255, 191, 127);
  }

  @Test
  void palettesAreResolved() {
    byte[] red = {0, 10, (byte) 200};
    byte[] green = {0, 20, 100};
    byte[] blue = {0, 30, 50};
    IndexColorModel palette = new IndexColorModel(2, 3, red, green, blue, 0);
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_INDEXED, palette);
    image.getRaster().setSample(0, 0, 0, 1);
    image.getRaster().setSample(1, 0, 0, 2);
    assertThat(decode(TestImages.encode(image, "png"), TWO))
        .containsExactly(10, 20, 30, 200, 100, 50);
    assertThat(decode(TestImages.encode(image, "gif"), TWO))
        .containsExactly(10, 20, 30, 200, 100, 50);
    BufferedImage bits = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_BINARY);
    bits.setRGB(1, 0, -1);
    assertThat(decode(TestImages.encode(bits, "png"), TWO)).containsExactly(0, 0, 0, 255, 255, 255);
  }

  @Test
  void otherSizesAreCoveredAndCroppedAboutTheCentre() {
    // A red square between a green and a blue one: cropped, only red is left.
    BufferedImage image = new BufferedImage(30, 10, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < 10; y++) {
      for (int x = 0; x < 30; x++) {
        image.setRGB(x, y, x < 10 ? 0x00FF00 : x < 20 ? 0xFF0000 : 0x0000FF);
      }
    }
    int[] small = decode(TestImages.encode(image, "png"), new ImageShape(3, 5, 5));
    assertThat(small).hasSize(75);
    for (int i = 0; i < small.length; i += 3) {
      assertThat(List.of(small[i], small[i + 1], small[i + 2])).isEqualTo(List.of(255, 0, 0));
    }
    BufferedImage upright = new BufferedImage(10, 30, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < 30; y++) {
      for (int x = 0; x < 10; x++) {
        upright.setRGB(x, y, image.getRGB(y, x));
      }
    }
    assertThat(decode(TestImages.encode(upright, "png"), new ImageShape(3, 5, 5))).isEqualTo(small);
    assertThat(decode(TestImages.encode(image, "png"), new ImageShape(3, 40, 40))).hasSize(4800);
    assertThat(decode(TestImages.png(1, 1, 0), new ImageShape(3, 8, 8)))
        .hasSize(192)
        .containsOnly(255);
    assertThat(decode(TestImages.png(5000, 1, 0x40), new ImageShape(3, 64, 64))).hasSize(12288);
  }

  @Test
  void theContentCountsNotTheName(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("really-a-png.jpg");
    Files.write(file, TestImages.png(2, 1, 0x010203));
    byte[] pixels = ImageFiles.decode(file, TWO, DecodeOptions.defaults());
    assertThat(pixels.length).isEqualTo(6);
    assertThat(pixels[5]).isEqualTo((byte) 3);
  }

  @Test
  void manyPixelsAreReadInStepsWithoutChangingThePicture() {
    BufferedImage image = new BufferedImage(5000, 4000, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < 4000; y++) {
      for (int x = 2500; x < 5000; x++) {
        image.getRaster().setSample(x, y, 0, 200);
      }
    }
    int[] pixels = decode(TestImages.encode(image, "png"), new ImageShape(1, 8, 8));
    for (int y = 0; y < 8; y++) {
      assertThat(pixels[y * 8]).isZero();
      assertThat(pixels[y * 8 + 7]).isEqualTo(200);
    }
  }

  /** A portable map has no reader that could wait: the conversion of an image waits too. */
  @Test
  void theWholeOfADecodingWaitsForMemory() throws Exception {
    byte[] map = "P3 2 1 255 1 2 3 4 5 6".getBytes(StandardCharsets.US_ASCII);
    FutureTask<int[]> pixels = new FutureTask<>(() -> decode(map, TWO));
    Thread decoding = new Thread(pixels);
    Thread.State state =
        DecodeMemoryLimiter.holding(
            Long.MAX_VALUE,
            () -> {
              decoding.start();
              Thread.State now = decoding.getState();
              while (now != Thread.State.WAITING && now != Thread.State.TERMINATED) {
                Thread.onSpinWait();
                now = decoding.getState();
              }
              return now;
            });
    assertThat(state).isEqualTo(Thread.State.WAITING);
    assertThat(pixels.get()).containsExactly(1, 2, 3, 4, 5, 6);
  }

  private static int[] decode(byte[] file, ImageShape shape) {
    byte[] pixels = ImageFiles.decode(file, "test image", shape, DecodeOptions.defaults());
    int[] values = new int[pixels.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = pixels[i] & 0xFF;
    }
    return values;
  }
}
