package dev.onecycle.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.SkippedImage;
import dev.onecycle.error.BadDataException;
import dev.onecycle.testing.TestArchives;
import dev.onecycle.testing.TestData;
import dev.onecycle.testing.TestImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Data for tuning does not depend on the test images, which may be unreadable. */
@Timeout(60)
class TuningDataTest {
  @TempDir Path temp;
  private Path data;
  private int caches;

  @BeforeEach
  void writeImages() throws IOException {
    data = temp.resolve("pets");
    TestData.catsAndDogs(data.resolve("train"), 10);
    TestData.catsAndDogs(data.resolve("test"), 2);
  }

  @Test
  void aFolderWhoseTestImagesAreGarbageIsTunedOn() throws IOException {
    DataSplits whole = Datasets.open(data.toString(), options());
    spoil();
    assertTunes(data, whole);
    Path image = data.resolve("test/cat/0.png");
    Files.delete(image);
    Files.createSymbolicLink(image, temp.resolve("nowhere"));
    assertTunes(data, whole);
    Files.createSymbolicLink(data.resolve("test/cat/loop"), data);
    Files.createDirectories(data.resolve("test/dog/1.png.d/empty"));
    assertTunes(data, whole);
    TuningData tuning = Datasets.openForTuning(data.toString(), options());
    assertThat(tuning.validationName()).isEqualTo("held-out tenth");
    assertThat(tuning.validation().size()).isEqualTo(2);
    assertThat(tuning.report().skipped()).isEmpty();
    assertThat(tuning.report().notes())
        .containsExactly(
            "There is no val set: a tenth of each class, 2 of 20 images drawn by seed 0, is held"
                + " out for validation.");
  }

  @Test
  void soIsAnArchive() throws IOException {
    DataSplits plain = Datasets.open(archived("whole.tar", ""), options());
    DataSplits wrapped = Datasets.open(archived("whole.zip", "pets/"), options());
    spoil();
    assertTunes(Path.of(archived("spoiled.tar", "")), plain);
    assertTunes(Path.of(archived("spoiled.tar.gz", "pets/")), wrapped);
    assertTunes(Path.of(archived("spoiled.zip", "pets/")), wrapped);
  }

  @Test
  void whatTuningHasReadIsNotTakenForTheWhole() throws IOException {
    String tar = archived("whole.tar", "");
    TuningData tuning = Datasets.openForTuning(tar, options());
    DataSplits whole = Datasets.open(tar, options());
    assertThat(whole.evaluationName()).isEqualTo("test");
    TestDatasets.assertTunes(tuning, whole);
    TestDatasets.assertTunes(Datasets.openForTuning(tar, options()), whole);
  }

  /** The test images of this zip cannot be expanded, so opening one of them fails. */
  @Test
  void inAZipTestImagesNeedNotUnpack() throws IOException {
    Path zip = Path.of(archived("whole.zip", ""));
    DataSplits whole = Datasets.open(zip.toString(), options());
    byte[] bytes = Files.readAllBytes(zip);
    for (String name : List.of("test/cat/1.png", "test/dog/0.png")) {
      int at = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf(name);
      java.util.Arrays.fill(bytes, at + name.length(), at + name.length() + 20, (byte) 0xFF);
    }
    Files.write(zip, bytes);
    assertTunes(zip, whole);
  }

  @Test
  void theValidationFolderIsUsedWhereThereIsOne() throws IOException {
    TestData.catsAndDogs(data.resolve("val"), 3);
    DataSplits whole = Datasets.open(data.toString(), options());
    TuningData before = Datasets.openForTuning(data.toString(), options());
    spoil();
    assertTunes(data, whole);
    TuningData tuning = Datasets.openForTuning(data.toString(), fresh());
    TestDatasets.assertSame(tuning.validation(), before.validation());
    assertThat(tuning.validationName()).isEqualTo("val");
    assertThat(tuning.train().size()).isEqualTo(20);
    assertThat(tuning.report().notes())
        .containsExactly("Validation uses the 6 images of the val set.");
    Files.write(data.resolve("val/cat/1.png"), new byte[] {1});
    assertRefused(data, "val/cat/1.png is not a JPEG");
  }

  @Test
  void whatIsAskedForIsDoneAsEver() throws IOException {
    DataOptions asked = options().withSeed(5).withImageSize(2).withSkipBad(true);
    Files.write(data.resolve("train/cat/3.png"), new byte[] {1});
    DataSplits whole = Datasets.open(data.toString(), asked);
    spoil();
    TuningData tuning =
        Datasets.openForTuning(data.toString(), asked.withCacheFolder(temp.resolve("other")));
    TestDatasets.assertTunes(tuning, whole, 5);
    assertThat(tuning.report().skipped())
        .extracting(SkippedImage::origin)
        .containsExactly("train/cat/3.png");
    assertThat(tuning.train().shape()).isEqualTo(new ImageShape(3, 2, 2));
  }

  @Test
  void withoutATestSetTuningHasWhatTrainingHas() throws IOException {
    Path flat = temp.resolve("flat");
    TestData.catsAndDogs(flat, 20);
    DataSplits whole = Datasets.open(flat.toString(), options());
    TuningData tuning = Datasets.openForTuning(flat.toString(), options());
    TestDatasets.assertTunes(tuning, whole);
    TestDatasets.assertSame(tuning.train(), whole.train());
    assertThat(tuning.fingerprint()).isEqualTo(whole.fingerprint());
  }

  /** A folder called test inside a class does not make its images test images. */
  @Test
  void aFolderCalledTestInsideAClassBelongsToTheClass() throws IOException {
    Path flat = temp.resolve("flat");
    TestData.catsAndDogs(flat, 10);
    TestData.write(flat.resolve("cat/test/0.png"), TestImages.png(9, 9, 5));
    Path named = temp.resolve("named");
    TestData.catsAndDogs(named.resolve("train"), 4);
    TestData.catsAndDogs(named.resolve("test"), 1);
    TestData.write(named.resolve("train/test/0.png"), TestImages.png(9, 9, 5));
    TestData.write(named.resolve("test/test/0.png"), TestImages.png(9, 9, 5));
    for (Path folder : List.of(flat, named)) {
      Path tar = temp.resolve(folder.getFileName() + ".tar");
      Files.write(tar, TestArchives.tar(TestArchives.files(folder, "")));
      for (Path location : List.of(folder, tar)) {
        DataSplits whole = Datasets.open(location.toString(), options());
        // 20 of 21 images have the proportions 4:3, and keep them; 8 of 9 are too few for that.
        ImageShape shape = folder == flat ? new ImageShape(3, 56, 76) : new ImageShape(3, 64, 64);
        assertThat(whole.train().shape()).isEqualTo(shape);
        TuningData tuning = Datasets.openForTuning(location.toString(), options());
        TestDatasets.assertTunes(tuning, whole);
        assertThat(tuning.report().notes()).hasSize(2).first().asString().contains("2 sizes");
      }
    }
  }

  @Test
  void aChangeOfTestImagesIsNotEvenNoticed() throws IOException {
    List<String> work = Collections.synchronizedList(new ArrayList<>());
    DataOptions options = options().withListener((task, done, total) -> work.add(task));
    Datasets.openForTuning(data.toString(), options);
    assertThat(work).isNotEmpty();
    work.clear();
    spoil();
    Datasets.openForTuning(data.toString(), options);
    assertThat(work).isEmpty();
    TestData.write(data.resolve("train/cat/7.png"), TestImages.png(4, 3, 0xABCDEF));
    TestData.write(data.resolve("train/cat/new.png"), TestImages.png(4, 3, 0xABCDEF));
    Datasets.openForTuning(data.toString(), options);
    assertThat(work).isNotEmpty();
  }

  @Test
  void whatIsOfNoUseForTrainingIsRefused() throws IOException {
    Files.write(data.resolve("train/dog/4.png"), new byte[] {1});
    assertRefused(data, "train/dog/4.png is not a JPEG");
    Path one = temp.resolve("one");
    TestData.write(one.resolve("train/cat/1.png"), TestImages.png(2, 2, 0));
    assertRefused(one, "images of one class only, cat");
    Path few = temp.resolve("few");
    TestData.catsAndDogs(few.resolve("train"), 1);
    TestData.catsAndDogs(few.resolve("test"), 1);
    assertRefused(few, "none can be held out");
    Path alone = temp.resolve("alone");
    TestData.catsAndDogs(alone.resolve("test"), 1);
    assertRefused(alone, alone + " has no files to train on");
    Files.write(temp.resolve("alone.tar"), TestArchives.tar(TestArchives.files(alone, "")));
    assertRefused(temp.resolve("alone.tar"), "test is there, but no train folder");
    Path doubled = temp.resolve("doubled");
    TestData.catsAndDogs(doubled.resolve("train"), 1);
    TestData.catsAndDogs(doubled.resolve("test"), 1);
    TestData.catsAndDogs(doubled.resolve("Test"), 1);
    assertRefused(doubled, "two folders for one split");
  }

  /** Overwrites every test image with bytes that are not an image. */
  private void spoil() throws IOException {
    for (String name : List.of("cat/0", "cat/1", "dog/0", "dog/1")) {
      Path image = data.resolve("test").resolve(name + ".png");
      Files.write(image, new byte[] {7, 7, 7});
    }
  }

  private void assertTunes(Path location, DataSplits whole) {
    assertThatThrownBy(() -> Datasets.open(location.toString(), fresh()))
        .isInstanceOf(BadDataException.class);
    TestDatasets.assertTunes(Datasets.openForTuning(location.toString(), fresh()), whole);
  }

  private void assertRefused(Path location, String message) {
    assertThatThrownBy(() -> Datasets.openForTuning(location.toString(), fresh()))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(message);
  }

  private String archived(String name, String prefix) throws IOException {
    Map<String, byte[]> files = TestArchives.files(data, prefix);
    byte[] bytes =
        name.endsWith(".zip")
            ? TestArchives.zip(files)
            : name.endsWith(".gz")
                ? TestArchives.gzip(TestArchives.tar(files))
                : TestArchives.tar(files);
    return Files.write(temp.resolve(name), bytes).toString();
  }

  private DataOptions options() {
    return DataOptions.defaults().withCacheFolder(temp.resolve("cache"));
  }

  private DataOptions fresh() {
    return options().withCacheFolder(temp.resolve("cache " + caches++));
  }
}
