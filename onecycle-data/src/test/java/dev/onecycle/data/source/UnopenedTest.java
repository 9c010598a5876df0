package dev.onecycle.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.archive.Archive;
import dev.onecycle.data.archive.FileTree;
import dev.onecycle.data.archive.FolderTree;
import dev.onecycle.data.cache.DecodedCache;
import dev.onecycle.data.image.CropMargin;
import dev.onecycle.data.image.DecodeOptions;
import dev.onecycle.data.image.ImageSize;
import dev.onecycle.data.index.Split;
import dev.onecycle.testing.TestArchives;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading data for training opens no test image, not even for its size. */
class UnopenedTest {
  private static final List<String> TRAINING = List.of("train/cat", "train/dog", "val/cat");

  @TempDir Path temp;
  private Path data;
  private int caches;

  @BeforeEach
  void writeImages() throws IOException {
    data = temp.resolve("pets");
    TestData.catsAndDogs(data.resolve("train"), 2);
    TestData.catsAndDogs(data.resolve("val"), 1);
    TestData.catsAndDogs(data.resolve("test"), 1);
  }

  @Test
  void ofImagesOnlyThoseToTrainOnAreOpened() throws IOException {
    Map<String, byte[]> plain = TestArchives.files(data, "");
    Map<String, byte[]> wrapped = TestArchives.files(data, "pets/");
    Path tar = Files.write(temp.resolve("a.tar"), TestArchives.tar(plain));
    Path gz = Files.write(temp.resolve("b.tar.gz"), TestArchives.gzip(TestArchives.tar(wrapped)));
    Path zip = Files.write(temp.resolve("c.zip"), TestArchives.zip(wrapped));
    List<FileTree> trees =
        List.of(
            tree(name -> false),
            Archive.open(tar, Optional.empty()),
            Archive.open(gz, Optional.empty()),
            Archive.open(zip, Optional.empty()));
    for (FileTree tree : trees) {
      for (Sizing sizing : List.of(new Sizing.AsStored(), new Sizing.Size(ImageSize.square(2)))) {
        List<Split> splits = read(tree, sizing, SplitSelection.TRAINING);
        assertThat(splits).extracting(Split::name).containsExactly("train", "val");
        assertThat(splits).extracting(Split::size).containsExactly(4, 2);
        assertThatThrownBy(() -> read(tree, sizing, SplitSelection.ALL))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("was opened");
      }
    }
  }

  @Test
  void theTestFolderIsNotListed() {
    FolderTree tree = tree(testFolders(data)::contains);
    List<String> files = new ArrayList<>();
    List<String> folders = new ArrayList<>();
    tree.walk(
        new FileTree.Visitor() {
          @Override
          public void folder(String name) {
            folders.add(name);
          }

          @Override
          public void file(FileTree.Entry entry) {
            files.add(entry.name());
          }
        });
    assertThat(folders).contains("test").containsAll(TRAINING).doesNotContain("test/cat");
    assertThat(files).hasSize(6).noneMatch(name -> name.startsWith("test"));
  }

  @Test
  void theTestFolderMayLieOneFurtherFolderDown() throws IOException {
    assertThat(testFolders(data)).containsExactly("test");
    assertThat(testFolders(temp)).containsExactly("pets/test");
    Files.createDirectories(temp.resolve(".hidden"));
    assertThat(testFolders(temp)).containsExactly("pets/test");
    assertThat(testFolders(data.resolve("train"))).isEmpty();
    Files.createDirectories(temp.resolve("another"));
    assertThat(testFolders(temp)).as("pets is a class now").isEmpty();
  }

  private FolderTree tree(Predicate<String> excluded) {
    return FolderTree.of(data, excluded, false, Optional.empty());
  }

  private static Set<String> testFolders(Path root) {
    return TreeLayout.testFolders(root, Optional.empty());
  }

  private List<Split> read(FileTree tree, Sizing sizing, SplitSelection selection) {
    ReadOptions options =
        new ReadOptions(
            new ReadOptions.Sizes(sizing, CropMargin.NONE),
            DecodeOptions.defaults(),
            false,
            selection,
            TreeOptions.STANDARD,
            ReadOptions.Observers.NONE);
    DecodedCache cache = new DecodedCache(temp.resolve("cache " + caches++));
    return cache.open(new ImageTreeSource(new Guarded(tree), options)).index().splits();
  }

  /** A tree whose test images cannot be opened without failing the test. */
  private record Guarded(FileTree tree) implements FileTree {
    @Override
    public String name() {
      return tree.name();
    }

    @Override
    public String location() {
      return tree.location();
    }

    @Override
    public String state() {
      return tree.state();
    }

    @Override
    public void walk(Visitor visitor) {
      tree.walk(
          new Visitor() {
            @Override
            public void folder(String name) {
              visitor.folder(name);
            }

            @Override
            public void file(Entry entry) {
              visitor.file(entry.name().contains("test/") ? new Closed(entry) : entry);
            }
          });
    }
  }

  private record Closed(FileTree.Entry entry) implements FileTree.Entry {
    @Override
    public String name() {
      return entry.name();
    }

    @Override
    public long size() {
      return entry.size();
    }

    @Override
    public InputStream open() {
      throw new IllegalStateException(name() + " was opened");
    }

    @Override
    public FileTree.Content content() {
      throw new IllegalStateException(name() + " was opened");
    }
  }
}
