package dev.onecycle.data.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.DataSplits;
import dev.onecycle.data.Datasets;
import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.augment.ResizedCrop;
import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.batch.BatchLoader;
import dev.onecycle.data.batch.Sampler;
import dev.onecycle.data.image.CropMargin;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.testing.TestData;
import dev.onecycle.testing.TestImages;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Larger pixels of training images, from which random crops are cut. */
@Timeout(60)
class CropPixelsTest {
  private static final CropMargin MARGIN = new CropMargin(CropMargin.STANDARD_FACTOR, 1);
  private static final int SIDE = 140;

  @TempDir Path temp;
  private Path photos;

  @BeforeEach
  void writePhotos() throws IOException {
    photos = temp.resolve("photos");
    for (String split : List.of("train", "test")) {
      for (int i = 0; i < 6; i++) {
        String name = split + "/" + (i % 2 == 0 ? "one" : "two") + "/" + i + ".png";
        TestData.write(photos.resolve(name), noise(i));
      }
    }
  }

  private static byte[] noise(int seed) {
    return TestImages.encode(TestImages.noise(280, 280, seed), "png");
  }

  @Test
  void theyHaveTheSizeOfTheMarginAndLeaveTheOthersAsTheyAre() {
    DataSplits with = open("cache", MARGIN);
    DataSplits without = open("other cache", CropMargin.NONE);
    assertThat(with.train().cropShape()).isEqualTo(new ImageShape(3, 180, 180));
    assertThat(with.evaluation().cropShape()).isEqualTo(new ImageShape(3, SIDE, SIDE));
    assertThat(without.train().cropShape()).isEqualTo(new ImageShape(3, SIDE, SIDE));
    assertThat(with.fingerprint()).isEqualTo(without.fingerprint());
    assertThat(pixels(with.train(), 0)).isEqualTo(pixels(without.train(), 0));
    assertThat(pixels(with.evaluation(), 5)).isEqualTo(pixels(without.evaluation(), 5));
  }

  @Test
  void cropsFromThemHaveDetailThatCropsFromTheOthersLost() {
    double with = contrast(open("cache", MARGIN).train());
    double without = contrast(open("other cache", CropMargin.NONE).train());
    assertThat(with).isGreaterThan(1.1 * without);
  }

  /** The mean difference of neighbours in random crops. */
  private static double contrast(ImageDataset images) {
    Augmentation crops = Augmentation.none().withCrop(new ResizedCrop(0.35, 0.5, 1.2));
    Sampler sampler = Sampler.forEvaluation(images, images.size(), 1);
    long sum = 0;
    long count = 0;
    try (BatchLoader loader = BatchLoader.epoch(images, crops, sampler, 0);
        Batch batch = loader.next()) {
      for (int i = 0; i < batch.size(); i++) {
        byte[] image = new byte[images.shape().bytes()];
        batch.values().get(i * image.length, image);
        for (int at = 3; at < image.length; at++) {
          sum += Math.abs((image[at] & 0xff) - (image[at - 3] & 0xff));
          count++;
        }
      }
    }
    return (double) sum / count;
  }

  @Test
  void theyAreTheSameTheSecondTimeAndInMemory() throws IOException {
    byte[] first = larger(open("cache", MARGIN).train(), 3);
    assertThat(files("cache", ".crops")).hasSize(1);
    assertThat(larger(open("cache", MARGIN).train(), 3)).isEqualTo(first);
    Path blocked = Files.writeString(temp.resolve("no folder"), "");
    assertThat(larger(open(blocked.getFileName().toString(), MARGIN).train(), 3)).isEqualTo(first);
  }

  @Test
  void damagedOrMissingOnesAreDecodedAgain() throws IOException {
    byte[] first = larger(open("cache", MARGIN).train(), 3);
    Path file = files("cache", ".crops").get(0);
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(3L * 3 * 180 * 180 + 7);
      bytes.write(bytes.read() ^ 0x55);
    }
    assertThat(larger(open("cache", MARGIN).train(), 3)).isEqualTo(first);
    Files.delete(file);
    assertThat(larger(open("cache", MARGIN).train(), 3)).isEqualTo(first);
    TestData.write(photos.resolve("train/one/new.png"), noise(9));
    open("cache", MARGIN);
    assertThat(files("cache", ".crops")).as("the older one is removed").hasSize(1);
    assertThat(files("cache", ".images")).hasSize(1);
  }

  @Test
  void imagesThatAreNotResizedHaveNone() {
    DataSplits data =
        Datasets.open(
            photos.toString(),
            DataOptions.defaults().withCacheFolder(temp.resolve("cache")).withCropMargin(MARGIN));
    assertThat(data.train().cropShape()).isEqualTo(data.train().shape());
  }

  private DataSplits open(String cache, CropMargin margin) {
    return Datasets.open(
        photos.toString(),
        DataOptions.defaults()
            .withImageSize(SIDE)
            .withCacheFolder(temp.resolve(cache))
            .withCropMargin(margin));
  }

  private static byte[] pixels(ImageDataset images, int index) {
    byte[] pixels = new byte[images.shape().bytes()];
    images.read(index, pixels);
    return pixels;
  }

  private static byte[] larger(ImageDataset images, int index) {
    byte[] pixels = new byte[images.cropShape().bytes()];
    images.readForCrop(index, pixels);
    return pixels;
  }

  private List<Path> files(String cache, String end) throws IOException {
    try (Stream<Path> all = Files.walk(temp.resolve(cache))) {
      return all.filter(file -> file.toString().endsWith(end)).toList();
    }
  }
}
