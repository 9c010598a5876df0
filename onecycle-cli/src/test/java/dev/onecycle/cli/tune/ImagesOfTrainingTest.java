package dev.onecycle.cli.tune;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The line of find-lr about the images that a range test of train would take. */
class ImagesOfTrainingTest {
  @Test
  void whatIsHeldOutIsTrainedOnWhereThereIsATestSet() {
    assertThat(FindLrCommand.imagesOfTraining(1800, 200, Optional.empty()))
        .isEqualTo(
            "A range test of train takes the same 1,800 images, or all 2,000 where there is a test"
                + " set.");
  }

  @Test
  void aLimitHoldsForBoth() {
    assertThat(FindLrCommand.imagesOfTraining(30, 15, Optional.of(30)))
        .isEqualTo(
            "A range test of train takes the same 30 images, or as many of all training images"
                + " where there is a test set.");
    assertThat(FindLrCommand.imagesOfTraining(30, 15, Optional.of(40)))
        .contains("the same 30 images, or all 40 where");
    assertThat(FindLrCommand.imagesOfTraining(1, 1, Optional.empty()))
        .contains("1 image, or all 2");
  }
}
