package dev.onecycle.data.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.InvalidValueException;
import org.junit.jupiter.api.Test;

class PadModeTest {
  @Test
  void reflectDoesNotRepeatTheEdgePixel() {
    assertThat(PadMode.REFLECT.map(4, 2, 3)).containsExactly(2, 1, 0, 1, 2, 3, 2, 1, 0);
  }

  @Test
  void symmetricRepeatsTheEdgePixel() {
    assertThat(PadMode.SYMMETRIC.map(4, 2, 3)).containsExactly(1, 0, 0, 1, 2, 3, 3, 2, 1);
  }

  @Test
  void zeroHasNoSource() {
    assertThat(PadMode.ZERO.map(2, 1, 2)).containsExactly(-1, 0, 1, -1, -1);
  }

  @Test
  void noPadIsTheImageItself() {
    for (PadMode mode : PadMode.values()) {
      assertThat(mode.map(3, 0, 0)).containsExactly(0, 1, 2);
    }
  }

  @Test
  void padsReachNoFurtherThanTheImage() {
    assertThat(PadMode.REFLECT.map(4, 3, 3)).containsExactly(3, 2, 1, 0, 1, 2, 3, 2, 1, 0);
    assertThat(PadMode.SYMMETRIC.map(2, 2, 2)).containsExactly(1, 0, 0, 1, 1, 0);
    assertThatThrownBy(() -> PadMode.REFLECT.map(4, 4, 0))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("pad must be in [0, 3]")
        .hasMessageContaining("was 4");
    assertThatThrownBy(() -> PadMode.SYMMETRIC.map(4, 0, 5))
        .isInstanceOf(InvalidValueException.class);
    assertThatThrownBy(() -> PadMode.ZERO.map(4, -1, 0)).isInstanceOf(InvalidValueException.class);
  }
}
