package dev.onecycle.data.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.testing.Property;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AugmenterTest {
  private static final byte[] GRID = {
    1, 2, 3,
    4, 5, 6,
    7, 8, 9
  };

  @Test
  void cropsAWindowOfThePaddedImage() {
    assertThat(apply(PadMode.REFLECT, new CropChoice(0, 0, false)))
        .containsExactly(
            5, 4, 5, //
            2, 1, 2, //
            5, 4, 5);
    assertThat(apply(PadMode.SYMMETRIC, new CropChoice(0, 2, false)))
        .containsExactly(
            2, 3, 3, //
            2, 3, 3, //
            5, 6, 6);
    assertThat(apply(PadMode.ZERO, new CropChoice(2, 0, false)))
        .containsExactly(
            0, 4, 5, //
            0, 7, 8, //
            0, 0, 0);
  }

  @Test
  void flipsTheWindowLeftToRight() {
    assertThat(apply(PadMode.ZERO, new CropChoice(1, 1, true)))
        .containsExactly(
            3, 2, 1, //
            6, 5, 4, //
            9, 8, 7);
    assertThat(apply(PadMode.ZERO, new CropChoice(2, 0, true)))
        .containsExactly(
            5, 4, 0, //
            8, 7, 0, //
            0, 0, 0);
  }

  @Test
  void theIdentityLeavesTheImageAsItIs() {
    assertThat(
            apply(
                PadMode.REFLECT,
                Augmentation.none()
                    .withPad(1)
                    .withPadMode(PadMode.REFLECT)
                    .withFlip(Flip.RANDOM)
                    .identity()))
        .isEqualTo(GRID);
  }

  /** Compares with a simple implementation: pad the image, cut out the window, mirror it. */
  @Test
  void agreesWithAPaddedImageForEveryChoice() {
    Property.holds(
        200,
        random -> {
          int channels = random.nextBoolean() ? 1 : 3;
          int height = random.nextInt(2, 9);
          int width = random.nextInt(2, 9);
          PadMode mode = List.of(PadMode.values()).get(random.nextInt(3));
          int pad = random.nextInt(1, mode == PadMode.ZERO ? 20 : Math.min(height, width));
          byte[] image = new byte[channels * height * width];
          random.nextBytes(image);
          Augmentation augmentation =
              Augmentation.none().withPad(pad).withPadMode(mode).withFlip(Flip.RANDOM);
          Augmenter augmenter = new Augmenter(augmentation, channels, height, width);
          byte[] result = new byte[image.length];
          for (CropChoice choice : augmentation.windows()) {
            augmenter.apply(image, new Change(choice, height, width), result);
            assertThat(result)
                .as("%s %s", augmentation, choice)
                .isEqualTo(plainly(image, channels, height, width, augmentation, choice));
          }
        });
  }

  @Test
  void hidesASquareUnderTheMeanColor() {
    // The middle of the nine pixels is their mean: 5.
    assertThat(hidden(2, 0.5, 0.5))
        .containsExactly(
            5, 5, 3, //
            5, 5, 6, //
            7, 8, 9);
    assertThat(hidden(2, 0, 0.9))
        .containsExactly(
            1, 5, 5, //
            4, 5, 6, //
            7, 8, 9);
  }

  @Test
  void theMeanColorIsThatOfEachChannelOfBytesWithoutSign() {
    byte[] image = {(byte) 200, 0, (byte) 255, 10, (byte) 201, 0, (byte) 255, 11};
    byte[] result = new byte[8];
    Augmentation whole = Augmentation.none().withCutout(2);
    new Augmenter(whole, 2, 2, 2)
        .apply(
            image,
            new Change(
                new CropChoice(0, 0, false, Optional.of(new CropChoice.CutoutCenter(0.5, 0.5))),
                2,
                2),
            result);
    // (200 + 255 + 201 + 255) / 4 = 227.75 and (0 + 10 + 0 + 11) / 4 = 5.25.
    assertThat(result).containsExactly(228, 5, 228, 5, 228, 5, 228, 5);
  }

  private static byte[] hidden(int side, double down, double across) {
    byte[] result = new byte[9];
    CropChoice choice =
        new CropChoice(0, 0, false, Optional.of(new CropChoice.CutoutCenter(down, across)));
    new Augmenter(Augmentation.none().withCutout(side), 1, 3, 3)
        .apply(GRID, new Change(choice, 3, 3), result);
    return result;
  }

  @Test
  void cutoutsThatDoNotFitAreRefused() {
    assertThatThrownBy(() -> new Augmenter(Augmentation.none().withCutout(5), 3, 4, 32))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage(
            "augmentation cutout must be at most 4, the shorter side of the images, but was 5");
  }

  @Test
  void padsThatDoNotFitAreRefused() {
    Augmentation augmentation = Augmentation.standard();
    assertThatThrownBy(() -> new Augmenter(augmentation, 3, 4, 32))
        .isInstanceOf(InvalidValueException.class);
    assertThatThrownBy(
            () ->
                new Augmenter(augmentation, 3, 8, 8)
                    .apply(new byte[191], new Change(augmentation.identity(), 8, 8), new byte[192]))
        .hasMessageContaining("image length must be 192");
  }

  private static byte[] apply(PadMode mode, CropChoice choice) {
    byte[] result = new byte[9];
    new Augmenter(Augmentation.none().withPad(1).withPadMode(mode).withFlip(Flip.RANDOM), 1, 3, 3)
        .apply(GRID, new Change(choice, 3, 3), result);
    return result;
  }

  private static byte[] plainly(
      byte[] image,
      int channels,
      int height,
      int width,
      Augmentation augmentation,
      CropChoice choice) {
    int pad = augmentation.pad();
    int[] rows = augmentation.padMode().map(height, pad, pad);
    int[] columns = augmentation.padMode().map(width, pad, pad);
    byte[] result = new byte[image.length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int row = rows[choice.top() + y];
        int column = columns[choice.left() + (choice.flip() ? width - 1 - x : x)];
        for (int c = 0; c < channels; c++) {
          result[(y * width + x) * channels + c] =
              row < 0 || column < 0 ? 0 : image[(row * width + column) * channels + c];
        }
      }
    }
    return result;
  }
}
