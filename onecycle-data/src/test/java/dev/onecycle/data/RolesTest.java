package dev.onecycle.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which images are trained on, which judge the epochs, and which are kept for the end. */
class RolesTest {
  @TempDir Path temp;
  private Path data;

  @BeforeEach
  void writeImages() throws IOException {
    data = temp.resolve("pets");
    TestData.coloursSplit(data.resolve("train"), 20, 8, 8);
    TestData.coloursSplit(data.resolve("test"), 4, 8, 8);
  }

  @Test
  void testImagesJudgeEpochsOnlyWhereThereAreNoOthers() throws IOException {
    DataSplits two = open(options());
    assertThat(two.evaluationName()).isEqualTo("test");
    assertThat(two.test()).isEmpty();
    DataSplits share = open(options().withValidationShare(0.2));
    assertThat(share.evaluationName()).isEqualTo("held-out part");
    assertThat(share.train().size()).isEqualTo(48);
    assertThat(share.evaluation().size()).isEqualTo(12);
    assertThat(share.test().orElseThrow().size()).isEqualTo(12);
    assertThat(share.fingerprint()).isEqualTo(two.fingerprint());
    assertThat(share.report().notes())
        .containsExactly(
            "There is no val set: 0.2 of each class, 12 of 60 images drawn by seed 0, is held out"
                + " for validation.",
            "The held-out images judge the epochs; the 12 test images are evaluated once, at the"
                + " end.");
    TestDatasets.assertSame(
        Datasets.openForTuning(data.toString(), options().withValidationShare(0.2)).train(),
        share.train());
    TestData.coloursSplit(data.resolve("val"), 2, 8, 8);
    DataSplits three = open(options());
    assertThat(three.evaluationName()).isEqualTo("val");
    assertThat(three.train().size()).isEqualTo(60);
    assertThat(three.test().orElseThrow().origin(0)).isEqualTo("test/blue/000.png");
    assertThatThrownBy(() -> open(options().withValidationShare(0.2)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("validation_share must be left out where there is a val set, but was 0.2");
  }

  @Test
  void aLimitLeavesTrainingImagesOut() {
    DataSplits all = open(options());
    DataSplits some = open(options().withLimit(9));
    assertThat(some.train().size()).isEqualTo(9);
    assertThat(some.evaluation().size()).isEqualTo(12);
    assertThat(some.fingerprint()).isNotEqualTo(all.fingerprint());
    assertThat(some.report().notes())
        .containsExactly(
            "Of the 60 training images 9 are used, drawn by seed 0 in the shares of the classes.");
    TuningData tuning = Datasets.openForTuning(data.toString(), options().withLimit(9));
    assertThat(tuning.train().size()).isEqualTo(9);
    assertThat(tuning.fingerprint()).isEqualTo(some.trainingFingerprint());
    assertThat(open(options().withLimit(60)).fingerprint()).isEqualTo(all.fingerprint());
  }

  @Test
  void imagesInTwoSetsAreCounted() throws IOException {
    assertThat(open(options()).report().warnings()).isEmpty();
    Path copy = data.resolve("test/red/copy.png");
    Files.copy(data.resolve("train/red/007.png"), copy);
    Files.copy(data.resolve("train/blue/003.png"), data.resolve("test/blue/again.png"));
    String warning =
        "2 of the 14 test images are also among the training images, test/blue/again.png as"
            + " train/blue/003.png for one; the accuracy on them says nothing about new images.";
    for (int i = 0; i < 2; i++) { // decoded, then from the cache
      assertThat(open(options()).report().warnings()).containsExactly(warning);
    }
    Path flat = temp.resolve("flat");
    TestData.coloursSplit(flat, 30, 8, 8);
    assertThat(Datasets.open(flat.toString(), options()).report().warnings()).isEmpty();
    for (int i = 0; i < 30; i++) {
      String name = "red/%03d".formatted(i);
      Files.copy(flat.resolve(name + ".png"), flat.resolve(name + "-copy.png"));
    }
    DataSplits held = Datasets.open(flat.toString(), options());
    assertThat(held.report().warnings())
        .singleElement()
        .asString()
        .matches("([2-9] of the 12 held-out images are|1 of the 12 held-out images is) also .*");
  }

  @Test
  void emptyClassesAreAllowedOnRequest() throws IOException {
    Files.createDirectories(data.resolve("train/zebra"));
    DataSplits splits = open(options().withAllowEmptyClasses(true));
    ImageDataset train = splits.train();
    assertThat(train.classes()).containsExactly("blue", "green", "red", "zebra");
    assertThat(splits.report().notes()).contains(data + "/train/ has no image of the class zebra.");
  }

  private DataSplits open(DataOptions options) {
    return Datasets.open(data.toString(), options);
  }

  private DataOptions options() {
    return DataOptions.defaults().withCacheFolder(temp.resolve("cache"));
  }
}
