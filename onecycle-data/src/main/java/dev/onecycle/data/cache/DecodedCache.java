package dev.onecycle.data.cache;

import dev.onecycle.data.cache.PixelStore.CacheFailure;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.decode.EncodedImages;
import dev.onecycle.data.index.SourceIndex;
import dev.onecycle.data.source.PixelSink;
import dev.onecycle.data.source.Source;
import dev.onecycle.data.work.FileLocks;
import dev.onecycle.data.work.InterruptedRead;
import dev.onecycle.error.IoErrors;
import dev.onecycle.fault.Faults;
import dev.onecycle.text.Sha256;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A folder of decoded sources, one memory-mapped file for each source and way of reading it.
 *
 * <p>The name of a file consists of a hash of the source's description and a hash of its state. A
 * source that has changed is decoded again, and its older file is removed. A file appears by a
 * rename, so it is whole. If two processes need the same file, the second waits for the first. If
 * the folder cannot be written, images are decoded to memory, and a note says so.
 */
public final class DecodedCache {
  private static final String CROPS = ".crops";
  private static final PixelSink DROPPED = (slot, pixels) -> {};

  /** The share of the free space of a disk that the pixels of a source may take. */
  private static final double SHARE = 0.8;

  private final Path folder;
  private final long maxBytes;

  /**
   * @param folder holds the decoded sources; created when needed
   */
  public DecodedCache(Path folder) {
    this(folder, Long.MAX_VALUE);
  }

  /**
   * @param maxBytes the most bytes of the pixels of a source; images that take more are decoded
   *     each time they are read, but for those that are in the cache already
   */
  public DecodedCache(Path folder, long maxBytes) {
    this.folder = folder;
    this.maxBytes = maxBytes;
  }

  /**
   * The decoded images of a source, from the cache if they are there.
   *
   * @throws dev.onecycle.error.BadDataException if the source cannot be read or used
   */
  public DecodedSource open(Source source) {
    String prefix = Sha256.of(CacheFile.VERSION + "\n" + source.description()).substring(0, 16);
    String name = prefix + "-" + Sha256.of(source.state()).substring(0, 32) + ".images";
    Path file = folder.resolve(name);
    @Nullable DecodedSource ready = readIfWhole(file);
    try {
      if (ready != null && !hasRoomNow(ready)) {
        return ready;
      }
      Files.createDirectories(folder);
      return FileLocks.holding(folder, prefix + ".lock", () -> readOrDecode(source, file, prefix));
    } catch (IOException e) {
      return decodeToMemory(source, e);
    } catch (CacheFailure e) {
      return decodeToMemory(source, e.reason());
    }
  }

  private DecodedSource readOrDecode(Source source, Path file, String prefix) throws IOException {
    @Nullable DecodedSource ready = readIfWhole(file);
    if (ready != null && !hasRoomNow(ready)) {
      return ready;
    }
    boolean damaged = ready == null && Files.exists(file);
    DecodedSource decoded = decode(source, file, prefix);
    return damaged
        ? decoded.withNote(
            "The decoded images in " + file + " were damaged; they were decoded again.")
        : decoded;
  }

  /** Whether images that are decoded when they are read could be kept from now on. */
  private boolean hasRoomNow(DecodedSource ready) throws IOException {
    return ready.isDecodedWhenRead() && ready.mostBytes() <= room();
  }

  private long room() throws IOException {
    return Math.min(maxBytes, (long) (SHARE * Files.getFileStore(folder).getUsableSpace()));
  }

  /** Null if the file is missing or damaged; in both cases it has to be written. */
  private static @Nullable DecodedSource readIfWhole(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return CacheFile.read(
          channel, () -> FileChannel.open(cropFile(file), StandardOpenOption.READ));
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }

  private DecodedSource decode(Source source, Path file, String prefix) throws IOException {
    // All holders of the lock use one name: the rest of a killed process is overwritten.
    Path temporary = folder.resolve(prefix + ".tmp");
    try (FileSinks sinks = new FileSinks(temporary, room())) {
      SourceIndex index = source.read(sinks);
      DecodedSource decoded = sinks.finish(index);
      Faults.at("data.decoded");
      // The second file first: the first one vouches for it.
      if (sinks.hasCropFile()) {
        Files.move(cropFile(temporary), cropFile(file), StandardCopyOption.ATOMIC_MOVE);
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      removeOlder(file, prefix);
      return decoded;
    } finally {
      Files.deleteIfExists(temporary);
      Files.deleteIfExists(cropFile(temporary));
    }
  }

  /** The second file beside one of a decoded source: larger pixels for random crops. */
  private static Path cropFile(Path file) {
    return file.resolveSibling(file.getFileName() + CROPS);
  }

  /** The files of a source that is being decoded. */
  private static final class FileSinks implements PixelSink.Factory, AutoCloseable {
    private final Path file;
    private final long room;
    private final FileChannel pixels;
    private Optional<EncodedImages> encoded = Optional.empty();
    private Optional<FileChannel> larger = Optional.empty();
    private @Nullable ImageShape largerShape;

    FileSinks(Path file, long room) throws IOException {
      this.file = file;
      this.room = room;
      this.pixels = create(file);
    }

    private static FileChannel create(Path file) throws IOException {
      return FileChannel.open(
          file,
          StandardOpenOption.CREATE,
          StandardOpenOption.TRUNCATE_EXISTING,
          StandardOpenOption.READ,
          StandardOpenOption.WRITE);
    }

    @Override
    public long room() {
      return room;
    }

    @Override
    public void keepEncoded(EncodedImages images) {
      encoded = Optional.of(images);
    }

    boolean hasCropFile() {
      return larger.isPresent();
    }

    @Override
    public PixelSink open(ImageShape shape) {
      return encoded.isPresent() ? DROPPED : new PixelStore.InFile(pixels, shape.bytes());
    }

    @Override
    public PixelSink openForCrops(ImageShape shape) {
      largerShape = shape;
      if (encoded.isPresent()) {
        return DROPPED;
      }
      try {
        FileChannel channel = create(cropFile(file));
        larger = Optional.of(channel);
        return new PixelStore.InFile(channel, shape.bytes());
      } catch (IOException e) {
        throw new CacheFailure(e);
      }
    }

    DecodedSource finish(SourceIndex index) throws IOException {
      if (encoded.isPresent()) {
        return CacheFile.finish(pixels, encoded.get(), Optional.ofNullable(largerShape), index);
      }
      return CacheFile.finish(
          pixels, larger, largerShape == null ? index.shape() : largerShape, index);
    }

    @Override
    public void close() throws IOException {
      pixels.close();
      if (larger.isPresent()) {
        larger.get().close();
      }
    }
  }

  /** Removes the files of earlier states of the source; processes that map them can go on. */
  private void removeOlder(Path newest, String prefix) throws IOException {
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(folder, prefix + "-*.images{," + CROPS + "}")) {
      for (Path file : files) {
        if (!file.equals(newest) && !file.equals(cropFile(newest))) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private DecodedSource decodeToMemory(Source source, Throwable reason) {
    if (Thread.currentThread().isInterrupted()) {
      // An interrupt closes the channel that is written to; the folder itself may be writable.
      throw InterruptedRead.whileDoing("decoding images", reason);
    }
    MemorySinks sinks = new MemorySinks(Math.min(maxBytes, Runtime.getRuntime().maxMemory() / 2));
    SourceIndex index = source.read(sinks);
    return sinks
        .finish(index)
        .withNote(
            "The decoded images are held in memory, because "
                + folder
                + " cannot be written: "
                + IoErrors.reason(reason)
                + ".");
  }

  /** The memory of a source that is being decoded. */
  private static final class MemorySinks implements PixelSink.Factory {
    private final List<PixelStore.InMemory> sinks = new ArrayList<>();
    private final List<ImageShape> shapes = new ArrayList<>();
    private final long room;
    private Optional<EncodedImages> encoded = Optional.empty();

    MemorySinks(long room) {
      this.room = room;
    }

    @Override
    public long room() {
      return room;
    }

    @Override
    public void keepEncoded(EncodedImages images) {
      encoded = Optional.of(images);
    }

    @Override
    public PixelSink open(ImageShape shape) {
      if (encoded.isPresent()) {
        shapes.add(shape);
        return DROPPED;
      }
      PixelStore.InMemory sink = new PixelStore.InMemory(shape.bytes());
      sinks.add(sink);
      shapes.add(shape);
      return sink;
    }

    @Override
    public PixelSink openForCrops(ImageShape larger) {
      return open(larger);
    }

    DecodedSource finish(SourceIndex index) {
      if (encoded.isPresent()) {
        return CacheFile.whenRead(encoded.get(), shapes.stream().skip(1).findFirst(), index);
      }
      return DecodedSource.of(
          index,
          sinks.get(0).store(),
          sinks.size() < 2
              ? Optional.empty()
              : Optional.of(new CropPixels(shapes.get(1), sinks.get(1).store())));
    }
  }
}
