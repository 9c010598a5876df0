package dev.onecycle.data.cache;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.index.SourceIndex;
import dev.onecycle.data.index.Split;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** A split whose pixels lie in a store. */
final class StoredImages implements ImageDataset {
  private final SlotPixels store;
  private final Optional<CropPixels> crops;
  private final long[] hashes;
  private final ImageShape shape;
  private final List<String> classes;
  private final Split split;

  /**
   * @param crops larger pixels of the training images; empty if there are none in this split
   * @param hashes of the pixels by slot; empty if they are not known yet
   */
  StoredImages(
      SlotPixels store, Optional<CropPixels> crops, long[] hashes, SourceIndex index, Split split) {
    this.store = store;
    this.crops = crops;
    this.hashes = hashes;
    this.shape = index.shape();
    this.classes = List.copyOf(index.classes());
    this.split = split;
  }

  @Override
  public int size() {
    return split.size();
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
    return split.label(index);
  }

  @Override
  public String origin(int index) {
    return split.origin(index);
  }

  @Override
  public ByteBuffer pixels(int index) {
    return store.view(split.slot(index));
  }

  @Override
  public void read(int index, byte[] target) {
    store.read(split.slot(index), target);
  }

  @Override
  public ImageShape cropShape() {
    return crops.map(CropPixels::shape).orElse(shape);
  }

  @Override
  public void readForCrop(int index, byte[] target) {
    if (crops.isPresent()) {
      crops.get().store().read(split.slot(index), target);
    } else {
      read(index, target);
    }
  }

  @Override
  public long hash(int index) {
    return hashes.length == 0 ? ImageDataset.super.hash(index) : hashes[split.slot(index)];
  }
}
