package dev.onecycle.data.cache;

import dev.onecycle.data.cache.PixelStore.CacheFailure;
import dev.onecycle.data.index.SourceIndex;
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
  private final Path folder;

  /**
   * @param folder holds the decoded sources; created when needed
   */
  public DecodedCache(Path folder) {
    this.folder = folder;
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
    if (ready != null) {
      return ready;
    }
    try {
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
    if (ready != null) {
      return ready;
    }
    boolean damaged = Files.exists(file);
    DecodedSource decoded = decode(source, file, prefix);
    return damaged
        ? decoded.withNote(
            "The decoded images in " + file + " were damaged; they were decoded again.")
        : decoded;
  }

  /** Null if the file is missing or damaged; in both cases it has to be written. */
  private static @Nullable DecodedSource readIfWhole(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return CacheFile.read(channel);
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }

  private DecodedSource decode(Source source, Path file, String prefix) throws IOException {
    // All holders of the lock use one name: the rest of a killed process is overwritten.
    Path temporary = folder.resolve(prefix + ".tmp");
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      SourceIndex index = source.read(shape -> new PixelStore.InFile(channel, shape.bytes()));
      DecodedSource decoded = CacheFile.finish(channel, index);
      Faults.at("data.decoded");
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      removeOlder(file, prefix);
      return decoded;
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** Removes the files of earlier states of the source; processes that map them can go on. */
  private void removeOlder(Path newest, String prefix) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, prefix + "-*.images")) {
      for (Path file : files) {
        if (!file.equals(newest)) {
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
    List<PixelStore.InMemory> sinks = new ArrayList<>();
    SourceIndex index =
        source.read(
            shape -> {
              PixelStore.InMemory sink = new PixelStore.InMemory(shape.bytes());
              sinks.add(sink);
              return sink;
            });
    return DecodedSource.of(index, sinks.get(0).store())
        .withNote(
            "The decoded images are held in memory, because "
                + folder
                + " cannot be written: "
                + IoErrors.reason(reason)
                + ".");
  }
}
