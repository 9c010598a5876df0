package dev.onecycle.data.cache;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.index.Fingerprint;
import dev.onecycle.data.index.SourceIndex;
import dev.onecycle.data.index.Split;
import java.util.Optional;
import java.util.stream.IntStream;

/** A source whose images are decoded; immutable. */
public final class DecodedSource {
  /** The memory of images that are read together, in bytes. */
  private static final int READ_AHEAD = 16 << 20;

  private final SourceIndex index;
  private final SlotPixels store;
  private final Optional<CropPixels> crops;
  private final long[] hashes;
  private final String fingerprint;
  private final String trainingFingerprint;

  /**
   * @param hashes of the pixels, by slot
   */
  DecodedSource(
      SourceIndex index,
      SlotPixels store,
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

  /** Reads all pixels once, to compute hashes and fingerprints. */
  static DecodedSource of(SourceIndex index, SlotPixels store, Optional<CropPixels> crops) {
    boolean hasTest = index.splits().stream().anyMatch(s -> s.name().equals(Split.TEST));
    Fingerprint all = new Fingerprint(index.shape(), index.classes());
    Fingerprint training = new Fingerprint(index.shape(), index.classes());
    long[] hashes = new long[slots(index)];
    for (Split split : index.splits()) {
      boolean trains = hasTest && !split.name().equals(Split.TEST);
      all.begin(split.name(), split.labels());
      if (trains) {
        training.begin(split.name(), split.labels());
      }
      StoredImages images = new StoredImages(store, Optional.empty(), new long[0], index, split);
      forEach(
          images,
          (i, pixels) -> {
            all.add(pixels);
            if (trains) {
              training.add(pixels);
            }
            hashes[split.slot(i)] = ImageDataset.hash(pixels);
          });
    }
    String fingerprint = all.hex();
    return new DecodedSource(
        index, store, crops, hashes, fingerprint, hasTest ? training.hex() : fingerprint);
  }

  private interface PixelVisitor {
    void image(int index, byte[] pixels);
  }

  /** Reads the images on all cores, which may mean to decode them, and visits them in order. */
  private static void forEach(StoredImages images, PixelVisitor visitor) {
    int bytes = images.shape().bytes();
    byte[][] some = new byte[Math.min(images.size(), Math.max(2, READ_AHEAD / bytes))][bytes];
    for (int begin = 0; begin < images.size(); begin += some.length) {
      int first = begin;
      int count = Math.min(some.length, images.size() - begin);
      IntStream.range(0, count).parallel().forEach(i -> images.read(first + i, some[i]));
      for (int i = 0; i < count; i++) {
        visitor.image(first + i, some[i]);
      }
    }
  }

  private static int slots(SourceIndex index) {
    int slots = 0;
    for (Split split : index.splits()) {
      slots = Math.max(slots, IntStream.of(split.slots()).max().orElse(-1) + 1);
    }
    return slots;
  }

  long[] hashes() {
    return hashes;
  }

  /** The content without the pixels. */
  public SourceIndex index() {
    return index;
  }

  SlotPixels store() {
    return store;
  }

  /** Whether the pixels are not kept: each image is decoded when it is read. */
  boolean isDecodedWhenRead() {
    return store instanceof DecodedWhenRead;
  }

  /** The most bytes that the pixels take, if all images have larger ones for crops. */
  long mostBytes() {
    long image = index.shape().bytes() + (long) crops.map(c -> c.shape().bytes()).orElse(0);
    return image * hashes.length;
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
