package dev.onecycle.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.image.DecodeOptions;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.testing.TestData;
import dev.onecycle.testing.TestImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationTest {
  private static final ImageShape SHAPE = new ImageShape(3, 4, 6);
  private static final List<String> CLASSES = List.of("zebra", "dog", "cat");

  @TempDir Path temp;

  @Test
  void aTestFolderAloneIsEnoughAndLabelsAreTheModels() throws IOException {
    TestData.catsAndDogs(temp.resolve("data/test"), 2);
    EvaluationSplit split = open();
    assertThat(split.name()).isEqualTo("test");
    assertThat(split.images().shape()).isEqualTo(SHAPE);
    assertThat(split.images().classes()).isEqualTo(CLASSES);
    assertThat(split.images().origin(0)).isEqualTo("test/cat/0.png");
    assertThat(split.images().label(0)).isEqualTo(2);
    assertThat(split.images().label(3)).isEqualTo(1);
    assertThat(split.report().notes()).isEmpty();
  }

  @Test
  void imagesAreResizedAsThoseToTrainOn() throws IOException {
    TestData.catsAndDogs(temp.resolve("data/test"), 2);
    byte[] alone = Files.readAllBytes(temp.resolve("data/test/dog/1.png"));
    assertThat(TestDatasets.pixels(open().images(), 3))
        .isEqualTo(ImageFiles.decode(alone, "dog", SHAPE, DecodeOptions.defaults()));
  }

  @Test
  void testComesBeforeValidationAndThatBeforeTraining() throws IOException {
    TestData.catsAndDogs(temp.resolve("data/train"), 3);
    EvaluationSplit train = open();
    assertThat(train.name()).isEqualTo("train");
    assertThat(train.report().notes())
        .singleElement()
        .asString()
        .contains("all 6 images are evaluated");
    TestData.catsAndDogs(temp.resolve("data/val"), 2);
    assertThat(open().name()).isEqualTo("val");
    TestData.catsAndDogs(temp.resolve("data/test"), 1);
    Files.write(temp.resolve("data/train/cat/0.png"), new byte[] {1});
    assertThat(open().name()).isEqualTo("test");
    assertThat(open().images().size()).isEqualTo(2);
  }

  /** Without training images beside them, the folders are sets all the same. */
  @Test
  void labelledTestImagesComeBeforeValidationImages() throws IOException {
    StringBuilder csv = new StringBuilder("image,label\n");
    for (String image : List.of("test/1.png", "test/2.png", "val/3.png", "val/4.png")) {
      TestData.write(temp.resolve("data").resolve(image), TestImages.png(4, 3, 1));
      csv.append(image).append(image.matches(".*[13].png") ? ",cat\n" : ",dog\n");
    }
    Path labels = Files.writeString(temp.resolve("labels.csv"), csv);
    DataOptions options =
        DataOptions.defaults()
            .withCacheFolder(temp.resolve("cache"))
            .withLabels(labels, Optional.empty(), Optional.empty());
    EvaluationSplit split =
        Datasets.openEvaluation(temp.resolve("data").toString(), SHAPE, CLASSES, options);
    assertThat(split.name()).isEqualTo("test");
    assertThat(split.images().size()).isEqualTo(2);
    assertThat(split.report().notes()).isEmpty();
  }

  @Test
  void classFoldersAloneAreAllEvaluated() throws IOException {
    TestData.catsAndDogs(temp.resolve("data"), 3);
    assertThat(open().name()).isEqualTo("all");
    assertThat(open().images().size()).isEqualTo(6);
  }

  @Test
  void imagesWithoutClassesAreToBePredicted() throws IOException {
    TestData.write(temp.resolve("data/1.png"), TestImages.png(4, 3, 0));
    TestData.write(temp.resolve("data/2.png"), TestImages.png(4, 3, 1));
    assertThatThrownBy(this::open)
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("data has no class folders but 2 images; ")
        .hasMessageEndingWith(
            "; images without classes cannot be evaluated, but predict names them");
  }

  @Test
  void aClassThatTheModelDoesNotKnowIsAnError() throws IOException {
    TestData.catsAndDogs(temp.resolve("data/test"), 1);
    TestData.write(temp.resolve("data/test/yak/1.png"), TestImages.png(4, 3, 0));
    assertThatThrownBy(this::open)
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("has the class yak, which the model does not know");
  }

  @Test
  void imagesInMemoryMustFit() {
    assertThatThrownBy(() -> ImageDataset.of(SHAPE, CLASSES, new int[2], new byte[100]))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("2 images of 72");
    assertThatThrownBy(() -> ImageDataset.of(SHAPE, CLASSES, new int[] {3}, new byte[72]))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("label must be");
  }

  private EvaluationSplit open() {
    DataOptions options = DataOptions.defaults().withCacheFolder(temp.resolve("cache"));
    return Datasets.openEvaluation(temp.resolve("data").toString(), SHAPE, CLASSES, options);
  }
}
