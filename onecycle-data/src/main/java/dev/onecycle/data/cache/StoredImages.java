package dev.onecycle.data.cache;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.index.Split;
import java.nio.ByteBuffer;
import java.util.List;

/** A part of a source, its pixels decoded. */
public final class StoredImages implements ImageDataset {
  private final PixelStore store;
  private final ImageShape shape;
  private final List<String> classes;
  private final Split part;

  public StoredImages(PixelStore store, ImageShape shape, List<String> classes, Split part) {
    this.store = store;
    this.shape = shape;
    this.classes = List.copyOf(classes);
    this.part = part;
  }

  @Override
  public int size() {
    return part.size();
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
    return part.label(index);
  }

  @Override
  public String origin(int index) {
    return part.origin(index);
  }

  @Override
  public ByteBuffer pixels(int index) {
    return store.view(part.slot(index));
  }

  @Override
  public void read(int index, byte[] target) {
    store.read(part.slot(index), target);
  }
}
