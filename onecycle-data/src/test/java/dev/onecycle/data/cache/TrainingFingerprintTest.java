package dev.onecycle.data.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.DataSplits;
import dev.onecycle.data.Datasets;
import dev.onecycle.testing.TestData;
import dev.onecycle.testing.TestImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The fingerprint by which tuning and training recognize the same data. */
class TrainingFingerprintTest {
  @TempDir Path temp;
  private Path data;
  private String before = "";
  private String wholeBefore = "";

  @BeforeEach
  void writeImages() throws IOException {
    data = temp.resolve("pets");
    TestData.catsAndDogs(data.resolve("train"), 5);
    TestData.catsAndDogs(data.resolve("val"), 2);
    TestData.catsAndDogs(data.resolve("test"), 2);
    before = fingerprint();
    wholeBefore = open().fingerprint();
  }

  @Test
  void itIsNotThatOfAll() {
    assertThat(before).matches("[0-9a-f]{64}").isNotEqualTo(wholeBefore);
    assertThat(fingerprint()).as("out of the cache").isEqualTo(before);
    assertThat(open().fingerprint()).isEqualTo(wholeBefore);
  }

  @Test
  void testImagesDoNotCount() throws IOException {
    TestData.write(data.resolve("test/cat/0.png"), TestImages.png(4, 3, 0xABCDEF));
    assertThat(fingerprint()).isEqualTo(before);
    assertThat(open().fingerprint()).isNotEqualTo(wholeBefore);
    TestData.write(data.resolve("test/cat/7.png"), TestImages.png(4, 3, 1));
    assertThat(fingerprint()).isEqualTo(before);
    TestData.write(data.resolve("test/cat/8.png"), TestImages.png(20, 10, 1));
    assertThat(fingerprint()).isEqualTo(before);
    try (var files = Files.walk(data.resolve("test"))) {
      files.sorted(java.util.Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
    assertThat(fingerprint()).isEqualTo(before);
    assertThat(open().fingerprint()).as("there is no more than that").isEqualTo(before);
  }

  @Test
  void onePixelCounts() throws IOException {
    var image = TestImages.plain(4, 3, 1);
    image.setRGB(2, 2, 2);
    TestData.write(data.resolve("train/cat/1.png"), TestImages.encode(image, "png"));
    assertThat(fingerprint()).isNotEqualTo(before);
    TestData.write(data.resolve("train/cat/1.png"), TestImages.png(4, 3, 1));
    assertThat(fingerprint()).isEqualTo(before);
    TestData.write(data.resolve("val/cat/1.png"), TestImages.encode(image, "png"));
    assertThat(fingerprint()).isNotEqualTo(before);
  }

  /** The last cat becomes the first dog, so the images and their order do not change. */
  @Test
  void oneLabelCounts() throws IOException {
    Files.move(data.resolve("train/cat/4.png"), data.resolve("train/dog/!.png"));
    assertThat(fingerprint()).isNotEqualTo(before);
  }

  @Test
  void aClassNameCounts() throws IOException {
    for (String set : new String[] {"train", "val", "test"}) {
      Files.move(data.resolve(set + "/cat"), data.resolve(set + "/bat"));
    }
    assertThat(fingerprint()).isNotEqualTo(before);
  }

  @Test
  void whichImagesAreHeldOutDoesNotCount() throws IOException {
    Path flat = temp.resolve("flat");
    TestData.catsAndDogs(flat, 30);
    DataOptions one = options().withSeed(1);
    DataOptions two = options().withSeed(2);
    assertThat(Datasets.openForTuning(flat.toString(), one).fingerprint())
        .isEqualTo(Datasets.openForTuning(flat.toString(), two).fingerprint())
        .isEqualTo(Datasets.open(flat.toString(), one).trainingFingerprint());
  }

  @Test
  void whereTheCacheCannotBeWrittenItIsTheSame() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "in the way");
    DataOptions options = options().withCacheFolder(file);
    assertThat(Datasets.open(data.toString(), options).trainingFingerprint()).isEqualTo(before);
    assertThat(Datasets.openForTuning(data.toString(), options).fingerprint()).isEqualTo(before);
  }

  private String fingerprint() {
    String fingerprint = open().trainingFingerprint();
    assertThat(Datasets.openForTuning(data.toString(), options()).fingerprint())
        .isEqualTo(fingerprint);
    return fingerprint;
  }

  private DataSplits open() {
    return Datasets.open(data.toString(), options());
  }

  private DataOptions options() {
    return DataOptions.defaults().withCacheFolder(temp.resolve("cache"));
  }
}
