package dev.onecycle.torch.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.testing.TestData;
import dev.onecycle.torch.job.Experiment;
import dev.onecycle.torch.job.JobListener;
import dev.onecycle.torch.job.TrainingConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptNormalizationsTest {
  private static final int COUNT = 300;
  private static final ImageShape SHAPE = new ImageShape(3, 5, 7);

  @TempDir Path temp;

  /** Images that count how often one is read, and know their hashes as those from files do. */
  private static final class Counted implements ImageDataset {
    private final ImageDataset images;
    private final long[] hashes;
    private final AtomicInteger reads = new AtomicInteger();

    Counted(byte[] pixels) {
      images = ImageDataset.of(SHAPE, List.of("a", "b"), new int[COUNT], pixels);
      hashes = new long[COUNT];
      for (int i = 0; i < COUNT; i++) {
        hashes[i] = images.hash(i);
      }
    }

    @Override
    public int size() {
      return COUNT;
    }

    @Override
    public ImageShape shape() {
      return SHAPE;
    }

    @Override
    public List<String> classes() {
      return images.classes();
    }

    @Override
    public int label(int index) {
      return images.label(index);
    }

    @Override
    public String origin(int index) {
      return images.origin(index);
    }

    @Override
    public ByteBuffer pixels(int index) {
      reads.incrementAndGet();
      return images.pixels(index);
    }

    @Override
    public long hash(int index) {
      return hashes[index];
    }
  }

  private static byte[] pixels() {
    byte[] pixels = new byte[COUNT * SHAPE.bytes()];
    new Random(3).nextBytes(pixels);
    return pixels;
  }

  private Normalization of(ImageDataset images) {
    return new KeptNormalizations(temp.resolve("kept")).of(images);
  }

  @Test
  void imagesAreReadOnce() {
    Counted images = new Counted(pixels());
    Normalization measured = of(images);
    assertThat(measured).isEqualTo(Normalization.of(images));
    int reads = images.reads.get();
    assertThat(reads).isEqualTo(2 * COUNT);
    assertThat(of(images)).isEqualTo(measured);
    assertThat(images.reads).as("the second time").hasValue(reads);
  }

  @Test
  void otherImagesAreMeasuredAnew() {
    Counted images = new Counted(pixels());
    Normalization measured = of(images);
    byte[] changed = pixels();
    changed[SHAPE.bytes() * 17] ^= (byte) 255;
    Counted others = new Counted(changed);
    assertThat(of(others)).isEqualTo(Normalization.of(others)).isNotEqualTo(measured);
    ImageDataset some = images.select(new int[] {1, 2, 3, 5});
    assertThat(of(some)).isEqualTo(Normalization.of(some)).isNotEqualTo(measured);
    assertThat(of(images)).isEqualTo(measured);
  }

  @Test
  void aDamagedFileAndAFolderThatCannotBeWrittenCostTimeAlone() throws IOException {
    Counted images = new Counted(pixels());
    Normalization measured = of(images);
    Path file = kept(temp.resolve("kept"));
    for (String text : List.of("", "0.5:0.2", "0.5,0.5,0.5:0.2,0.2", "1,1,1:0,0,0", "x")) {
      Files.writeString(file, text);
      assertThat(of(images)).as(text).isEqualTo(measured);
      assertThat(file).hasContent(measured.text());
    }
    Path noFolder = Files.createFile(temp.resolve("file"));
    assertThat(new KeptNormalizations(noFolder).of(images)).isEqualTo(measured);
  }

  private static Path kept(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(1);
      return all.get(0);
    }
  }

  /** The file is what a second start goes by, until an image changes. */
  @Test
  void aSecondStartDoesNotReadTheImages() throws IOException {
    Path data = TestData.colours(temp.resolve("data"), 6, 2, 16, 16);
    Path cache = temp.resolve("cache");
    TrainingConfig config =
        TrainingConfig.of(data.toString())
            .with(TrainingConfig.CACHE, cache.toString())
            .with(TrainingConfig.MAX_CACHE, 0L);
    Normalization measured = normalization(config);
    Path file = kept(cache.resolve("normalization"));
    assertThat(file).hasContent(measured.text());
    Normalization other = new Normalization(List.of(0.1, 0.2, 0.3), List.of(0.4, 0.5, 0.6));
    Files.writeString(file, other.text());
    assertThat(normalization(config)).isEqualTo(other);
    TestData.write(data.resolve("train/red/000.png"), TestData.colourPng(99, 1, 16, 16));
    assertThat(normalization(config)).isNotEqualTo(other).isNotEqualTo(measured);
  }

  private static Normalization normalization(TrainingConfig config) {
    try (Experiment experiment = Experiment.open(config, JobListener.NONE)) {
      return experiment.normalization();
    }
  }
}
