package dev.onecycle.torch.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.BadDataException;
import dev.onecycle.torch.settings.Device;
import dev.onecycle.torch.train.Setup;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class LargeImagesTest {
  private static Setup setup(int height, int width) {
    return TrainingConfig.of("photos").setup(new ImageShape(3, height, width), 2);
  }

  private static String remark(int height, int width, OptionalLong available) {
    return LargeImages.remark(setup(height, width), Device.CPU, available);
  }

  @Test
  void smallImagesNeedNoWord() {
    assertThat(remark(32, 32, OptionalLong.of(1))).isEmpty();
    assertThat(remark(128, 128, OptionalLong.empty())).isEmpty();
  }

  @Test
  void largeImagesAreTrainedWithAWord() {
    assertThat(remark(320, 480, OptionalLong.empty()))
        .startsWith("Images of 320×480 pixels (height × width) in batches of 128 take about ")
        .contains(" GB and ")
        .endsWith(" s a step; image_size 64 takes a small part of that");
  }

  @Test
  void imagesThatMemoryCannotHoldAreRefusedBeforeAnythingIsBuilt() {
    assertThatThrownBy(() -> remark(3000, 4000, OptionalLong.of(16L << 30)))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("Images of 3000×4000 pixels (height × width) in batches of 128 take")
        .hasMessageContaining("and 17.2 GB are available; set image_size 64, or a smaller");
  }

  @Test
  void valuesAreCountedLayerByLayer() {
    // ResNet-20 at 32×32: 19 convolutions at 16×32×32, 32×16×16, 64×8×8, their norms and ReLUs.
    long values = setup(32, 32).network().values();
    assertThat(values).isBetween(400_000L, 900_000L);
    assertThat(setup(64, 32).network().values()).isBetween(2 * values - 3000, 2 * values);
  }
}
