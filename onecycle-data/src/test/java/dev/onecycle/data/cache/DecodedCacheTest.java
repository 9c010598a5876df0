package dev.onecycle.data.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.DataSplits;
import dev.onecycle.data.Datasets;
import dev.onecycle.data.TestDatasets;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.testing.Property;
import dev.onecycle.testing.TestData;
import dev.onecycle.testing.TestImages;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DecodedCacheTest {
  @TempDir Path temp;
  private Path data;
  private Path cache;
  private final AtomicInteger decoded = new AtomicInteger();

  @BeforeEach
  void writeImages() throws IOException {
    data = temp.resolve("pets");
    cache = temp.resolve("cache");
    TestData.catsAndDogs(data.resolve("train"), 3);
    TestData.catsAndDogs(data.resolve("test"), 2);
  }

  @Test
  void theSecondTimeNothingIsDecoded() throws IOException {
    DataSplits first = open();
    assertThat(decoded).hasValue(10);
    DataSplits second = open();
    assertThat(decoded).hasValue(10);
    assertSame(second, first);
    assertThat(TestDatasets.pixels(second.train(), 0)).isNotEmpty();
    assertThat(files(".tmp")).isEmpty();
    assertThat(files(".images")).hasSize(1);
  }

  @Test
  void notesAndSkippedImagesAreRemembered() throws IOException {
    TestData.write(data.resolve("train/cat/bad.png"), new byte[] {1});
    TestData.write(data.resolve("train/cat/other.png"), TestImages.png(9, 9, 1));
    DataOptions options = options().withSkipBad(true);
    DataSplits first = Datasets.open(data.toString(), options);
    DataSplits second = Datasets.open(data.toString(), options);
    assertThat(second.report().notes()).isEqualTo(first.report().notes()).hasSize(1);
    assertThat(second.report().skipped()).isEqualTo(first.report().skipped()).hasSize(1);
    assertSame(second, first);
    assertThat(second.train().origin(3)).isEqualTo("train/cat/other.png");
  }

  @Test
  void whatHasChangedIsDecodedAgainAndReplacesTheOld() throws IOException {
    open();
    TestData.write(data.resolve("train/cat/new.png"), TestImages.png(4, 3, 77));
    assertThat(open().train().size()).isEqualTo(7);
    assertThat(files(".images")).hasSize(1);
    Path file = data.resolve("train/dog/0.png");
    Files.write(file, TestImages.png(4, 3, 0xABCDEF));
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
    DataSplits changed = open();
    assertThat(TestDatasets.pixels(changed.train(), 4)).endsWith(0xAB, 0xCD, 0xEF);
    Files.delete(data.resolve("train/cat/new.png"));
    assertThat(open().train().size()).isEqualTo(6);
  }

  @Test
  void waysOfReadingDoNotMeet() {
    DataSplits stored = open();
    DataSplits small = Datasets.open(data.toString(), options().withImageSize(2));
    assertThat(small.train().shape()).isEqualTo(new ImageShape(3, 2, 2));
    assertThat(small.fingerprint()).isNotEqualTo(stored.fingerprint());
    assertSame(open(), stored);
    assertThat(decoded).hasValue(20);
  }

  @Test
  void aDamagedFileIsNoticedAndMadeAgain() throws IOException {
    open();
    // From another file: this one is damaged in its place, under the eyes of whoever reads it.
    DataSplits first =
        Datasets.open(data.toString(), options().withCacheFolder(temp.resolve("other")));
    Path file = files(".images").get(0);
    byte[] whole = Files.readAllBytes(file);
    Property.holds(
        60,
        random -> {
          try {
            byte[] bytes = whole.clone();
            if (random.nextBoolean()) {
              bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
              Files.write(file, bytes);
            } else {
              Files.write(file, java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length)));
            }
            decoded.set(0);
            DataSplits again = open();
            assertThat(decoded).hasValue(10);
            assertThat(again.report().notes())
                .singleElement()
                .asString()
                .contains("were damaged; they were decoded again");
            assertSame(again, first);
            assertThat(Files.readAllBytes(file)).isEqualTo(whole);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  @Test
  void aFolderThatCannotBeWrittenIsNoReasonToFail() throws IOException {
    DataSplits first = open();
    Path file = Files.createFile(temp.resolve("a file"));
    DataSplits inMemory =
        Datasets.open(data.toString(), options().withCacheFolder(file.resolve("cache")));
    assertSame(inMemory, first);
    assertThat(inMemory.report().notes())
        .singleElement()
        .asString()
        .contains("held in memory", "cannot be written");
  }

  @Test
  void aFullDiskIsNoReasonToFail() throws IOException {
    DataSplits first = open();
    Path full = temp.resolve("full");
    Files.createDirectories(full.resolve("decoded"));
    String temporary = files(".images").get(0).getFileName().toString().split("-", -1)[0] + ".tmp";
    Files.createSymbolicLink(full.resolve("decoded").resolve(temporary), Path.of("/dev/full"));
    DataSplits inMemory = Datasets.open(data.toString(), options().withCacheFolder(full));
    assertSame(inMemory, first);
    assertThat(inMemory.report().notes()).singleElement().asString().contains("held in memory");
  }

  @Test
  void manyAtOnceDecodeOnce() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try {
      Callable<DataSplits> open = this::open;
      List<Future<DataSplits>> all = threads.invokeAll(java.util.Collections.nCopies(6, open));
      for (Future<DataSplits> one : all) {
        assertSame(one.get(), all.get(0).get());
      }
      assertThat(decoded).hasValue(10);
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void twoProcessesAtOnceDoNotHarmEachOther() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      processes.add(
          new ProcessBuilder(
                  System.getProperty("java.home") + "/bin/java",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Opener.class.getName(),
                  data.toString(),
                  cache.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start());
    }
    String fingerprint = open().fingerprint();
    for (Process process : processes) {
      String output =
          new String(
              process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      assertThat(process.waitFor()).isZero();
      assertThat(output.strip()).isEqualTo(fingerprint);
    }
    assertThat(files(".images")).hasSize(1);
    assertThat(files(".tmp")).isEmpty();
  }

  /** The main class of the other processes. */
  static final class Opener {
    private Opener() {}

    public static void main(String[] arguments) {
      DataOptions options = DataOptions.defaults().withCacheFolder(Path.of(arguments[1]));
      System.out.println(Datasets.open(arguments[0], options).fingerprint());
    }
  }

  @Test
  void whatAKilledProcessLeftIsOverwritten() throws IOException {
    DataSplits first = open();
    Path file = files(".images").get(0);
    Path left = file.resolveSibling(file.getFileName().toString().split("-", -1)[0] + ".tmp");
    Files.delete(file);
    try (RandomAccessFile half = new RandomAccessFile(left.toFile(), "rw")) {
      half.setLength(100_000);
    }
    assertSame(open(), first);
    assertThat(files(".tmp")).isEmpty();
  }

  @Test
  void aSetInUseSurvivesItsReplacement() throws IOException {
    DataSplits before = open();
    byte[] pixels = TestDatasets.pixels(before.train(), 5);
    TestData.write(data.resolve("train/cat/new.png"), TestImages.png(4, 3, 77));
    open();
    assertThat(TestDatasets.pixels(before.train(), 5)).isEqualTo(pixels);
  }

  private DataSplits open() {
    return Datasets.open(data.toString(), options());
  }

  private DataOptions options() {
    return DataOptions.defaults()
        .withCacheFolder(cache)
        .withListener(
            (task, done, total) -> {
              if (task.startsWith("Decoding")) {
                decoded.incrementAndGet();
              }
            });
  }

  private List<Path> files(String suffix) throws IOException {
    try (Stream<Path> files = Files.list(cache.resolve("decoded"))) {
      return files.filter(file -> file.toString().endsWith(suffix)).toList();
    }
  }

  private static void assertSame(DataSplits actual, DataSplits expected) {
    assertThat(actual.fingerprint()).isEqualTo(expected.fingerprint());
    assertThat(actual.trainingFingerprint()).isEqualTo(expected.trainingFingerprint());
    assertThat(actual.evaluationName()).isEqualTo(expected.evaluationName());
    TestDatasets.assertSame(actual.train(), expected.train());
    TestDatasets.assertSame(actual.evaluation(), expected.evaluation());
  }
}
