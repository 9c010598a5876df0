package dev.onecycle.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.DataSplits;
import dev.onecycle.data.Datasets;
import dev.onecycle.data.EvaluationSplit;
import dev.onecycle.data.TestDatasets;
import dev.onecycle.data.TuningData;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.BadDataException;
import dev.onecycle.testing.TestArchives;
import dev.onecycle.testing.TestData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class IdxTest {
  private static final String TRAIN_IMAGES = "train-images-idx3-ubyte";
  private static final String TRAIN_LABELS = "train-labels-idx1-ubyte";
  private static final String TEST_IMAGES = "t10k-images-idx3-ubyte";
  private static final String TEST_LABELS = "t10k-labels-idx1-ubyte";

  @TempDir Path temp;
  private Path mnist;

  @BeforeEach
  void writeFiles() throws IOException {
    mnist = temp.resolve("mnist");
    write(TRAIN_IMAGES, images(20, 3, 2));
    write(TRAIN_LABELS, labels(20));
    write(TEST_IMAGES, images(4, 3, 2));
    write(TEST_LABELS, labels(4));
  }

  /** An interrupt closes the channel that the decoded images are written to. */
  @Test
  void anInterruptIsNotTakenForACacheThatCannotBeWritten() {
    DataOptions options = DataOptions.defaults().withCacheFolder(temp.resolve("cache"));
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> Datasets.open(mnist.toString(), options))
        .isInstanceOf(CancellationException.class)
        .hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(Datasets.open(mnist.toString(), options).report().notes()).isEmpty();
  }

  @Test
  void greyImagesStayGrey() {
    DataSplits splits = open();
    assertThat(splits.train().shape()).isEqualTo(new ImageShape(1, 3, 2));
    assertThat(splits.train().size()).isEqualTo(20);
    assertThat(splits.evaluation().size()).isEqualTo(4);
    assertThat(splits.train().classes()).containsExactlyElementsOf(IdxSource.DIGITS);
    assertThat(splits.train().label(13)).isEqualTo(3);
    assertThat(TestDatasets.pixels(splits.train(), 2)).containsExactly(12, 13, 14, 15, 16, 17);
  }

  @Test
  void gzippedFilesAndDottedNamesAreTheSame() throws IOException {
    String fingerprint = open().fingerprint();
    for (String name : List.of(TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)) {
      byte[] plain = Files.readAllBytes(mnist.resolve(name));
      Files.delete(mnist.resolve(name));
      write(name.replace("-idx", ".idx") + ".gz", TestArchives.gzip(plain));
    }
    assertThat(open().fingerprint()).isEqualTo(fingerprint);
  }

  @Test
  void withoutTestFilesATenthIsHeldOut() throws IOException {
    Files.delete(mnist.resolve(TEST_IMAGES));
    Files.delete(mnist.resolve(TEST_LABELS));
    assertThat(open().evaluationName()).isEqualTo("held-out tenth");
    assertThat(open().evaluation().size()).isEqualTo(10);
  }

  @Test
  void aModelOfColourImagesGetsColourImages() {
    EvaluationSplit split =
        Datasets.openEvaluation(
            mnist.toString(), new ImageShape(3, 3, 2), IdxSource.DIGITS, options());
    assertThat(split.images().shape()).isEqualTo(new ImageShape(3, 3, 2));
    assertThat(TestDatasets.pixels(split.images(), 0)).startsWith(0, 0, 0, 1, 1, 1);
  }

  @Test
  void damagedFilesAreNamed() throws IOException {
    assertFails(TRAIN_IMAGES, header(0x00000802, 20, 3, 2), "must begin with 0x00000803");
    assertFails(TRAIN_IMAGES, header(0x00000803, 20, 0, 2), "impossible dimensions [20, 0, 2]");
    assertFails(TRAIN_IMAGES, header(0x00000803, 20, -1, 2), "impossible dimensions");
    assertFails(
        TRAIN_IMAGES,
        header(0x00000803, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE),
        "impossible dimensions");
    assertFails(TRAIN_IMAGES, images(19, 3, 2), "has 19 images, but there are 20 labels");
    byte[] whole = images(20, 3, 2);
    assertFails(TRAIN_IMAGES, Arrays.copyOf(whole, whole.length - 1), "ends in image 19 of 20");
    assertFails(TRAIN_IMAGES, Arrays.copyOf(whole, whole.length + 1), "has bytes after its last");
    assertFails(TRAIN_IMAGES, Arrays.copyOf(whole, 7), "it is cut short");
    assertFails(TEST_IMAGES, images(4, 2, 3), "has images of 1×2×3, the others are 1×3×2");
    byte[] labels = labels(20);
    assertFails(TRAIN_LABELS, Arrays.copyOf(labels, 15), "must have 20 values but ends after 7");
    assertFails(TRAIN_LABELS, Arrays.copyOf(labels, 29), "has bytes after its last");
    labels[8 + 5] = 10;
    assertFails(TRAIN_LABELS, labels, "has label 10 at image 5; labels must be below 10");
  }

  @Test
  void aHeaderThatLiesTakesNoMemory() throws IOException {
    assertFails(
        TRAIN_LABELS, header(0x00000801, 10_000_000), "must have 10000000 values but ends after 0");
  }

  @Test
  void aSmallFileDoesNotFillTheDisk() throws IOException {
    byte[] zeros = TestArchives.gzip(new byte[1 << 20]);
    for (String name : List.of(TRAIN_IMAGES, TRAIN_LABELS)) {
      Files.delete(mnist.resolve(name));
    }
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    bomb.writeBytes(TestArchives.gzip(header(0x00000803, 300_000, 32, 32)));
    for (int i = 0; i < 300; i++) {
      bomb.writeBytes(zeros);
    }
    write(TRAIN_IMAGES + ".gz", bomb.toByteArray());
    ByteArrayOutputStream labels = new ByteArrayOutputStream();
    labels.writeBytes(TestArchives.gzip(header(0x00000801, 300_000)));
    labels.writeBytes(TestArchives.gzip(new byte[300_000]));
    write(TRAIN_LABELS + ".gz", labels.toByteArray());
    assertThatThrownBy(this::open)
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(TRAIN_IMAGES + ".gz expands to more than 200 times its size");
  }

  @Test
  void gzipThatIsCutShortIsNamed() throws IOException {
    byte[] gz = TestArchives.gzip(images(20, 3, 2));
    Files.delete(mnist.resolve(TRAIN_IMAGES));
    write(TRAIN_IMAGES + ".gz", Arrays.copyOf(gz, gz.length - 12));
    assertThatThrownBy(this::open)
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(TRAIN_IMAGES + ".gz");
    write(TRAIN_IMAGES + ".gz", new byte[30]);
    assertThatThrownBy(this::open)
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(TRAIN_IMAGES + ".gz cannot be read");
  }

  @Test
  void whatIsMissingIsNamed() throws IOException {
    Files.delete(mnist.resolve(TEST_LABELS));
    assertThatThrownBy(this::open)
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(mnist + " lacks the file " + TEST_LABELS);
  }

  @Test
  void tuningNeedsNoTestFiles() throws IOException {
    write(TRAIN_IMAGES, images(40, 3, 2));
    write(TRAIN_LABELS, labels(40));
    DataSplits whole = open();
    for (byte[] spoiled : List.of(new byte[] {1, 2, 3}, images(4, 9, 9))) {
      write(TEST_IMAGES, spoiled);
      write(TEST_LABELS, spoiled);
      assertThatThrownBy(this::open).isInstanceOf(BadDataException.class);
      assertTunes("cache " + spoiled.length, whole);
    }
    Files.delete(mnist.resolve(TEST_IMAGES));
    assertTunes("cache without test images", whole);
    Files.delete(mnist.resolve(TEST_LABELS));
    assertTunes("cache without test files", whole);
    write(TRAIN_IMAGES, new byte[] {1, 2, 3});
    assertThatThrownBy(() -> assertTunes("cache of bad data", whole))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(TRAIN_IMAGES);
  }

  @Test
  void whatTuningHasReadStaysReadWhenTestFilesChange() throws IOException {
    List<String> reads = new ArrayList<>();
    DataOptions options = options().withListener((task, done, total) -> reads.add(task));
    TuningData first = Datasets.openForTuning(mnist.toString(), options);
    reads.clear();
    write(TEST_IMAGES, new byte[] {1, 2, 3});
    TuningData second = Datasets.openForTuning(mnist.toString(), options);
    assertThat(reads).isEmpty();
    TestDatasets.assertSame(second.train(), first.train());
  }

  private void assertTunes(String cache, DataSplits whole) {
    DataOptions options = options().withCacheFolder(temp.resolve(cache));
    TestDatasets.assertTunes(Datasets.openForTuning(mnist.toString(), options), whole);
  }

  private void assertFails(String file, byte[] content, String message) throws IOException {
    byte[] before = Files.readAllBytes(mnist.resolve(file));
    write(file, content);
    assertThatThrownBy(this::open)
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(mnist.resolve(file).toString())
        .hasMessageContaining(message);
    write(file, before);
  }

  private void write(String name, byte[] bytes) throws IOException {
    TestData.write(mnist.resolve(name), bytes);
  }

  private static byte[] header(int... values) {
    ByteBuffer buffer = ByteBuffer.allocate(4 * values.length);
    buffer.asIntBuffer().put(values);
    return buffer.array();
  }

  private static byte[] images(int count, int rows, int columns) {
    ByteBuffer buffer = ByteBuffer.allocate(16 + count * rows * columns);
    buffer.put(header(0x00000803, count, rows, columns));
    for (int i = 0; buffer.hasRemaining(); i++) {
      buffer.put((byte) i);
    }
    return buffer.array();
  }

  private static byte[] labels(int count) {
    ByteBuffer buffer = ByteBuffer.allocate(8 + count);
    buffer.put(header(0x00000801, count));
    for (int i = 0; buffer.hasRemaining(); i++) {
      buffer.put((byte) (i % 10));
    }
    return buffer.array();
  }

  private DataSplits open() {
    return Datasets.open(mnist.toString(), options());
  }

  private DataOptions options() {
    return DataOptions.defaults().withCacheFolder(temp.resolve("cache"));
  }
}
