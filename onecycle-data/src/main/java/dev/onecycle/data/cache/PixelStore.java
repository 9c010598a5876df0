package dev.onecycle.data.cache;

import dev.onecycle.data.source.PixelSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Decoded images in numbered slots, in memory or in a mapped file.
 *
 * <p>They lie in segments of whole images, because a buffer cannot exceed 2 GiB.
 */
final class PixelStore implements SlotPixels {
  private static final int MAPPED_SEGMENT = 1 << 30;
  private static final int HEAP_SEGMENT = 1 << 20;

  private final int imageBytes;
  private final int perSegment;
  private final ByteBuffer[] segments;

  private PixelStore(int imageBytes, int perSegment, ByteBuffer[] segments) {
    this.imageBytes = imageBytes;
    this.perSegment = perSegment;
    this.segments = segments;
  }

  /** Maps the first {@code length} bytes of a file; the channel may be closed after that. */
  static PixelStore map(FileChannel channel, long length, int imageBytes) throws IOException {
    int perSegment = Math.max(1, MAPPED_SEGMENT / imageBytes);
    long segmentBytes = (long) perSegment * imageBytes;
    ByteBuffer[] segments = new ByteBuffer[(int) ((length + segmentBytes - 1) / segmentBytes)];
    for (int i = 0; i < segments.length; i++) {
      long from = i * segmentBytes;
      segments[i] = channel.map(MapMode.READ_ONLY, from, Math.min(segmentBytes, length - from));
    }
    return new PixelStore(imageBytes, perSegment, segments);
  }

  @Override
  public ByteBuffer view(int slot) {
    return segments[slot / perSegment].slice(slot % perSegment * imageBytes, imageBytes);
  }

  @Override
  public void read(int slot, byte[] target) {
    segments[slot / perSegment].get(slot % perSegment * imageBytes, target, 0, imageBytes);
  }

  /** The segments in order, as independent views from their beginning to their end. */
  ByteBuffer[] segments() {
    ByteBuffer[] views = new ByteBuffer[segments.length];
    for (int i = 0; i < views.length; i++) {
      views[i] = segments[i].asReadOnlyBuffer().rewind();
    }
    return views;
  }

  /** A sink that keeps images in heap memory, allocated as slots are filled. */
  static final class InMemory implements PixelSink {
    private final int imageBytes;
    private final int perSegment;
    private final Map<Integer, ByteBuffer> segments = new ConcurrentHashMap<>();

    InMemory(int imageBytes) {
      this.imageBytes = imageBytes;
      this.perSegment = Math.max(1, HEAP_SEGMENT / imageBytes);
    }

    @Override
    public void put(int slot, byte[] pixels) {
      segments
          .computeIfAbsent(
              slot / perSegment,
              i -> ByteBuffer.allocate(Math.multiplyExact(perSegment, imageBytes)))
          .put(slot % perSegment * imageBytes, pixels, 0, imageBytes);
    }

    /** The stored images; a slot that was never filled holds zeros or cannot be read. */
    PixelStore store() {
      int count = segments.keySet().stream().mapToInt(i -> i + 1).max().orElse(0);
      ByteBuffer[] all = new ByteBuffer[count];
      for (int i = 0; i < count; i++) {
        all[i] = segments.getOrDefault(i, ByteBuffer.allocate(0)).asReadOnlyBuffer();
      }
      return new PixelStore(imageBytes, perSegment, all);
    }
  }

  /** A sink that writes images to a file; slots that stay empty become holes. */
  static final class InFile implements PixelSink {
    private final FileChannel channel;
    private final int imageBytes;

    InFile(FileChannel channel, int imageBytes) {
      this.channel = channel;
      this.imageBytes = imageBytes;
    }

    /**
     * Writes to the channel, not through a map: with a map a full disk would end the process by a
     * signal instead of an exception.
     */
    @Override
    public void put(int slot, byte[] pixels) {
      ByteBuffer buffer = ByteBuffer.wrap(pixels, 0, imageBytes);
      long position = (long) slot * imageBytes;
      try {
        while (buffer.hasRemaining()) {
          position += channel.write(buffer, position);
        }
      } catch (IOException e) {
        throw new CacheFailure(e);
      }
    }
  }

  /** A failed write to the decoded cache; the images themselves may be fine. */
  static final class CacheFailure extends RuntimeException {
    private final IOException reason;

    CacheFailure(IOException reason) {
      super(reason);
      this.reason = reason;
    }

    IOException reason() {
      return reason;
    }
  }
}
