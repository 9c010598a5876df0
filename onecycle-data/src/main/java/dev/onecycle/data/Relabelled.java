package dev.onecycle.data;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import java.nio.ByteBuffer;
import java.util.List;

/** A dataset whose labels are indices into another list of classes, such as a trained model's. */
final class Relabelled implements ImageDataset {
  private final ImageDataset base;
  private final List<String> classes;
  private final int[] labels;

  /**
   * @param labels for each class of {@code base} its index in {@code classes}
   */
  Relabelled(ImageDataset base, List<String> classes, int[] labels) {
    this.base = base;
    this.classes = List.copyOf(classes);
    this.labels = labels;
  }

  @Override
  public int size() {
    return base.size();
  }

  @Override
  public ImageShape shape() {
    return base.shape();
  }

  @Override
  public List<String> classes() {
    return classes;
  }

  @Override
  public int label(int index) {
    return labels[base.label(index)];
  }

  @Override
  public String origin(int index) {
    return base.origin(index);
  }

  @Override
  public ByteBuffer pixels(int index) {
    return base.pixels(index);
  }

  @Override
  public void read(int index, byte[] target) {
    base.read(index, target);
  }

  @Override
  public ImageShape cropShape() {
    return base.cropShape();
  }

  @Override
  public void readForCrop(int index, byte[] target) {
    base.readForCrop(index, target);
  }

  @Override
  public long hash(int index) {
    return base.hash(index);
  }
}
