package dev.onecycle.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.DataSplits;
import dev.onecycle.data.Datasets;
import dev.onecycle.data.source.TreeLayout.Item;
import dev.onecycle.error.BadDataException;
import dev.onecycle.testing.TestArchives;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The splits and classes that names of folders mean. */
class TreeLayoutTest {
  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource({
    "Training, Testing, Validation",
    "training_set, test_set, validation_set",
    "train_images, test_images, val_images",
    "seg_train, seg_test, seg_val",
    "TRAIN, TEST, VALID",
    "TrainSet, TestSet, ValSet",
    "trainset, testset, valset",
    "train2017, test2017, val2017",
    "asl_alphabet_train, asl_alphabet_test, asl_alphabet_val",
    "Training data, Test data, Validation data",
  })
  void namesOfSplits(String train, String test, String val) {
    for (String wrapper : List.of("", "mri/", "archive/mri/")) {
      List<String> files = new ArrayList<>();
      for (String folder : List.of(train, test, val)) {
        files.addAll(images(wrapper + folder + "/glioma", wrapper + folder + "/none"));
      }
      assertSplits(files, "train 4, test 4, val 4");
      // Each split in a folder of its own name.
      List<String> nested = new ArrayList<>();
      for (String folder : List.of(train, test, val)) {
        String twice = wrapper + folder + "/" + folder;
        nested.addAll(images(twice + "/glioma", twice + "/none"));
      }
      assertSplits(nested, "train 4, test 4, val 4");
    }
  }

  private static void assertSplits(List<String> files, String sizes) {
    TreeLayout layout = layout(files);
    assertThat(layout.classes()).as(files.toString()).containsExactly("glioma", "none");
    assertThat(sizes(layout)).as(files.toString()).isEqualTo(sizes);
    assertThat(layout.notes()).isEmpty();
  }

  @Test
  void wordsInNamesOfClassesAreNoSplits() {
    List<String> classes =
        List.of("contest", "protest", "test_tube", "train station", "trainer", "value");
    List<String> files = new ArrayList<>();
    classes.forEach(name -> files.addAll(images(name)));
    assertThat(layout(files).classes()).isEqualTo(classes);
  }

  @Test
  void foldersThatHoldTheSameFoldersAreNoClasses() {
    assertRefused(
        images("first/cat", "first/dog", "second/cat", "second/dog"),
        "pets has the folders first and second, which hold the same folders, cat, dog: are they"
            + " sets of images or classes? Name the sets train, test and val; or put all classes"
            + " inside train/");
    assertRefused(
        images("a/b/one/cat", "a/b/one/dog", "a/b/one/yak", "a/b/two/cat", "a/b/two/dog"),
        "pets/a/b/ has the folders one and two");
    // A folder that one class alone has, or that is the same by chance, says nothing.
    assertThat(layout(images("cat/tabby", "cat/old", "dog/hound", "dog/old")).classes())
        .containsExactly("cat", "dog");
    // Inside train they are meant to be classes.
    assertThat(layout(images("train/l/cat", "train/l/dog", "train/r/cat", "train/r/dog")).classes())
        .containsExactly("l", "r");
  }

  @Test
  void classesWithNamesOfSplitsBelongInsideTrain() {
    assertRefused(images("bus", "car", "train"), "pets/train/ has no class folders");
    assertRefused(
        images("bus", "car", "train"), "if train is a class, put all classes inside train/");
    assertRefused(
        images("control", "test"),
        "pets/test is there, but no train folder, and beside it control");
    assertRefused(images("control", "test"), "if test is a class, put all classes inside train/");
    assertRefused(images("invalid", "valid"), "if valid is a class, put all classes inside train/");
    TreeLayout layout = layout(images("train/bus", "train/train", "test/bus", "test/train"));
    assertThat(layout.classes()).containsExactly("bus", "train");
    assertThat(sizes(layout)).isEqualTo("train 4, test 4");
    TreeLayout test = layout(images("train/bus", "train/test", "test/test"));
    assertThat(sizes(test)).isEqualTo("train 4, test 2");
  }

  @Test
  void classesMayBeMissingInOtherSplitsAndAreNamed() {
    TreeLayout layout =
        layout(images("train/cat", "train/dog", "train/yak", "val/cat", "val/yak", "test/dog"));
    assertThat(layout.classes()).containsExactly("cat", "dog", "yak");
    assertThat(layout.notes())
        .containsExactly(
            "pets/test/ has no image of 2 classes: cat, yak.",
            "pets/val/ has no image of the class dog.");
    assertThat(layout.splits().get("val")).extracting(Item::label).containsExactly(0, 0, 2, 2);
    assertRefused(
        images("train/cat", "train/dog", "test/Cat", "test/dog"),
        "pets/test/ has the class Cat, but pets/train/ does not, which has cat, dog");
  }

  @Test
  void testImagesWithoutLabelsAreLeftForPrediction() {
    List<String> train = images("train/cat", "train/dog");
    for (String folder : List.of("test", "test/test")) {
      List<String> files = new ArrayList<>(train);
      files.addAll(images(folder));
      TreeLayout layout = layout(files);
      assertThat(sizes(layout)).isEqualTo("train 4");
      assertThat(layout.notes())
          .singleElement()
          .asString()
          .isEqualTo(
              "The 2 images in pets/"
                  + folder
                  + "/ have no labels and can be predicted but not"
                  + " evaluated.");
    }
    List<String> files =
        new ArrayList<>(images("seg_train/seg_train/cat", "seg_train/seg_train/d"));
    files.addAll(images("seg_test/seg_test/cat", "seg_test/seg_test/d", "seg_pred/seg_pred"));
    TreeLayout layout = layout(files);
    assertThat(sizes(layout)).isEqualTo("train 4, test 4");
    assertThat(layout.notes())
        .containsExactly(
            "The 2 images in pets/seg_pred/ have no labels and can be predicted but not"
                + " evaluated.");
  }

  @Test
  void composedAndDecomposedNamesAreOneClass() {
    String composed = "pât\u00e9";
    String decomposed = "pa\u0302te\u0301";
    TreeLayout layout =
        layout(images("train/" + composed, "train/apple", "test/" + decomposed, "test/apple"));
    assertThat(layout.classes()).containsExactly("apple", composed);
    assertThat(sizes(layout)).isEqualTo("train 4, test 4");
    assertRefused(images(composed, decomposed), "differ only in their Unicode form");
  }

  @Test
  void litterIsCountedInOneLine() {
    List<String> files = new ArrayList<>(images("cat", "dog"));
    files.addAll(List.of("cat/a.txt", "cat/b.XML", "dog/c.json", "dog/d.txt", "dog/notes.csv"));
    TreeLayout layout = layout(files);
    assertThat(sizes(layout)).isEqualTo("all 4");
    assertThat(layout.notes())
        .containsExactly(
            "5 files beside the images were left out by their extension: 1 .csv, 1 .json, 2 .txt, 1"
                + " .xml.");
    List<String> one = new ArrayList<>(images("cat", "dog"));
    one.add("cat/notes.txt");
    assertThat(layout(one).notes())
        .containsExactly("1 file beside the images was left out by its extension: 1 .txt.");
    files.add("annotations/1.xml");
    assertRefused(files, "pets/annotations has no image but 1 .xml");
    // Numbers and names without an extension are no litter.
    assertThat(sizes(layout(List.of("a/1.0001", "a/x", "b/x. holidays 2024", "b/y.HEIC"))))
        .isEqualTo("all 4");
  }

  @Test
  void oneIsSaidInTheSingularAndMoreInThePlural() {
    List<String> files = new ArrayList<>(images("train/cat", "train/dog", "val/cat"));
    files.add("train/notes.txt");
    files.add("test/1.png");
    assertThat(layout(files).notes())
        .containsExactlyInAnyOrder(
            "1 file that is in no class folder was left out: train/notes.txt",
            "The image in pets/test/ has no labels and can be predicted but not evaluated.",
            "pets/val/ has no image of the class dog.");
    files.add("train/more.txt");
    files.add("test/2.png");
    files.addAll(images("train/emu"));
    assertThat(layout(files).notes())
        .containsExactlyInAnyOrder(
            "2 files that are in no class folder were left out: train/notes.txt and 1 more",
            "The 2 images in pets/test/ have no labels and can be predicted but not evaluated.",
            "pets/val/ has no image of 2 classes: dog, emu.");
  }

  /** Brain scans as they are offered for download: the splits were once taken for classes. */
  @Test
  void trainingAndTestingAreNoClasses() throws IOException {
    Path mri = temp.resolve("mri");
    for (String split : List.of("Training", "Testing")) {
      TestData.coloursSplit(mri.resolve(split), split.equals("Training") ? 20 : 8, 8, 8);
    }
    Path zip =
        Files.write(temp.resolve("mri.zip"), TestArchives.zip(TestArchives.files(mri, "a/b/")));
    for (Path location : List.of(mri, zip)) {
      DataSplits splits =
          Datasets.open(
              location.toString(), DataOptions.defaults().withCacheFolder(temp.resolve("cache")));
      assertThat(splits.train().classes()).hasSize(3);
      assertThat(splits.train().size()).isEqualTo(60);
      assertThat(splits.evaluation().size()).isEqualTo(24);
      assertThat(splits.evaluationName()).isEqualTo("test");
    }
  }

  private static List<String> images(String... folders) {
    List<String> files = new ArrayList<>();
    for (String folder : folders) {
      files.add(folder + "/1.jpg");
      files.add(folder + "/2.JPG");
    }
    return files;
  }

  private static TreeLayout layout(List<String> files) {
    return TreeLayout.of("pets", Set.of(), files, SplitSelection.ALL, TreeOptions.STANDARD);
  }

  private static String sizes(TreeLayout layout) {
    List<String> sizes = new ArrayList<>();
    for (Map.Entry<String, List<Item>> split : layout.splits().entrySet()) {
      sizes.add(split.getKey() + " " + split.getValue().size());
    }
    return String.join(", ", sizes);
  }

  private static void assertRefused(List<String> files, String message) {
    assertThatThrownBy(() -> layout(files))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(message);
  }
}
