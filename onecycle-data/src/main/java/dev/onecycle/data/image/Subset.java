package dev.onecycle.data.image;

import java.nio.ByteBuffer;
import java.util.List;

/** Chosen images of another dataset in a given order; an image may be chosen more than once. */
final class Subset implements ImageDataset {
  private final ImageDataset base;
  private final int[] indices;

  /**
   * @param indices the chosen images as indices into {@code base}; copied
   */
  Subset(ImageDataset base, int[] indices) {
    this.base = base;
    this.indices = indices.clone();
  }

  @Override
  public int size() {
    return indices.length;
  }

  @Override
  public ImageShape shape() {
    return base.shape();
  }

  @Override
  public List<String> classes() {
    return base.classes();
  }

  @Override
  public int label(int index) {
    return base.label(indices[index]);
  }

  @Override
  public String origin(int index) {
    return base.origin(indices[index]);
  }

  @Override
  public ByteBuffer pixels(int index) {
    return base.pixels(indices[index]);
  }

  @Override
  public void read(int index, byte[] target) {
    base.read(indices[index], target);
  }

  @Override
  public ImageShape cropShape() {
    return base.cropShape();
  }

  @Override
  public void readForCrop(int index, byte[] target) {
    base.readForCrop(indices[index], target);
  }

  @Override
  public long hash(int index) {
    return base.hash(indices[index]);
  }
}
