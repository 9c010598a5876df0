package dev.onecycle.data.cache;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.index.Fingerprint;
import dev.onecycle.data.index.SourceIndex;
import dev.onecycle.data.index.Split;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;

/** A source whose images are decoded; immutable. */
public final class DecodedSource {
  private final SourceIndex index;
  private final PixelStore store;
  private final Optional<CropPixels> crops;
  private final long[] hashes;
  private final String fingerprint;
  private final String trainingFingerprint;

  /**
   * @param hashes of the pixels, by slot
   */
  DecodedSource(
      SourceIndex index,
      PixelStore store,
      Optional<CropPixels> crops,
      long[] hashes,
      String fingerprint,
      String trainingFingerprint) {
    this.index = index;
    this.store = store;
    this.crops = crops;
    this.hashes = hashes;
    this.fingerprint = fingerprint;
    this.trainingFingerprint = trainingFingerprint;
  }

  /** Reads all pixels to compute the fingerprints. */
  static DecodedSource of(SourceIndex index, PixelStore store, Optional<CropPixels> crops) {
    Map<String, ImageDataset> splits = new LinkedHashMap<>();
    long[] none = new long[0];
    index
        .splits()
        .forEach(
            s -> splits.put(s.name(), new StoredImages(store, Optional.empty(), none, index, s)));
    String fingerprint = Fingerprint.of(index.shape(), index.classes(), splits);
    long[] hashes = hashes(index, splits);
    boolean hasTest = splits.remove(Split.TEST) != null;
    return new DecodedSource(
        index,
        store,
        crops,
        hashes,
        fingerprint,
        hasTest ? Fingerprint.of(index.shape(), index.classes(), splits) : fingerprint);
  }

  private static long[] hashes(SourceIndex index, Map<String, ImageDataset> splits) {
    int slots = 0;
    for (Split split : index.splits()) {
      slots = Math.max(slots, IntStream.of(split.slots()).max().orElse(-1) + 1);
    }
    long[] hashes = new long[slots];
    for (Split split : index.splits()) {
      ImageDataset images = Objects.requireNonNull(splits.get(split.name()));
      for (int i = 0; i < split.size(); i++) {
        hashes[split.slot(i)] = images.hash(i);
      }
    }
    return hashes;
  }

  long[] hashes() {
    return hashes;
  }

  /** The content without the pixels. */
  public SourceIndex index() {
    return index;
  }

  PixelStore store() {
    return store;
  }

  Optional<CropPixels> crops() {
    return crops;
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
    boolean training = split.name().equals(Split.TRAIN) || split.name().equals(Split.ALL);
    return new StoredImages(store, training ? crops : Optional.empty(), hashes, index, split);
  }

  /** The images of the split of this name; empty if the source has no such split. */
  public Optional<ImageDataset> images(String split) {
    return index.splits().stream()
        .filter(s -> s.name().equals(split))
        .findFirst()
        .map(this::images);
  }

  DecodedSource withNote(String note) {
    return new DecodedSource(
        index.withNote(note), store, crops, hashes, fingerprint, trainingFingerprint);
  }
}
