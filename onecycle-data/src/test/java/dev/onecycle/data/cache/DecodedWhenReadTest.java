package dev.onecycle.data.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.DataSplits;
import dev.onecycle.data.Datasets;
import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.batch.BatchLoader;
import dev.onecycle.data.batch.Sampler;
import dev.onecycle.data.image.CropMargin;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.error.BadDataException;
import dev.onecycle.testing.TestData;
import dev.onecycle.testing.TestImages;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Images that the cache has no room for. */
@Timeout(60)
class DecodedWhenReadTest {
  private static final int SIDE = 40;
  private static final int COUNT = 24;

  @TempDir Path temp;

  @Test
  void imagesOfAFolderHaveTheSamePixelsAsInTheCache() throws IOException {
    Path folder = temp.resolve("photos");
    for (int i = 0; i < COUNT; i++) {
      String split = i % 3 == 0 ? "test" : "train";
      TestData.write(folder.resolve(split + "/" + i % 2 + "/" + i + ".jpg"), photo(i));
    }
    requireSame(folder.toString());
  }

  @Test
  void imagesOfShardsHaveTheSamePixelsAsInTheCache() throws IOException {
    shard(temp.resolve("p-0.tar"), 0, COUNT / 2);
    shard(temp.resolve("p-1.tar"), COUNT / 2, COUNT);
    requireSame(temp.resolve("p-{0..1}.tar").toString());
  }

  private void requireSame(String location) throws IOException {
    DataSplits cached = open(location, "cached", Long.MAX_VALUE);
    for (String time : List.of("first", "second")) {
      DataSplits read = open(location, "small", 10_000);
      assertThat(read.fingerprint()).as(time).isEqualTo(cached.fingerprint());
      assertThat(read.trainingFingerprint()).isEqualTo(cached.trainingFingerprint());
      assertThat(read.report().notes()).anyMatch(note -> note.contains("decoded each time"));
      requireSame(read.train(), cached.train());
      requireSame(read.evaluation(), cached.evaluation());
      assertThat(batches(read.train())).as(time).isEqualTo(batches(cached.train()));
    }
    try (Stream<Path> files = Files.walk(temp.resolve("small"))) {
      long bytes =
          files.mapToLong(file -> file.toFile().isFile() ? file.toFile().length() : 0).sum();
      assertThat(bytes).isLessThan(8_000);
    }
  }

  private static void requireSame(ImageDataset read, ImageDataset cached) {
    assertThat(read.size()).isEqualTo(cached.size());
    assertThat(read.cropShape()).isEqualTo(cached.cropShape());
    for (int i = 0; i < read.size(); i++) {
      assertThat(read.origin(i)).isEqualTo(cached.origin(i));
      assertThat(read.pixels(i)).isEqualTo(cached.pixels(i));
      assertThat(read.hash(i)).isEqualTo(cached.hash(i));
    }
  }

  /** Two epochs of crops. */
  private static List<ByteBuffer> batches(ImageDataset images) {
    List<ByteBuffer> batches = new ArrayList<>();
    Sampler sampler = Sampler.shuffled(images.size(), 5, 3);
    long end = 2 * sampler.batchesPerEpoch();
    try (BatchLoader loader = BatchLoader.batches(images, Augmentation.photo(), sampler, 0, end)) {
      while (loader.hasNext()) {
        try (Batch batch = loader.next()) {
          batches.add(ByteBuffer.allocate(batch.values().remaining()).put(batch.values()).flip());
        }
      }
    }
    return batches;
  }

  @Test
  void aFileThatChangedMeanwhileIsNamed() throws IOException {
    shard(temp.resolve("p-0.tar"), 0, COUNT);
    DataSplits read = open(temp.resolve("p-0.tar").toString(), "small", 10_000);
    try (RandomAccessFile file = new RandomAccessFile(temp.resolve("p-0.tar").toFile(), "rw")) {
      file.setLength(5_000);
    }
    byte[] image = new byte[read.train().shape().bytes()];
    assertThatThrownBy(() -> read.train().read(read.train().size() - 1, image))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("p-0.tar");
  }

  @Test
  void aCompressedArchiveMustBeUnpacked() throws IOException {
    shard(temp.resolve("p-0.tar"), 0, COUNT);
    Path file = temp.resolve("p-0.tar.gz");
    try (GzipCompressorOutputStream gzip =
        new GzipCompressorOutputStream(Files.newOutputStream(file))) {
      Files.copy(temp.resolve("p-0.tar"), gzip);
    }
    assertThatThrownBy(() -> open(file.toString(), "small", 10_000))
        .isInstanceOf(BadDataException.class)
        .hasMessageContainingAll("for which there is no room", "image_size", "unpack it");
  }

  /** A bound holds for one command, and pixels that are in the cache are used whatever it is. */
  @Test
  void imagesAreKeptOnceThereIsRoom() throws IOException {
    shard(temp.resolve("p-0.tar"), 0, COUNT);
    String location = temp.resolve("p-0.tar").toString();
    assertThat(notes(open(location, "cache", 0))).contains("decoded each time");
    DataSplits kept = open(location, "cache", Long.MAX_VALUE);
    assertThat(notes(kept)).doesNotContain("decoded each time", "damaged");
    DataSplits again = open(location, "cache", 0);
    assertThat(notes(again)).isEqualTo(notes(kept));
    requireSame(again.train(), kept.train());
  }

  private static String notes(DataSplits data) {
    return String.join(" ", data.report().notes());
  }

  private DataSplits open(String location, String cache, long bytes) {
    return Datasets.open(
        location,
        DataOptions.defaults()
            .withImageSize(SIDE)
            .withCropMargin(new CropMargin(CropMargin.STANDARD_FACTOR, 1))
            .withCacheFolder(temp.resolve(cache))
            .withMaxCache(bytes));
  }

  private static byte[] photo(int seed) {
    return TestImages.encode(TestImages.noise(60 + seed, 50, seed), "jpg");
  }

  private static void shard(Path file, int begin, int end) throws IOException {
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(Files.newOutputStream(file))) {
      for (int i = begin; i < end; i++) {
        add(tar, i + ".jpg", photo(i));
        add(tar, i + ".cls", ("" + i % 2).getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  private static void add(TarArchiveOutputStream tar, String name, byte[] bytes)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(bytes.length);
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }
}
