package dev.onecycle.data.cache;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.index.Fingerprint;
import dev.onecycle.data.index.SourceIndex;
import dev.onecycle.data.index.Split;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A source whose images are decoded; immutable. */
public final class DecodedSource {
  private final SourceIndex index;
  private final PixelStore store;
  private final String fingerprint;
  private final String trainingFingerprint;

  DecodedSource(
      SourceIndex index, PixelStore store, String fingerprint, String trainingFingerprint) {
    this.index = index;
    this.store = store;
    this.fingerprint = fingerprint;
    this.trainingFingerprint = trainingFingerprint;
  }

  /** Reads all pixels to compute the fingerprints. */
  static DecodedSource of(SourceIndex index, PixelStore store) {
    Map<String, ImageDataset> splits = new LinkedHashMap<>();
    index.splits().forEach(s -> splits.put(s.name(), new StoredImages(store, index, s)));
    String fingerprint = Fingerprint.of(index.shape(), index.classes(), splits);
    boolean hasTest = splits.remove(Split.TEST) != null;
    return new DecodedSource(
        index,
        store,
        fingerprint,
        hasTest ? Fingerprint.of(index.shape(), index.classes(), splits) : fingerprint);
  }

  /** The content without the pixels. */
  public SourceIndex index() {
    return index;
  }

  PixelStore store() {
    return store;
  }

  /** The hash that identifies the data. */
  public String fingerprint() {
    return fingerprint;
  }

  /** The hash that identifies the data without its test images. */
  public String trainingFingerprint() {
    return trainingFingerprint;
  }

  /** The images of a split of this source. */
  public ImageDataset images(Split split) {
    return new StoredImages(store, index, split);
  }

  /** The images of the split of this name; empty if the source has no such split. */
  public Optional<ImageDataset> images(String split) {
    return index.splits().stream()
        .filter(s -> s.name().equals(split))
        .findFirst()
        .map(this::images);
  }

  DecodedSource withNote(String note) {
    return new DecodedSource(index.withNote(note), store, fingerprint, trainingFingerprint);
  }
}
