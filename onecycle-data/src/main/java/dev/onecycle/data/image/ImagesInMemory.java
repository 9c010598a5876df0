package dev.onecycle.data.image;

import dev.onecycle.error.Require;
import java.nio.ByteBuffer;
import java.util.List;

/** Images in one array; image i is called {@code #i}. */
final class ImagesInMemory implements ImageDataset {
  private final ImageShape shape;
  private final List<String> classes;
  private final int[] labels;
  private final byte[] pixels;

  ImagesInMemory(ImageShape shape, List<String> classes, int[] labels, byte[] pixels) {
    Require.that(
        pixels.length == (long) labels.length * shape.bytes(),
        "number of bytes",
        labels.length + " images of " + shape.bytes(),
        pixels.length,
        pixels);
    this.shape = shape;
    this.classes = List.copyOf(classes);
    this.labels = labels.clone();
    this.pixels = pixels;
    for (int label : this.labels) {
      Require.that(
          label >= 0 && label < classes.size(), "label", "an index of a class", label, label);
    }
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public ImageShape shape() {
    return shape;
  }

  @Override
  public List<String> classes() {
    return classes;
  }

  @Override
  public int label(int index) {
    return labels[index];
  }

  @Override
  public String origin(int index) {
    return "#" + index;
  }

  @Override
  public ByteBuffer pixels(int index) {
    return ByteBuffer.wrap(pixels).asReadOnlyBuffer().slice(index * shape.bytes(), shape.bytes());
  }

  @Override
  public void read(int index, byte[] target) {
    System.arraycopy(pixels, index * shape.bytes(), target, 0, shape.bytes());
  }
}
