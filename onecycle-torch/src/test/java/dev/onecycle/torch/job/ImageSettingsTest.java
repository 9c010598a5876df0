package dev.onecycle.torch.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.image.DecodeOptions;
import dev.onecycle.data.image.ImageSize;
import dev.onecycle.data.image.Orientation;
import dev.onecycle.data.image.Resize;
import dev.onecycle.error.InvalidValueException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageSettingsTest {
  @Test
  void aSizeIsASideOrHeightAndWidth() {
    assertThat(TrainingConfig.IMAGE_SIZE.read("image_size", 96)).isEqualTo(new ImageSize(96, 96));
    assertThat(TrainingConfig.IMAGE_SIZE.read("image_size", "128x96"))
        .isEqualTo(new ImageSize(128, 96));
    assertThat(TrainingConfig.IMAGE_SIZE.write(new ImageSize(96, 96))).isEqualTo(96);
    assertThat(TrainingConfig.IMAGE_SIZE.write(new ImageSize(128, 96))).isEqualTo("128x96");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "0", "0x8", "8x", "8x8x8", "4097", "8x4097", "-1", "8.5", "big"})
  void otherTextsAreRefused(String text) {
    assertThatThrownBy(() -> TrainingConfig.IMAGE_SIZE.read("image_size", text))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage(
            "image_size must be a side S or HEIGHTxWIDTH, each in [1, 4096] but was " + text);
  }

  @Test
  void theDataAreReadAsConfigured() {
    TrainingConfig config =
        TrainingConfig.of("photos")
            .with(TrainingConfig.IMAGE_SIZE, new ImageSize(24, 16))
            .with(TrainingConfig.RESIZE, Resize.PAD)
            .with(TrainingConfig.ORIENTATION, Orientation.IGNORE)
            .with(TrainingConfig.MAX_PIXELS, 1000);
    DataOptions options = config.dataOptions();
    assertThat(options.imageSize()).contains(new ImageSize(24, 16));
    assertThat(options.decoding())
        .isEqualTo(new DecodeOptions(Resize.PAD, Orientation.IGNORE, 1000));
    assertThat(TrainingConfig.of("photos").dataOptions().decoding())
        .isEqualTo(DecodeOptions.defaults());
  }
}
