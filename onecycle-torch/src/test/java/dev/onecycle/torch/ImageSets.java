package dev.onecycle.torch;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Small sets of images in memory. */
public final class ImageSets {
  private ImageSets() {}

  /** The images of {@link ArrayBatch#coloured}. */
  public static ImageDataset coloured(
      long seed, int count, List<String> classes, ImageShape shape) {
    ArrayBatch batch = ArrayBatch.coloured(seed, count, classes.size(), shape);
    byte[] pixels = new byte[count * shape.bytes()];
    batch.values().get(pixels);
    return ImageDataset.of(shape, classes, batch.labels(), pixels);
  }

  /** Two images of noise for each class. */
  public static ImageDataset noise(ImageShape shape, int classes) {
    byte[] pixels = new byte[2 * classes * shape.bytes()];
    new SplittableRandom(1).nextBytes(pixels);
    int[] labels = IntStream.range(0, 2 * classes).map(i -> i % classes).toArray();
    List<String> names = IntStream.range(0, classes).mapToObj(i -> "class " + i).toList();
    return ImageDataset.of(shape, names, labels, pixels);
  }
}
