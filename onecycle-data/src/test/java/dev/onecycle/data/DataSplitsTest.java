package dev.onecycle.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.ReadingReport;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataSplitsTest {
  @TempDir Path temp;

  @Test
  void ownImagesHaveTheFingerprintsOfTheSameImagesInAFolder() throws IOException {
    Path folder = temp.resolve("pets");
    TestData.catsAndDogs(folder.resolve("train"), 3);
    TestData.catsAndDogs(folder.resolve("test"), 2);
    DataOptions options = DataOptions.defaults().withCacheFolder(temp.resolve("cache"));
    DataSplits opened = Datasets.open(folder.toString(), options);
    DataSplits own = DataSplits.of(copy(opened.train()), copy(opened.evaluation()));
    assertThat(own.fingerprint()).isEqualTo(opened.fingerprint());
    assertThat(own.trainingFingerprint()).isEqualTo(opened.trainingFingerprint());
    assertThat(own.evaluationName()).isEqualTo("test");
    assertThat(own.report()).isEqualTo(ReadingReport.EMPTY);
  }

  @Test
  void shapesAndClassesMustMatch() {
    ImageDataset train = TestDatasets.random(4, new ImageShape(3, 2, 2), 2);
    ImageDataset otherShape = TestDatasets.random(4, new ImageShape(1, 2, 2), 2);
    ImageDataset otherClasses = TestDatasets.random(4, new ImageShape(3, 2, 2), 3);
    assertThatThrownBy(() -> DataSplits.of(train, otherShape))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("shape of the evaluation images must be 3×2×2 but was 1×2×2");
    assertThatThrownBy(() -> DataSplits.of(train, otherClasses))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("classes of the evaluation images must be [class0, class1] but was");
  }

  private static ImageDataset copy(ImageDataset images) {
    int bytes = images.shape().bytes();
    byte[] pixels = new byte[images.size() * bytes];
    int[] labels = new int[images.size()];
    for (int i = 0; i < labels.length; i++) {
      images.pixels(i).get(pixels, i * bytes, bytes);
      labels[i] = images.label(i);
    }
    return ImageDataset.of(images.shape(), List.copyOf(images.classes()), labels, pixels);
  }
}
