package dev.onecycle.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.Datasets;
import dev.onecycle.data.download.RemoteFile;
import dev.onecycle.error.BadDataException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NamedSetTest {
  @TempDir Path temp;

  @Test
  void aNamedSetIsReadFromWhatWasDownloadedOrPutThere() {
    DataOptions options = DataOptions.defaults().withCacheFolder(temp).withOffline(true);
    for (String name : List.of("cifar10", "cifar100", "mnist", "fashion-mnist")) {
      NamedSet set = Objects.requireNonNull(NamedSet.of(name));
      for (RemoteFile file : set.remoteFiles(SplitSelection.ALL)) {
        assertThat(file.uri().getScheme()).isEqualTo("https");
        assertThat(file.sha256()).matches("[0-9a-f]{64}");
      }
      assertThatThrownBy(() -> Datasets.open(name, options))
          .isInstanceOf(BadDataException.class)
          .hasMessageContaining(
              temp.resolve(
                      "downloads/" + name + "/" + set.remoteFiles(SplitSelection.ALL).get(0).name())
                  .toString());
    }
  }

  @Test
  void forTuningNoFileOfTestImagesIsDownloaded() {
    for (String name : List.of("mnist", "fashion-mnist")) {
      NamedSet set = Objects.requireNonNull(NamedSet.of(name));
      assertThat(set.remoteFiles(SplitSelection.TRAINING))
          .extracting(RemoteFile::name)
          .containsExactly("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz");
    }
    NamedSet archive = Objects.requireNonNull(NamedSet.of("cifar10"));
    assertThat(archive.remoteFiles(SplitSelection.TRAINING)).hasSize(1);
  }
}
