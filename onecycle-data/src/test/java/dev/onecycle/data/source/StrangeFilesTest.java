package dev.onecycle.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.DataSplits;
import dev.onecycle.data.Datasets;
import dev.onecycle.data.TestDatasets;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.SkippedImage;
import dev.onecycle.error.BadDataException;
import dev.onecycle.testing.TestArchives;
import dev.onecycle.testing.TestData;
import dev.onecycle.testing.TestImages;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files in class folders that are not images, links, and files with odd names. */
@Timeout(60)
class StrangeFilesTest {
  @TempDir Path temp;
  private Path data;

  @BeforeEach
  void name() {
    data = temp.resolve("pets");
  }

  @Test
  void aBadImageIsAnErrorThatNamesItAndCountsTheOthers() throws IOException {
    TestData.catsAndDogs(data.resolve("train"), 3);
    TestData.catsAndDogs(data.resolve("test"), 1);
    TestData.write(
        data.resolve("train/cat/1.png"), "text".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    TestData.write(data.resolve("train/dog/unnamed"), new byte[] {1, 2});
    TestData.write(data.resolve("train/dog/zero.png"), new byte[0]);
    assertThatThrownBy(() -> open(data))
        .isInstanceOf(BadDataException.class)
        .hasMessageStartingWith(
            data + "/train/cat/1.png is not a JPEG, PNG, WebP, TIFF, GIF, BMP or PNM image")
        .hasMessageEndingWith(
            ", and 2 other images cannot be used; remove them, or set skip_bad to leave out all"
                + " images that cannot be used");
    Path tar = Files.write(temp.resolve("a.tar"), TestArchives.tar(TestArchives.files(data, "")));
    assertThatThrownBy(() -> open(tar))
        .hasMessageStartingWith(
            tar + "/train/cat/1.png is not a JPEG, PNG, WebP, TIFF, GIF, BMP or PNM image")
        .hasMessageContaining("and 2 other images");
  }

  @Test
  void badImagesCanBeSkippedAndAreListed() throws IOException {
    TestData.catsAndDogs(data.resolve("train"), 3);
    TestData.catsAndDogs(data.resolve("test"), 1);
    byte[] noise = TestImages.encode(TestImages.noise(4, 3, 1), "png");
    TestData.write(
        data.resolve("train/cat/1.png"), java.util.Arrays.copyOf(noise, noise.length - 30));
    TestData.write(data.resolve("train/dog/0.png"), new byte[0]);
    for (DataOptions options : List.of(options(), options().withImageSize(4))) {
      DataSplits splits = Datasets.open(data.toString(), options.withSkipBad(true));
      assertThat(splits.train().size()).isEqualTo(4);
      assertThat(splits.report().skipped())
          .extracting(SkippedImage::origin)
          .containsExactlyInAnyOrder("train/cat/1.png", "train/dog/0.png");
      assertThat(splits.report().skipped())
          .extracting(SkippedImage::reason)
          .anyMatch(reason -> reason.contains("cut short"))
          .anyMatch(reason -> reason.equals("is empty"));
      assertThat(origins(splits.train()))
          .containsExactly(
              "train/cat/0.png", "train/cat/2.png", "train/dog/1.png", "train/dog/2.png");
      assertThat(TestDatasets.pixels(splits.train(), 3)).endsWith(1, 0, 2);
    }
  }

  @Test
  void skippingMustNotEmptyAClassOfTheTrainingImages() throws IOException {
    TestData.catsAndDogs(data.resolve("train"), 1);
    TestData.catsAndDogs(data.resolve("test"), 1);
    TestData.write(data.resolve("test/dog/0.png"), new byte[0]);
    DataOptions skipping = options().withSkipBad(true);
    DataSplits splits = Datasets.open(data.toString(), skipping);
    assertThat(splits.evaluation().size()).isEqualTo(1);
    assertThat(splits.report().notes())
        .containsExactly(data + " has no usable image of class dog in test.");
    TestData.write(data.resolve("test/cat/0.png"), new byte[0]);
    assertThatThrownBy(() -> Datasets.open(data.toString(), skipping))
        .isInstanceOf(BadDataException.class)
        .hasMessage(data + " has no usable image of class cat and 1 more in test");
    TestData.write(data.resolve("train/dog/0.png"), new byte[0]);
    assertThatThrownBy(() -> Datasets.open(data.toString(), skipping))
        .isInstanceOf(BadDataException.class)
        .hasMessage(data + " has no usable image of class dog in train");
  }

  @Test
  void linksAreFollowedOnlyInsideTheFolder() throws IOException {
    TestData.catsAndDogs(data.resolve("train"), 2);
    Files.createSymbolicLink(data.resolve("test"), data.resolve("train"));
    assertThat(open(data).evaluation().size()).isEqualTo(4);
    Path outside = temp.resolve("secret.png");
    Files.write(outside, TestImages.png(4, 3, 1));
    Files.createSymbolicLink(data.resolve("train/cat/link.png"), outside);
    assertThatThrownBy(() -> open(data))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("cat/link.png is a link that leads out of")
        .hasMessageContaining("(set follow_links to read it)");
    DataOptions following = options().withFollowLinks(true);
    assertThat(Datasets.open(data.toString(), following).train().size()).isEqualTo(5);
    Files.delete(data.resolve("train/cat/link.png"));
    Files.createSymbolicLink(data.resolve("train/cat/loop"), data.resolve("train"));
    assertThatThrownBy(() -> open(data))
        .hasMessageContaining("is a link to a folder that holds it");
    Files.delete(data.resolve("train/cat/loop"));
    Files.createSymbolicLink(data.resolve("train/cat/zero.png"), Path.of("/dev/zero"));
    assertThatThrownBy(() -> open(data)).hasMessageContaining("zero.png is a link that leads out");
    DataSplits skipped = Datasets.open(data.toString(), options().withSkipBad(true));
    assertThat(skipped.train().size()).isEqualTo(4);
    Files.delete(data.resolve("train/cat/zero.png"));
  }

  /** A class, the test set, or all would be missing. */
  @Test
  void aFolderThatIsALinkOutOfTheDataIsAnError() throws IOException {
    TestData.catsAndDogs(temp.resolve("elsewhere"), 3);
    TestData.catsAndDogs(data.resolve("train"), 2);
    for (String name : List.of("train/bird", "test")) {
      Path link = data.resolve(name);
      Files.createSymbolicLink(link, temp.resolve("elsewhere/cat"));
      assertThatThrownBy(() -> open(data))
          .isInstanceOf(BadDataException.class)
          .hasMessage(
              link
                  + " is a link to a folder that lies outside of "
                  + data
                  + "; set follow_links to read it, or remove it");
      Files.delete(link);
    }
    Files.createSymbolicLink(data.resolve("train/bird"), temp.resolve("elsewhere/cat"));
    assertThat(Datasets.open(data.toString(), options().withFollowLinks(true)).train().classes())
        .containsExactly("bird", "cat", "dog");
  }

  /** In code page 437 the names of these classes become %U732B and %U72AC. */
  @Test
  void namesBesideTheNamesOfAZipAreRead() throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (int i = 0; i < 8; i++) {
      files.put((i % 2 == 0 ? "\u732b/" : "\u72ac/") + i + ".png", TestImages.png(4, 3, i));
    }
    Path zip =
        Files.write(
            temp.resolve("pets.zip"),
            TestArchives.zipWithUnicodeFields(files, Charset.forName("IBM437")));
    DataSplits splits = open(zip);
    assertThat(splits.train().classes()).containsExactly("\u72ac", "\u732b");
    assertThat(splits.report().notes()).noneMatch(note -> note.contains("UTF-8"));
  }

  @Test
  void pipesAreNotWaitedFor() throws IOException, InterruptedException {
    TestData.catsAndDogs(data.resolve("train"), 2);
    TestData.catsAndDogs(data.resolve("test"), 1);
    Path pipe = data.resolve("train/cat/pipe.jpg");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    assertThatThrownBy(() -> open(data)).hasMessageContaining("pipe.jpg is not a regular file");
  }

  @Test
  void namesThatAreNoValidTextAreReadAllTheSame() throws IOException, InterruptedException {
    TestData.catsAndDogs(data.resolve("train"), 2);
    TestData.catsAndDogs(data.resolve("test"), 1);
    String copy = "cp 0.png \"$(printf 'x\\377\\376.png')\"";
    Process shell =
        new ProcessBuilder("sh", "-c", copy).directory(data.resolve("train/cat").toFile()).start();
    assertThat(shell.waitFor()).isZero();
    assertThat(open(data).train().size()).isEqualTo(5);
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
