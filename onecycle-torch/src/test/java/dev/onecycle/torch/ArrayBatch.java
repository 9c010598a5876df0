package dev.onecycle.torch;

import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.sample.SampleLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A batch in memory, of images whose class shows in their colours. */
public record ArrayBatch(ImageShape shape, ByteBuffer values, int[] labels) implements Batch {
  @Override
  public SampleLayout layout() {
    return shape.layout();
  }

  /** Images of which channel {@code label % C} is bright in rows that depend on the label. */
  public static ArrayBatch coloured(long seed, int size, int classes, ImageShape shape) {
    SplittableRandom random = new SplittableRandom(seed);
    ByteBuffer pixels = ByteBuffer.allocateDirect(size * shape.bytes());
    int[] labels = new int[size];
    for (int i = 0; i < size; i++) {
      labels[i] = random.nextInt(classes);
      for (int y = 0; y < shape.height(); y++) {
        for (int x = 0; x < shape.width(); x++) {
          for (int c = 0; c < shape.channels(); c++) {
            boolean bright = c == labels[i] % shape.channels() && y % classes <= labels[i];
            pixels.put((byte) ((bright ? 150 : 60) + random.nextInt(90)));
          }
        }
      }
    }
    pixels.flip();
    return new ArrayBatch(shape, pixels, labels);
  }

  /** The given images, all of label 0. */
  public static ArrayBatch of(ImageShape shape, byte[]... images) {
    ByteBuffer pixels = ByteBuffer.allocateDirect(images.length * shape.bytes());
    for (byte[] image : images) {
      pixels.put(image);
    }
    pixels.flip();
    return new ArrayBatch(shape, pixels, new int[images.length]);
  }

  public static List<Batch> several(
      long seed, int batches, int size, int classes, ImageShape shape) {
    List<Batch> list = new ArrayList<>();
    for (int i = 0; i < batches; i++) {
      list.add(coloured(seed + i, size, classes, shape));
    }
    return list;
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public int label(int i) {
    return labels[i];
  }

  @Override
  public int index(int i) {
    return i;
  }

  @Override
  public void close() {}
}
