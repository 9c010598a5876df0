package dev.onecycle.data.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.ImageSize;
import dev.onecycle.data.image.Resize;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MixedSizesTest {
  private static final Sizing STORED = new Sizing.AsStored();

  private static ImageShape image(int width, int height) {
    return new ImageShape(3, height, width);
  }

  private static ImageShape shapeOf(List<ImageShape> sizes) {
    return MixedSizes.of(sizes, Resize.CROP, STORED).shape();
  }

  @ParameterizedTest
  @CsvSource({
    // width, height of two images; height, width that both get
    "96, 64, 100, 66, 52, 80",
    "640, 480, 4000, 3000, 56, 76",
    "480, 640, 3000, 4000, 72, 56",
    "1920, 1080, 1280, 720, 48, 84",
    "300, 300, 500, 510, 64, 64",
    "400, 100, 800, 200, 32, 128",
  })
  void likeProportionsAreKeptWithThePixelsOfASquare(
      int width, int height, int otherWidth, int otherHeight, int toHeight, int toWidth) {
    ImageShape shape = shapeOf(List.of(image(width, height), image(otherWidth, otherHeight)));
    assertThat(shape).isEqualTo(new ImageShape(3, toHeight, toWidth));
    assertThat(shape.height() * shape.width()).isBetween(3900, 4400);
  }

  @Test
  void photosUprightAndAcrossBecomeSquares() {
    List<ImageShape> sizes =
        List.of(image(640, 480), image(480, 640), image(800, 600), image(320, 240));
    MixedSizes squares = MixedSizes.of(sizes, Resize.CROP, STORED);
    assertThat(squares.shape()).isEqualTo(new ImageShape(3, 64, 64));
    assertThat(squares.note())
        .isEqualTo(
            "The images have 4 sizes and were resized to 64×64 (crop); the crop cuts off 25 % of"
                + " the average image, set resize to squash or pad to keep it whole; set image_size"
                + " to change that.");
    assertThat(MixedSizes.of(sizes, Resize.SQUASH, STORED).note())
        .isEqualTo(
            "The images have 4 sizes and were resized to 64×64 (squash); set image_size to change"
                + " that.");
  }

  /** The size that was asked for is the one that is said; no advice to ask for it again. */
  @Test
  void aGivenSizeIsSaid() {
    List<ImageShape> sizes =
        List.of(image(640, 480), image(480, 640), image(800, 600), image(320, 240));
    MixedSizes given = MixedSizes.of(sizes, Resize.CROP, new Sizing.Size(new ImageSize(48, 96)));
    assertThat(given.shape()).isEqualTo(new ImageShape(3, 48, 96));
    assertThat(given.note())
        .isEqualTo(
            "The images have 4 sizes and were resized to 48×96 (height × width) (crop); the crop"
                + " cuts off 41 % of the average image, set resize to squash or pad to keep it"
                + " whole.");
  }

  /** Size and crop of a trained model are not to be chosen where it is evaluated. */
  @Test
  void theSizeOfAModelIsSaidWithoutAdvice() {
    List<ImageShape> sizes =
        List.of(image(640, 480), image(480, 640), image(800, 600), image(320, 240));
    Sizing model = new Sizing.Exact(new ImageShape(3, 32, 32));
    MixedSizes evaluated = MixedSizes.of(sizes, Resize.CROP, model);
    assertThat(evaluated.shape()).isEqualTo(new ImageShape(3, 32, 32));
    assertThat(evaluated.note())
        .isEqualTo(
            "The images have 4 sizes and were resized to 32×32 (crop); the crop cuts off 25 % of"
                + " the average image, as the model has it.");
  }

  @Test
  void oneOddImageOfTenChangesNothing() {
    List<ImageShape> sizes = new ArrayList<>(Collections.nCopies(9, image(150, 100)));
    sizes.add(image(100, 150));
    MixedSizes across = MixedSizes.of(sizes, Resize.CROP, STORED);
    assertThat(across.shape()).isEqualTo(new ImageShape(3, 52, 80));
    assertThat(across.note())
        .startsWith(
            "The images have 2 sizes and were resized to 52×80 (height × width), their usual"
                + " proportions (crop); the crop cuts off ");
    sizes.set(0, image(100, 150));
    assertThat(shapeOf(sizes)).isEqualTo(new ImageShape(3, 64, 64));
  }

  @Test
  void veryLongImagesBecomeSquares() {
    assertThat(shapeOf(List.of(image(900, 100), image(910, 100))))
        .isEqualTo(new ImageShape(3, 64, 64));
    assertThat(shapeOf(List.of(image(1, 65_000), image(1, 64_000))))
        .isEqualTo(new ImageShape(3, 64, 64));
  }

  @Test
  void theOrderOfTheImagesDoesNotMatter() {
    List<ImageShape> sizes =
        new ArrayList<>(List.of(image(96, 64), image(100, 66), image(98, 65), image(97, 64)));
    ImageShape shape = shapeOf(sizes);
    Collections.reverse(sizes);
    assertThat(shapeOf(sizes)).isEqualTo(shape);
  }
}
