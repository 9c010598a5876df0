package dev.onecycle.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.BadDataException;
import dev.onecycle.testing.TestData;
import dev.onecycle.testing.TestImages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data that cannot be trained on: the error is one line that names the folder or file. */
class DegenerateDataTest {
  @TempDir Path temp;

  @Test
  void anUnknownLocationGetsTheNamesThatAreKnown() {
    assertFails(
        "cifar11", "cifar11 does not exist", "cifar10, cifar100, mnist, fashion-mnist, shapes");
    assertFails(temp.resolve("nowhere").toString(), "nowhere does not exist");
    assertFails("", "the data location is empty");
    assertFails("a\0b", "is not a path");
  }

  @Test
  void aFolderWithoutFiles() throws IOException {
    assertFails(temp.toString(), temp + " has no files");
    Files.createDirectories(temp.resolve("train/cat"));
    assertFails(temp.toString(), temp + " has no files");
  }

  @Test
  void aFolderWithoutClassFolders() throws IOException {
    TestData.write(temp.resolve("1.png"), TestImages.png(2, 2, 0));
    assertFails(
        temp.toString(),
        temp + " has no class folders but 1 image; ",
        "train/<class>/<image>",
        "set labels to its file",
        "set label_pattern, to '(.+)_[0-9]+' for cat_12.jpg");
    TestData.write(temp.resolve("train/1.png"), TestImages.png(2, 2, 0));
    assertFails(temp.toString(), temp + "/train/ has no class folders but 1 image;");
  }

  @Test
  void noImageInAnyClass() throws IOException {
    TestData.write(temp.resolve("cat/1.npy"), new byte[] {1});
    TestData.write(temp.resolve("dog/2.npy"), new byte[] {1});
    DataOptions empty =
        DataOptions.defaults().withAllowEmptyClasses(true).withCacheFolder(temp.resolve("cache"));
    assertThatThrownBy(() -> Datasets.open(temp.toString(), empty))
        .isInstanceOf(BadDataException.class)
        .hasMessage(temp + " has no image");
  }

  @Test
  void onlyTestImagesAreLabelled() throws IOException {
    Path data = temp.resolve("data");
    TestData.write(data.resolve("train/1.npy"), new byte[] {1});
    TestData.write(data.resolve("test/2.png"), TestImages.png(2, 2, 0));
    TestData.write(data.resolve("test/3.png"), TestImages.png(2, 2, 0));
    Path labels = Files.writeString(temp.resolve("labels.csv"), "image,label\n2,cat\n3,dog\n");
    DataOptions options =
        DataOptions.defaults()
            .withLabels(labels, Optional.empty(), Optional.empty())
            .withCacheFolder(temp.resolve("cache"));
    assertThatThrownBy(() -> Datasets.open(data.toString(), options))
        .isInstanceOf(BadDataException.class)
        .hasMessage(data + " has no labelled images to train on");
  }

  @Test
  void oneClassOnly() throws IOException {
    TestData.write(temp.resolve("train/cat/1.png"), TestImages.png(2, 2, 0));
    TestData.write(temp.resolve("train/cat/2.png"), TestImages.png(2, 2, 0));
    assertFails(temp.toString(), temp + " has images of one class only, cat");
    Path flat = temp.resolve("flat");
    TestData.write(flat.resolve("cat/1.png"), TestImages.png(2, 2, 0));
    assertFails(flat.toString(), flat + " has images of one class only, cat");
  }

  @Test
  void aClassWithoutImages() throws IOException {
    TestData.catsAndDogs(temp.resolve("train"), 2);
    Files.createDirectories(temp.resolve("train/zebra"));
    assertFails(temp.toString(), temp + "/train/zebra has no image");
  }

  @Test
  void classesThatDoNotMatch() throws IOException {
    TestData.catsAndDogs(temp.resolve("train"), 2);
    TestData.catsAndDogs(temp.resolve("test"), 1);
    TestData.write(temp.resolve("test/zebra/1.png"), TestImages.png(4, 3, 0));
    assertFails(temp.toString(), "test/ has the class zebra, but", "train/ does not");
  }

  @Test
  void aTestSetAlone() throws IOException {
    TestData.catsAndDogs(temp.resolve("test"), 1);
    assertFails(temp.toString(), "test is there, but no train folder");
  }

  @Test
  void twoFoldersForOneSet() throws IOException {
    TestData.catsAndDogs(temp.resolve("train"), 1);
    TestData.catsAndDogs(temp.resolve("val"), 1);
    TestData.catsAndDogs(temp.resolve("valid"), 1);
    assertFails(temp.toString(), "two folders for one split");
  }

  @Test
  void nothingToHoldOut() throws IOException {
    TestData.catsAndDogs(temp, 1);
    assertFails(temp.toString(), "none can be held out");
  }

  @Test
  void aFileThatIsNoArchive() throws IOException {
    Path file = Files.write(temp.resolve("data.bin"), new byte[1000]);
    assertFails(
        file.toString(),
        file + " is not a folder, a .tar, a .tar.gz, .tar.xz, .tar.bz2 or .tar.zst, or a .zip");
    assertFails("/dev/null", "/dev/null is neither a folder nor a regular file");
  }

  private void assertFails(String location, String... parts) {
    DataOptions options = DataOptions.defaults().withCacheFolder(temp.resolveSibling("cache"));
    assertThatThrownBy(() -> Datasets.open(location, options))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll(parts)
        .satisfies(e -> assertThat(String.valueOf(e.getMessage()).lines()).hasSize(1));
  }
}
