package dev.onecycle.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.DataSplits;
import dev.onecycle.data.Datasets;
import dev.onecycle.data.EvaluationSplit;
import dev.onecycle.data.TestDatasets;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.BadDataException;
import dev.onecycle.testing.TestArchives;
import dev.onecycle.testing.TestData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CifarTest {
  private static final int PLANE = 32 * 32;
  private static final String NAMES =
      "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n";

  @TempDir Path temp;
  private Path ten;

  /** Five batches of two images and a test batch of three; image i of batch b has label b + i. */
  @BeforeEach
  void writeTen() throws IOException {
    ten = temp.resolve("cifar-10-batches-bin");
    for (int batch = 1; batch <= 5; batch++) {
      TestData.write(
          ten.resolve("data_batch_" + batch + ".bin"),
          records(new int[] {batch}, new int[] {batch + 1}));
    }
    TestData.write(
        ten.resolve("test_batch.bin"), records(new int[] {0}, new int[] {9}, new int[] {3}));
    TestData.write(ten.resolve("batches.meta.txt"), NAMES.getBytes(StandardCharsets.UTF_8));
    TestData.write(ten.resolve("readme.html"), "<html>".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aFolderGivesBatchesInOrderWithPixelsSideBySide() {
    DataSplits splits = open(ten);
    assertThat(splits.train().size()).isEqualTo(10);
    assertThat(splits.train().classes()).hasSize(10).startsWith("airplane").endsWith("truck");
    assertThat(splits.evaluationName()).isEqualTo("test");
    for (int i = 0; i < 10; i++) {
      int batch = i / 2 + 1;
      assertThat(splits.train().label(i)).isEqualTo(batch + i % 2);
      assertThat(splits.train().origin(i)).isEqualTo("data_batch_" + batch + ".bin#" + i % 2);
    }
    byte[] pixels = TestDatasets.pixels(splits.train(), 2);
    assertThat(pixels).hasSize(3072).startsWith(red(2, 0), green(2, 0), blue(2, 0), red(2, 1));
    assertThat(pixels).endsWith(red(2, 1023), green(2, 1023), blue(2, 1023));
    assertThat(splits.evaluation().label(1)).isEqualTo(9);
  }

  @Test
  void theUnpackedArchiveAndTheArchiveItselfAreTheSame() throws IOException {
    String fingerprint = open(ten).fingerprint();
    Path alone = temp.resolve("download");
    Files.createDirectories(alone);
    Files.move(ten, alone.resolve("cifar-10-batches-bin"));
    assertThat(open(alone).fingerprint()).isEqualTo(fingerprint);
    Path archive = temp.resolve("cifar-10-binary.tar.gz");
    Files.write(archive, TestArchives.gzip(TestArchives.tar(TestArchives.files(alone, ""))));
    assertThat(open(archive).fingerprint()).isEqualTo(fingerprint);
    assertThat(open(archive).train().label(9)).isEqualTo(6);
  }

  @Test
  void ofCifar100TheFineLabelCounts() throws IOException {
    Path hundred = temp.resolve("cifar-100-binary");
    TestData.write(hundred.resolve("train.bin"), records(new int[] {5, 77}, new int[] {19, 99}));
    TestData.write(hundred.resolve("test.bin"), records(new int[] {1, 2}));
    StringBuilder names = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      names.append("fine").append(i).append('\n');
    }
    TestData.write(
        hundred.resolve("fine_label_names.txt"), names.toString().getBytes(StandardCharsets.UTF_8));
    DataSplits splits = open(hundred);
    assertThat(splits.train().label(0)).isEqualTo(77);
    assertThat(splits.train().classes().get(77)).isEqualTo("fine77");
    assertThat(TestDatasets.pixels(splits.train(), 0)).startsWith(red(77, 0), green(77, 0));
    TestData.write(hundred.resolve("train.bin"), records(new int[] {5, 100}));
    assertFails(hundred, "train.bin has label 100 at image 0, but there are 100 classes");
  }

  @Test
  void anotherSizeIsResized() {
    DataSplits splits = Datasets.open(ten.toString(), options().withImageSize(16));
    assertThat(splits.train().shape()).isEqualTo(new ImageShape(3, 16, 16));
    assertThat(TestDatasets.pixels(splits.train(), 0)).hasSize(768);
  }

  @Test
  void aLabelOutOfRangeIsNamed() throws IOException {
    TestData.write(ten.resolve("data_batch_3.bin"), records(new int[] {1}, new int[] {10}));
    assertFails(ten, "data_batch_3.bin has label 10 at image 1, but there are 10 classes");
  }

  @Test
  void aBatchOfTheWrongLengthIsNamed() throws IOException {
    byte[] batch = Files.readAllBytes(ten.resolve("test_batch.bin"));
    Files.write(ten.resolve("test_batch.bin"), Arrays.copyOf(batch, batch.length - 1));
    assertFails(ten, "test_batch.bin must be a whole number of records of 3073 bytes");
    Files.write(ten.resolve("test_batch.bin"), new byte[0]);
    assertFails(ten, "test_batch.bin is empty");
  }

  @Test
  void whatIsMissingIsNamed() throws IOException {
    for (String file : List.of("data_batch_4.bin", "test_batch.bin", "batches.meta.txt")) {
      byte[] bytes = Files.readAllBytes(ten.resolve(file));
      Files.delete(ten.resolve(file));
      assertFails(ten, ten + " lacks the file " + file);
      Files.write(ten.resolve(file), bytes);
    }
    Files.writeString(ten.resolve("batches.meta.txt"), "cat\ndog\n");
    assertFails(ten, "batches.meta.txt must name 10 classes but names 2");
  }

  @Test
  void aBatchThatIsThereTwiceIsRefused() throws IOException {
    TestData.write(ten.resolve("copy/data_batch_1.bin"), records(new int[] {1}));
    assertFails(ten, "has data_batch_1.bin twice");
  }

  @Test
  void evaluationReadsTheTestBatchAlone() throws IOException {
    Files.write(ten.resolve("data_batch_1.bin"), new byte[17]);
    EvaluationSplit split =
        Datasets.openEvaluation(
            ten.toString(), new ImageShape(3, 32, 32), NAMES.lines().limit(10).toList(), options());
    assertThat(split.name()).isEqualTo("test");
    assertThat(split.images().size()).isEqualTo(3);
    assertThat(split.images().label(2)).isEqualTo(3);
  }

  @Test
  void tuningNeedsNoTestBatch() throws IOException {
    DataSplits whole = open(ten);
    Path test = ten.resolve("test_batch.bin");
    Path archive = temp.resolve("cifar-10-binary.tar.gz");
    Files.write(test, new byte[17]);
    Files.write(archive, TestArchives.gzip(TestArchives.tar(TestArchives.files(ten, "cifar/"))));
    assertFails(ten, "test_batch.bin must be a whole number of records");
    assertFails(archive, "test_batch.bin must be a whole number of records");
    assertTunes(ten, "cache 1", whole);
    assertTunes(archive, "cache 2", whole);
    Files.delete(test);
    Files.createSymbolicLink(test, temp.resolve("nowhere"));
    assertFails(ten, "test_batch.bin is a link that leads nowhere");
    assertTunes(ten, "cache 3", whole);
    Files.delete(test);
    assertTunes(ten, "cache 4", whole);
    Files.write(ten.resolve("data_batch_2.bin"), new byte[17]);
    assertThatThrownBy(() -> assertTunes(ten, "cache 5", whole))
        .hasMessageContaining("data_batch_2.bin must be a whole number of records");
  }

  @Test
  void whatTuningHasReadStaysReadWhenTheTestBatchChanges() throws IOException {
    List<String> reads = new ArrayList<>();
    DataOptions options = options().withListener((task, done, total) -> reads.add(task));
    Datasets.openForTuning(ten.toString(), options);
    reads.clear();
    Files.write(ten.resolve("test_batch.bin"), new byte[17]);
    Datasets.openForTuning(ten.toString(), options);
    assertThat(reads).isEmpty();
    Files.write(ten.resolve("data_batch_1.bin"), records(new int[] {1}));
    Datasets.openForTuning(ten.toString(), options);
    assertThat(reads).isNotEmpty();
  }

  private void assertTunes(Path location, String cache, DataSplits whole) {
    DataOptions options = options().withCacheFolder(temp.resolve(cache));
    TestDatasets.assertTunes(Datasets.openForTuning(location.toString(), options), whole);
  }

  private static byte[] records(int[]... labels) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int[] image : labels) {
      int key = image[image.length - 1];
      for (int label : image) {
        out.write(label);
      }
      for (int i = 0; i < PLANE; i++) {
        out.write(red(key, i));
      }
      for (int i = 0; i < PLANE; i++) {
        out.write(green(key, i));
      }
      for (int i = 0; i < PLANE; i++) {
        out.write(blue(key, i));
      }
    }
    return out.toByteArray();
  }

  private static byte red(int key, int i) {
    return (byte) (i + key);
  }

  private static byte green(int key, int i) {
    return (byte) (3 * i + key);
  }

  private static byte blue(int key, int i) {
    return (byte) (7 * i - key);
  }

  private DataSplits open(Path location) {
    return Datasets.open(location.toString(), options());
  }

  private DataOptions options() {
    return DataOptions.defaults().withCacheFolder(temp.resolve("cache"));
  }

  private void assertFails(Path location, String message) {
    assertThatThrownBy(() -> open(location))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(message);
  }
}
