package dev.onecycle.data.augment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.testing.Property;
import org.junit.jupiter.api.Test;

class AffineSamplerTest {
  @Test
  void theIdentityGivesTheSameBytes() {
    Property.holds(
        50,
        random -> {
          int channels = random.nextBoolean() ? 1 : 3;
          int height = random.nextInt(1, 12);
          int width = random.nextInt(1, 12);
          byte[] image = new byte[channels * height * width];
          random.nextBytes(image);
          for (PadMode mode : PadMode.values()) {
            assertThat(sampled(image, channels, height, width, mode, AffineMap.IDENTITY))
                .isEqualTo(image);
          }
        });
  }

  /** The map of every window and flip gives the bytes that copying gives. */
  @Test
  void windowsAndFlipsEqualCopies() {
    Property.holds(
        50,
        random -> {
          int height = random.nextInt(2, 12);
          int width = random.nextInt(2, 12);
          byte[] image = new byte[3 * height * width];
          random.nextBytes(image);
          for (PadMode mode : PadMode.values()) {
            Augmentation augmentation =
                Augmentation.none().withPad(1).withPadMode(mode).withFlip(Flip.RANDOM);
            Augmenter augmenter = new Augmenter(augmentation, 3, height, width);
            byte[] copied = new byte[image.length];
            for (CropChoice window : augmentation.windows()) {
              Change change = new Change(window, height, width);
              augmenter.apply(image, change, copied);
              assertThat(sampled(image, 3, height, width, mode, change.map(1, height, width)))
                  .as("%s %s", mode, window)
                  .isEqualTo(copied);
            }
          }
        });
  }

  @Test
  void aQuarterTurnMovesEveryPixelToItsPlace() {
    byte[] image = {
      1, 2, 3, //
      4, 5, 6, //
      7, 8, 9
    };
    assertThat(turned(image, 90))
        .containsExactly(
            3, 6, 9, //
            2, 5, 8, //
            1, 4, 7);
    assertThat(turned(image, 180)).containsExactly(9, 8, 7, 6, 5, 4, 3, 2, 1);
    assertThat(turned(image, -90))
        .containsExactly(
            7, 4, 1, //
            8, 5, 2, //
            9, 6, 3);
    assertThat(turned(image, 360)).isEqualTo(image);
    assertThat(turned(turned(image, 90), -90)).isEqualTo(image);
  }

  private static byte[] turned(byte[] image, double angle) {
    return sampled(image, 1, 3, 3, PadMode.ZERO, AffineMap.rotation(angle, 1.5, 1.5));
  }

  @Test
  void betweenPixelsItIsBilinear() {
    byte[] image = {0, 100, (byte) 200, 40};
    // A quarter to the right of the first centre and half below it:
    // above 0.75·0 + 0.25·100 = 25, below 0.75·200 + 0.25·40 = 160, the mean 92.5.
    assertThat(sampled(image, 1, 2, 2, PadMode.REFLECT, AffineMap.shift(0.25, 0.5))[0])
        .isEqualTo((byte) 93);
    // Of the last centre, half of what lies right of it is outside: the first column again.
    // The row of it: 0.5·40 + 0.5·200 = 120; outside below lies the first row: 0.5·100 + 0.5·0.
    assertThat(sampled(image, 1, 2, 2, PadMode.REFLECT, AffineMap.shift(0.5, 0))[3])
        .isEqualTo((byte) 120);
    assertThat(sampled(image, 1, 2, 2, PadMode.ZERO, AffineMap.shift(0.5, 0))[3])
        .isEqualTo((byte) 20);
    assertThat(sampled(image, 1, 2, 2, PadMode.SYMMETRIC, AffineMap.shift(0.5, 0))[3])
        .isEqualTo((byte) 40);
  }

  @Test
  void shrinkingWeighsAllPixelsByAWiderTent() {
    byte[] row = {0, 80, 16, (byte) 240, 32, 8, 0, 0};
    byte[] half = new byte[4];
    new AffineSampler(1, 1, 8, PadMode.SYMMETRIC)
        .apply(row, new AffineMap(2, 0, 0, 0, 1, 0), half, 1, 4);
    // Weights of 1, 3, 3 and 1 eighths: (80 + 3·16 + 3·240 + 32) / 8 = 110.
    assertThat(half[1]).isEqualTo((byte) 110);
    // (240 + 3·32 + 3·8 + 0) / 8 = 45.
    assertThat(half[2]).isEqualTo((byte) 45);
  }

  @Test
  void aFinePatternThatIsShrunkBecomesItsMean() {
    byte[] checkers = new byte[64 * 64];
    for (int i = 0; i < checkers.length; i++) {
      checkers[i] = (byte) ((i / 64 + i) % 2 == 0 ? 255 : 0);
    }
    byte[] small = new byte[16 * 16];
    AffineMap map = AffineMap.rotation(30, 8, 8).then(new AffineMap(4, 0, 0, 0, 4, 0));
    new AffineSampler(1, 64, 64, PadMode.REFLECT).apply(checkers, map, small, 16, 16);
    for (byte value : small) {
      assertThat(value & 0xff).isBetween(120, 135);
    }
  }

  @Test
  void bordersAreReflectedWithoutEnd() {
    byte[] row = {1, 2, 3};
    byte[] wide = new byte[11];
    new AffineSampler(1, 1, 3, PadMode.REFLECT).apply(row, AffineMap.shift(-4, 0), wide, 1, 11);
    assertThat(wide).containsExactly(1, 2, 3, 2, 1, 2, 3, 2, 1, 2, 3);
    new AffineSampler(1, 1, 3, PadMode.SYMMETRIC).apply(row, AffineMap.shift(-4, 0), wide, 1, 11);
    assertThat(wide).containsExactly(3, 3, 2, 1, 1, 2, 3, 3, 2, 1, 1);
  }

  private static byte[] sampled(
      byte[] image, int channels, int height, int width, PadMode mode, AffineMap map) {
    byte[] result = new byte[image.length];
    new AffineSampler(channels, height, width, mode).apply(image, map, result, height, width);
    return result;
  }
}
