package dev.onecycle.data.stream;

import dev.onecycle.data.archive.ShardReader;
import dev.onecycle.data.archive.ShardReader.Parts;
import dev.onecycle.data.archive.ShardReader.Sample;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.SkippedImage;
import dev.onecycle.data.image.decode.BadImage;
import dev.onecycle.data.image.decode.ImageDecoder;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.Require;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The images of tar shards, decoded as they come. Of the shards no more than their numbers of
 * samples are known.
 *
 * <p>A pass in the order of the stream reads each shard once: see {@link #cursor}. An image by its
 * index can be read too, but the shard is gone through up to that image.
 */
public final class StreamedImages implements ImageDataset {
  /** The most images that are selected, which are then held in memory. */
  static final int MAX_SELECTED = 4096;

  /** Images for statistics are decoded at once. */
  private static final int STATISTICS_BYTES = 1 << 27; // 128 MiB

  private static final int FEWEST_FOR_STATISTICS = 8;

  private static final long PATIENCE_SECONDS = 300;

  private final Shards shards;
  private final StreamOptions options;
  private final ImageShape shape;
  private final Optional<ImageShape> larger;
  private final StreamOrder unshuffled;
  private final ConcurrentSkipListMap<Integer, SkippedImage> replaced;
  private final long patienceSeconds;
  private @Nullable At at;

  /** A shard that is gone through for single images. */
  private record At(int shard, ShardReader reader) {}

  /** Images of a shape, and perhaps a larger one for random crops. */
  StreamedImages(
      Shards shards, StreamOptions options, ImageShape shape, Optional<ImageShape> larger) {
    this(shards, options, shape, larger, PATIENCE_SECONDS);
  }

  StreamedImages(
      Shards shards,
      StreamOptions options,
      ImageShape shape,
      Optional<ImageShape> larger,
      long patienceSeconds) {
    this.shards = shards;
    this.options = options;
    this.shape = shape;
    this.larger = larger;
    this.unshuffled = StreamOrder.unshuffled(shards.counts(), 1, options.windowOfReader());
    this.replaced = new ConcurrentSkipListMap<>();
    this.patienceSeconds = patienceSeconds;
  }

  @Override
  public int size() {
    return unshuffled.size();
  }

  @Override
  public ImageShape shape() {
    return shape;
  }

  @Override
  public ImageShape cropShape() {
    return larger.orElse(shape);
  }

  @Override
  public List<String> classes() {
    return shards.classes();
  }

  @Override
  public boolean knowsClassCounts() {
    return shards.classCounts().isPresent();
  }

  /** The images of each class; where they are not known, equally many of each. */
  @Override
  public long[] classCounts() {
    int classes = classes().size();
    return shards
        .classCounts()
        .orElseGet(
            () ->
                IntStream.range(0, classes)
                    .mapToLong(c -> size() / classes + (c < size() % classes ? 1 : 0))
                    .toArray());
  }

  /** The order of an epoch of training. */
  public StreamOrder order(long seed, long epoch) {
    return StreamOrder.shuffled(
        shards.counts(), options.readers(), options.windowOfReader(), seed, epoch);
  }

  /**
   * The order of an evaluation on ranks. The readers and the shards are divided among them, at
   * least one reader each, and the readers of a rank have equal shares of its part of every batch.
   * Together they read one window ahead.
   *
   * @param ofRank samples of a rank in every batch but the last
   */
  public StreamOrder evaluationOrder(int ranks, int ofRank) {
    int most = Math.max(1, Math.min(options.readers(), shards.counts().length) / ranks);
    int readers = most;
    while (ofRank % readers != 0) {
      readers--;
    }
    int window = Math.max(1, options.windowOfReader() / readers);
    return StreamOrder.unshuffled(shards.counts(), ranks * readers, window);
  }

  /** Begins to read images in orders of the stream. */
  public StreamCursor cursor() {
    return new StreamCursor(this);
  }

  @Override
  public int label(int index) {
    return shards.label(unshuffled.shard(index), sample(index, Parts.LABEL));
  }

  @Override
  public String origin(int index) {
    int shard = unshuffled.shard(index);
    return shards.file(shard).fileName() + "/" + sample(index, Parts.NONE).image();
  }

  @Override
  public ByteBuffer pixels(int index) {
    return ByteBuffer.wrap(decode(index, sample(index, Parts.ALL), shape).pixels)
        .asReadOnlyBuffer();
  }

  @Override
  public void readForCrop(int index, byte[] target) {
    byte[] pixels = decode(index, sample(index, Parts.ALL), cropShape()).pixels;
    System.arraycopy(pixels, 0, target, 0, pixels.length);
  }

  /** Images in memory, read in one pass. */
  @Override
  public ImageDataset select(int[] indices) {
    Require.that(
        indices.length <= MAX_SELECTED,
        "images chosen from a stream",
        "at most " + MAX_SELECTED,
        indices.length,
        indices);
    byte[] pixels = new byte[Math.multiplyExact(indices.length, shape.bytes())];
    int[] labels = new int[indices.length];
    IntStream.range(0, indices.length)
        .boxed()
        .sorted((a, b) -> Integer.compare(indices[a], indices[b]))
        .forEach(
            i -> {
              Decoded decoded = decode(indices[i], sample(indices[i], Parts.ALL), shape);
              System.arraycopy(decoded.pixels, 0, pixels, i * shape.bytes(), shape.bytes());
              labels[i] = decoded.label;
            });
    return ImageDataset.of(shape, classes(), labels, pixels);
  }

  @Override
  public ImageDataset forStatistics() {
    int most = Math.max(FEWEST_FOR_STATISTICS, STATISTICS_BYTES / shape.bytes());
    return select(shards.some(Math.min(Shards.SOME, most)));
  }

  @Override
  public List<SkippedImage> replaced() {
    return List.copyOf(replaced.values());
  }

  /** A decoded image with its class. */
  record Decoded(byte[] pixels, int label) {}

  /**
   * Decodes an image. In the place of one that cannot be used, if such are left out, the next whole
   * image of its shard is taken, so that the others stay where they are.
   *
   * @throws BadDataException if it cannot be used
   */
  Decoded decode(int index, Sample sample, ImageShape target) {
    int shard = unshuffled.shard(index);
    int label = shards.label(shard, sample);
    try {
      return new Decoded(pixels(sample, target), label);
    } catch (BadImage e) {
      String origin = shards.file(shard).fileName() + "/" + sample.image();
      if (!options.skipBad()) {
        throw new BadDataException(
            shards.name(shard)
                + "/"
                + sample.image()
                + " "
                + e.reason()
                + "; mend or remove it, or set skip_bad to take another image in the place of each"
                + " that cannot be used",
            e);
      }
      replaced.put(index, new SkippedImage(origin, e.reason()));
      return instead(index, target);
    }
  }

  private static byte[] bytesOf(Sample sample) throws BadImage {
    ImageDecoder.requireSize(sample.bytes().length);
    return sample.bytes();
  }

  private byte[] pixels(Sample sample, ImageShape target) throws BadImage {
    return ImageDecoder.decode(bytesOf(sample), target, options.decoding()).pixels();
  }

  private Decoded instead(int bad, ImageShape target) {
    int shard = unshuffled.shard(bad);
    int count = shards.count(shard);
    for (int i = 1; i < count; i++) {
      int index = unshuffled.offset(shard) + (unshuffled.inShard(bad) + i) % count;
      Sample sample = sample(index, Parts.ALL);
      try {
        return new Decoded(pixels(sample, target), shards.label(shard, sample));
      } catch (BadImage e) {
        // The next one, perhaps.
      }
    }
    throw new BadDataException(shards.name(shard) + " has no image that can be used; remove it");
  }

  /** A sample by its index. Indices that rise within a shard go through it once. */
  synchronized Sample sample(int index, Parts parts) {
    int shard = unshuffled.shard(index);
    int wanted = unshuffled.inShard(index);
    if (at == null || at.shard != shard || at.reader.position() > wanted) {
      closeCurrent();
      at = new At(shard, open(shard));
    }
    ShardReader reader = at.reader;
    try {
      reader.skip(wanted - reader.position());
      Sample sample = require(shard, reader.next(parts));
      if (wanted == shards.count(shard) - 1) {
        closeCurrent();
      }
      return sample;
    } catch (RuntimeException e) {
      closeCurrent();
      throw e;
    }
  }

  private synchronized void closeCurrent() {
    if (at != null) {
      at.reader.close();
      at = null;
    }
  }

  ShardReader open(int shard) {
    return shards.open(shard);
  }

  int count(int shard) {
    return shards.count(shard);
  }

  String name(int shard) {
    return shards.name(shard);
  }

  long patienceSeconds() {
    return patienceSeconds;
  }

  Sample require(int shard, Optional<Sample> sample) {
    return sample.orElseThrow(() -> otherCount(shard, "fewer"));
  }

  BadDataException otherCount(int shard, String how) {
    return new BadDataException(
        shards.name(shard)
            + " must have the "
            + shards.count(shard)
            + " samples that "
            + shards.counted()
            + " but has "
            + how);
  }

  @Override
  public String toString() {
    return Arrays.toString(shards.counts());
  }
}
