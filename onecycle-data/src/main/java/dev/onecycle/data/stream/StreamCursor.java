package dev.onecycle.data.stream;

import dev.onecycle.data.archive.ShardReader.Sample;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A pass through a stream: images are fetched in its order, and those that were fetched last can be
 * read, from several threads at once.
 *
 * <p>Holds at most a window of encoded images for each reader, and the images that were fetched
 * last. A reader begins when one of its images is fetched first. So of an order that is shared by
 * ranks each opens the shards that it needs.
 */
public final class StreamCursor implements ImageDataset, AutoCloseable {
  private final StreamedImages images;
  private final Map<Integer, Sample> fetched = new ConcurrentHashMap<>();
  private final Map<Integer, Integer> labels = new ConcurrentHashMap<>();
  private @Nullable StreamOrder order;
  private @Nullable WindowReader[] readers = {};
  private int mostOfClosed;

  StreamCursor(StreamedImages images) {
    this.images = images;
  }

  /** The images that it reads. */
  public StreamedImages images() {
    return images;
  }

  /** Goes to the beginning of an order; images are fetched from any position on. */
  public void begin(StreamOrder next) {
    close();
    order = next;
    readers = new WindowReader[next.readers()];
  }

  /**
   * Reads images, which must come after those of the fetches before, but for those of one window;
   * waits until they are there. Images that were fetched before can no longer be read.
   *
   * @throws dev.onecycle.error.BadDataException if one cannot be read
   */
  public void fetch(int[] indices) {
    StreamOrder in = order;
    if (in == null) {
      throw new IllegalStateException("no order was begun");
    }
    fetched.clear();
    labels.clear();
    record Wanted(int index, int reader, int position) {}
    List<Wanted> wanted = new ArrayList<>();
    for (int index : IntStream.of(indices).distinct().toArray()) {
      wanted.add(new Wanted(index, in.reader(index), in.inReader(index)));
    }
    // Images of another rank that are mixed into others may lie in an earlier window.
    wanted.sort(Comparator.comparingInt(each -> each.position / in.window()));
    for (Wanted each : wanted) {
      WindowReader reader = readers[each.reader];
      if (reader == null) {
        reader = new WindowReader(images, in, each.reader, each.position);
        readers[each.reader] = reader;
      }
      fetched.put(each.index, reader.take(each.position));
    }
  }

  private StreamedImages.Decoded decode(int index, ImageShape target) {
    Sample sample = fetched.get(index);
    if (sample == null) {
      throw new IllegalStateException("image " + index + " was not fetched");
    }
    StreamedImages.Decoded decoded = images.decode(index, sample, target);
    labels.put(index, decoded.label());
    return decoded;
  }

  @Override
  public int size() {
    return images.size();
  }

  @Override
  public ImageShape shape() {
    return images.shape();
  }

  @Override
  public ImageShape cropShape() {
    return images.cropShape();
  }

  @Override
  public List<String> classes() {
    return images.classes();
  }

  /** The class of an image that was read. */
  @Override
  public int label(int index) {
    Integer label = labels.get(index);
    if (label == null) {
      throw new IllegalStateException("image " + index + " was not read");
    }
    return label;
  }

  @Override
  public String origin(int index) {
    return images.origin(index);
  }

  @Override
  public ByteBuffer pixels(int index) {
    return ByteBuffer.wrap(decode(index, shape()).pixels()).asReadOnlyBuffer();
  }

  @Override
  public void readForCrop(int index, byte[] target) {
    byte[] pixels = decode(index, cropShape()).pixels();
    System.arraycopy(pixels, 0, target, 0, pixels.length);
  }

  /** The most encoded images that a reader has held at once. */
  int mostHeld() {
    int most = mostOfClosed;
    for (WindowReader reader : readers) {
      most = reader == null ? most : Math.max(most, reader.most());
    }
    return most;
  }

  /** Ends its readers. */
  @Override
  public void close() {
    mostOfClosed = mostHeld();
    for (WindowReader reader : readers) {
      if (reader != null) {
        reader.close();
      }
    }
    readers = new WindowReader[0];
    fetched.clear();
    labels.clear();
  }
}
