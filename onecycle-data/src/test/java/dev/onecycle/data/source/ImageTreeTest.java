package dev.onecycle.data.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.DataSplits;
import dev.onecycle.data.Datasets;
import dev.onecycle.data.ImageFiles;
import dev.onecycle.data.TestDatasets;
import dev.onecycle.data.TuningData;
import dev.onecycle.data.image.DecodeOptions;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.ReadingListener;
import dev.onecycle.testing.TestArchives;
import dev.onecycle.testing.TestData;
import dev.onecycle.testing.TestImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ImageTreeTest {
  @TempDir Path temp;
  private Path data;

  @BeforeEach
  void name() {
    data = temp.resolve("pets");
  }

  @Test
  void trainAndTestFoldersAreTheTwoSets() throws IOException {
    TestData.catsAndDogs(data.resolve("train"), 3);
    TestData.catsAndDogs(data.resolve("test"), 2);
    DataSplits splits = open(data);
    assertThat(splits.train().size()).isEqualTo(6);
    assertThat(splits.evaluation().size()).isEqualTo(4);
    assertThat(splits.evaluationName()).isEqualTo("test");
    assertThat(splits.train().classes()).containsExactly("cat", "dog");
    assertThat(splits.train().shape()).isEqualTo(new ImageShape(3, 3, 4));
    assertThat(splits.report().notes()).isEmpty();
    assertThat(splits.report().skipped()).isEmpty();
    for (int i = 0; i < 6; i++) {
      assertThat(splits.train().label(i)).isEqualTo(i / 3);
      String origin = (i < 3 ? "train/cat/" : "train/dog/") + i % 3 + ".png";
      assertThat(splits.train().origin(i)).isEqualTo(origin);
      byte[] pixels = TestDatasets.pixels(splits.train(), i);
      assertThat(pixels).hasSize(36).startsWith(-1, -1, -1, i / 3, 0, i % 3);
    }
    assertThat(TestDatasets.pixels(splits.evaluation(), 3)).endsWith(1, 0, 1);
  }

  @Test
  void tuningNeverSeesTestImages() throws IOException {
    TestData.catsAndDogs(data.resolve("train"), 10);
    TestData.catsAndDogs(data.resolve("test"), 2);
    TuningData tuning = Datasets.openForTuning(data.toString(), options());
    assertThat(tuning.validationName()).isEqualTo("held-out tenth");
    assertThat(tuning.train().size()).isEqualTo(18);
    assertThat(origins(tuning.validation())).hasSize(2).allMatch(o -> o.startsWith("train"));
    TestData.catsAndDogs(data.resolve("val"), 1);
    DataSplits three = open(data);
    assertThat(three.evaluationName()).isEqualTo("val");
    assertThat(three.evaluation().size()).isEqualTo(2);
    assertThat(three.test().orElseThrow().size()).isEqualTo(4);
    assertThat(three.train().size()).isEqualTo(20);
    assertThat(three.report().notes())
        .containsExactly(
            "The val images judge the epochs; the 4 test images are evaluated once, at the end.");
    TuningData withVal = Datasets.openForTuning(data.toString(), options());
    assertThat(withVal.train().size()).isEqualTo(20);
    assertThat(withVal.validationName()).isEqualTo("val");
    assertThat(origins(withVal.validation())).containsExactly("val/cat/0.png", "val/dog/0.png");
  }

  @Test
  void validationFoldersGoByThreeNames() throws IOException {
    for (String name : List.of("val", "valid", "validation")) {
      Path folder = temp.resolve(name + " set");
      TestData.catsAndDogs(folder.resolve("train"), 2);
      TestData.catsAndDogs(folder.resolve(name), 1);
      DataSplits splits = open(folder);
      assertThat(splits.evaluationName()).isEqualTo("val");
      assertThat(splits.train().size()).isEqualTo(4);
      assertThat(splits.evaluation().size()).isEqualTo(2);
    }
  }

  @Test
  void withoutATestSetATenthOfEachClassIsHeldOutBySeed() throws IOException {
    TestData.catsAndDogs(data, 20);
    DataSplits splits = open(data);
    assertThat(splits.evaluationName()).isEqualTo("held-out tenth");
    assertThat(splits.train().size()).isEqualTo(36);
    assertThat(splits.evaluation().size()).isEqualTo(4);
    assertThat(splits.evaluation().label(0) + splits.evaluation().label(1)).isZero();
    assertThat(splits.evaluation().label(2) + splits.evaluation().label(3)).isEqualTo(2);
    assertThat(splits.report().notes()).singleElement().asString().contains("4 of 40", "seed 0");
    List<String> all = new ArrayList<>(origins(splits.train()));
    all.addAll(origins(splits.evaluation()));
    assertThat(new TreeSet<>(all)).hasSize(40);
    DataSplits again = open(data);
    assertThat(origins(again.evaluation())).isEqualTo(origins(splits.evaluation()));
    DataSplits other = Datasets.open(data.toString(), options().withSeed(1));
    assertThat(origins(other.evaluation())).isNotEqualTo(origins(splits.evaluation()));
    assertThat(other.fingerprint()).isEqualTo(splits.fingerprint());
    TestDatasets.assertTunes(Datasets.openForTuning(data.toString(), options()), splits);
    Path trainOnly = temp.resolve("train only");
    TestData.catsAndDogs(trainOnly.resolve("train"), 20);
    assertThat(open(trainOnly).evaluationName()).isEqualTo("held-out tenth");
  }

  @Test
  void archivesGiveTheSameImagesAsTheFolder() throws IOException {
    TestData.catsAndDogs(data.resolve("train"), 3);
    TestData.catsAndDogs(data.resolve("test"), 1);
    DataSplits folder = open(data);
    Map<String, byte[]> plain = TestArchives.files(data, "");
    Map<String, byte[]> dotted = TestArchives.files(data, "./");
    Map<String, byte[]> wrapped = TestArchives.files(data, "cifar10/");
    Path tar = Files.write(temp.resolve("a.tar"), TestArchives.tar(plain));
    Path dots = Files.write(temp.resolve("b.tar"), TestArchives.tar(dotted));
    Path gz = Files.write(temp.resolve("c.tar.gz"), TestArchives.gzip(TestArchives.tar(wrapped)));
    Path tgz = Files.write(temp.resolve("d.tgz"), TestArchives.gzip(TestArchives.tar(plain)));
    Path zip = Files.write(temp.resolve("e.zip"), TestArchives.zip(wrapped));
    for (Path archive : List.of(tar, dots, gz, tgz, zip)) {
      DataSplits splits = open(archive);
      assertThat(splits.fingerprint()).as(archive.toString()).isEqualTo(folder.fingerprint());
      assertThat(splits.evaluationName()).isEqualTo("test");
      assertThat(splits.train().origin(0)).endsWith("train/cat/0.png");
    }
    try (var files = Files.list(temp)) {
      assertThat(files).as("nothing is unpacked").hasSize(7);
    }
  }

  @Test
  void aFolderAroundTheSetsDoesNotMatter() throws IOException {
    TestData.catsAndDogs(data.resolve("inner/train"), 2);
    TestData.catsAndDogs(data.resolve("inner/test"), 1);
    assertThat(open(data).evaluationName()).isEqualTo("test");
    Path classesOnly = temp.resolve("outer");
    TestData.catsAndDogs(classesOnly.resolve("inner"), 4);
    assertThat(open(classesOnly).train().classes()).containsExactly("cat", "dog");
  }

  @Test
  void foldersInsideAClassBelongToIt() throws IOException {
    TestData.catsAndDogs(data.resolve("train"), 2);
    TestData.catsAndDogs(data.resolve("test"), 1);
    TestData.write(data.resolve("train/cat/more/deep/9.png"), TestImages.png(4, 3, 9));
    assertThat(open(data).train().size()).isEqualTo(5);
  }

  @Test
  void hiddenFilesAndLitterAreNoImages() throws IOException {
    TestData.catsAndDogs(data.resolve("train"), 2);
    TestData.catsAndDogs(data.resolve("test"), 1);
    for (String name :
        List.of(
            ".DS_Store",
            "._1.png",
            "Thumbs.db",
            "THUMBS.DB",
            "desktop.ini",
            "Desktop.INI",
            "Icon\r",
            "@eaDir/1.png",
            ".git/cat.png")) {
      TestData.write(data.resolve("train/cat").resolve(name), new byte[] {1, 2, 3});
    }
    TestData.write(data.resolve("__MACOSX/train/cat/0.png"), new byte[] {1});
    DataSplits splits = open(data);
    assertThat(splits.train().size()).isEqualTo(4);
    assertThat(splits.report().notes()).isEmpty();
  }

  @Test
  void whatLiesOutsideTheClassFoldersIsLeftOutAndSaid() throws IOException {
    TestData.catsAndDogs(data.resolve("train"), 2);
    TestData.catsAndDogs(data.resolve("test"), 1);
    TestData.write(data.resolve("README.md"), new byte[] {1});
    TestData.write(data.resolve("train/labels.csv"), new byte[] {1});
    TestData.write(data.resolve("raw/1.png"), new byte[] {1});
    DataSplits splits = open(data);
    assertThat(splits.report().notes()).hasSize(2);
    assertThat(splits.report().notes().get(0)).contains("train/labels.csv");
    assertThat(splits.report().notes().get(1)).contains("raw");
  }

  @Test
  void mixedSizesBecome64By64UnlessASizeIsAskedFor() throws IOException {
    TestData.catsAndDogs(data.resolve("train"), 2);
    TestData.catsAndDogs(data.resolve("test"), 1);
    TestData.write(data.resolve("train/dog/5.png"), TestImages.png(20, 10, 7));
    DataSplits mixed = open(data);
    assertThat(mixed.train().shape()).isEqualTo(new ImageShape(3, 64, 64));
    assertThat(mixed.report().notes()).singleElement().asString().contains("2 sizes", "64×64");
    DataSplits chosen = Datasets.open(data.toString(), options().withImageSize(8));
    assertThat(chosen.evaluation().shape()).isEqualTo(new ImageShape(3, 8, 8));
    assertThat(chosen.report().notes()).isEmpty();
    assertResized(chosen.train(), 4, data.resolve("train/dog/5.png"));
  }

  @Test
  void testImagesHaveNoSayInTheSize() throws IOException {
    TestData.catsAndDogs(data.resolve("train"), 2);
    TestData.catsAndDogs(data.resolve("test"), 1);
    DataSplits alike = open(data);
    TestData.write(data.resolve("test/dog/5.png"), TestImages.png(20, 10, 7));
    DataSplits other = open(data);
    TestDatasets.assertSame(other.train(), alike.train());
    assertResized(other.evaluation(), 2, data.resolve("test/dog/5.png"));
    assertThat(other.report().notes())
        .singleElement()
        .asString()
        .startsWith("1 of 3 test images have another size and were resized to the 3×4 of");
    assertThat(Datasets.open(data.toString(), options().withImageSize(8)).report().notes())
        .isEmpty();
  }

  private static void assertResized(ImageDataset images, int index, Path file) throws IOException {
    assertThat(TestDatasets.pixels(images, index))
        .isEqualTo(
            ImageFiles.decode(
                Files.readAllBytes(file), "", images.shape(), DecodeOptions.defaults()));
  }

  @Test
  void progressCountsEveryImage() throws IOException {
    TestData.catsAndDogs(data.resolve("train"), 8);
    TestData.catsAndDogs(data.resolve("test"), 2);
    AtomicLong most = new AtomicLong();
    ReadingListener progress =
        (task, done, total) -> {
          if (task.startsWith("Decoding")) {
            assertThat(total).isEqualTo(20);
            most.accumulateAndGet(done, Math::max);
          }
        };
    Datasets.open(data.toString(), options().withListener(progress));
    assertThat(most).hasValue(20);
  }

  private DataSplits open(Path location) {
    return Datasets.open(location.toString(), options());
  }

  private DataOptions options() {
    return DataOptions.defaults().withCacheFolder(temp.resolve("cache"));
  }

  private static List<String> origins(ImageDataset data) {
    List<String> origins = new ArrayList<>();
    for (int i = 0; i < data.size(); i++) {
      origins.add(data.origin(i));
    }
    return origins;
  }
}
