package dev.onecycle.data.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.InvalidValueException;
import org.junit.jupiter.api.Test;

class ReflectionPad2dTest {
  @Test
  void addsTopAndBottomToTheHeightAndLeftAndRightToTheWidth() {
    assertThat(new ReflectionPad2d(3, 3, 5, 5).outputShape(64, 3, 220, 220))
        .containsExactly(64, 3, 230, 226);
    assertThat(new ReflectionPad2d(3).outputShape(64, 3, 220, 220))
        .containsExactly(64, 3, 226, 226);
    assertThat(new ReflectionPad2d(1, 2, 3, 4).outputShape(3, 10, 20)).containsExactly(3, 17, 23);
  }

  /** The example of PyTorch's documentation: 0 … 8 in 3×3, padded (1, 1, 2, 0). */
  @Test
  void reflectsAsPyTorchDoes() {
    byte[] image = {0, 1, 2, 3, 4, 5, 6, 7, 8};
    byte[] padded = new ReflectionPad2d(1, 1, 2, 0).apply(image, 1, 3, 3);
    assertThat(padded)
        .containsExactly(
            7, 6, 7, 8, 7, //
            4, 3, 4, 5, 4, //
            1, 0, 1, 2, 1, //
            4, 3, 4, 5, 4, //
            7, 6, 7, 8, 7);
  }

  @Test
  void keepsTheChannelsOfAPixelTogether() {
    byte[] image = {1, 2, 3, 4, 5, 6};
    assertThat(new ReflectionPad2d(1, 0, 0, 0).apply(image, 3, 1, 2))
        .containsExactly(4, 5, 6, 1, 2, 3, 4, 5, 6);
  }

  @Test
  void padsMustBeSmallerThanTheirDimension() {
    assertThatThrownBy(() -> new ReflectionPad2d(4).outputShape(1, 3, 4, 9))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("top must be smaller than H = 4")
        .hasMessageContaining("was 4");
    assertThatThrownBy(() -> new ReflectionPad2d(0, 9, 0, 0).outputShape(1, 3, 40, 9))
        .hasMessageContaining("right must be smaller than W = 9");
    assertThatThrownBy(() -> new ReflectionPad2d(-1)).isInstanceOf(InvalidValueException.class);
    assertThatThrownBy(() -> new ReflectionPad2d(1).outputShape(4, 4))
        .hasMessageContaining("[N, C, H, W]");
    assertThatThrownBy(() -> new ReflectionPad2d(1).apply(new byte[5], 1, 3, 3))
        .hasMessageContaining("image length");
  }
}
