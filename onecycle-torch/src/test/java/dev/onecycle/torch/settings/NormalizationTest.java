package dev.onecycle.torch.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.BadDataException;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NormalizationTest {
  private static final int IMAGES = 20;

  private static ImageDataset images(int channels, byte[] pixels) {
    return ImageDataset.of(
        new ImageShape(channels, 5, 7), List.of("a", "b"), new int[IMAGES], pixels);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void isTheMeanAndDeviationOfEachChannel(int channels) {
    byte[] pixels = new byte[IMAGES * 5 * 7 * channels];
    new Random(channels).nextBytes(pixels);
    ImageDataset images = images(channels, pixels);
    ImageDataset turned =
        images.select(IntStream.range(0, IMAGES).map(i -> IMAGES - 1 - i).toArray());
    Normalization found = Normalization.of(images);
    for (int c = 0; c < channels; c++) {
      int channel = c;
      double[] values =
          IntStream.range(0, pixels.length)
              .filter(at -> at % channels == channel)
              .mapToDouble(at -> (pixels[at] & 0xff) / 255.0)
              .toArray();
      double mean = DoubleStream.of(values).average().orElseThrow();
      double squares = 0;
      for (double value : values) {
        squares += (value - mean) * (value - mean);
      }
      assertThat(found.mean(c)).isCloseTo(mean, within(1e-12));
      assertThat(found.std(c)).isCloseTo(Math.sqrt(squares / values.length), within(1e-12));
    }
    assertThat(Normalization.of(turned)).isEqualTo(found);
  }

  /** Green fluorescence: red and blue are 0 in every image. */
  @Test
  void aConstantChannelBecomesZero() {
    byte[] pixels = new byte[IMAGES * 5 * 7 * 3];
    for (int i = 0; i < pixels.length; i += 3) {
      pixels[i] = (byte) i;
      pixels[i + 2] = 51;
    }
    Normalization found = Normalization.of(images(3, pixels));
    assertThat(found.mean(1)).isZero();
    assertThat(found.mean(2)).isCloseTo(0.2, within(1e-12));
    assertThat(found.std(0)).isBetween(0.2, 0.4);
    assertThat(found.stds().subList(1, 3)).containsExactly(1.0, 1.0);
  }

  @Test
  void imagesOfOneValueAreRefused() {
    assertThatThrownBy(() -> Normalization.of(images(3, new byte[IMAGES * 5 * 7 * 3])))
        .isInstanceOf(BadDataException.class)
        .hasMessage(
            "every channel has the same value in every training image; nothing can be learned");
  }
}
