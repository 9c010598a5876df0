package dev.onecycle.data.cache;

import dev.onecycle.data.cache.CacheFile.Decoded;
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
 * Decoded sets kept as files that are mapped into memory, one for each source and way to read it.
 *
 * <p>A file's name is made of a hash of what the source is and a hash of the state it is in. A
 * source that has changed is decoded again, and its older file removed. A file appears whole or not
 * at all, by a rename; of two processes that want the same one, the second waits for the first.
 * Where the folder cannot be written, images are decoded to memory, and a note says so.
 */
public final class DecodedCache {
  private final Path folder;

  /**
   * @param folder where the decoded sets are kept; made when needed
   */
  public DecodedCache(Path folder) {
    this.folder = folder;
  }

  public Decoded open(Source source) {
    String prefix = Sha256.of(CacheFile.VERSION + "\n" + source.description()).substring(0, 16);
    String name = prefix + "-" + Sha256.of(source.state()).substring(0, 32) + ".images";
    Path file = folder.resolve(name);
    @Nullable Decoded ready = readIfWhole(file);
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

  private Decoded readOrDecode(Source source, Path file, String prefix) throws IOException {
    @Nullable Decoded ready = readIfWhole(file);
    if (ready != null) {
      return ready;
    }
    boolean damaged = Files.exists(file);
    Decoded decoded = decode(source, file, prefix);
    return damaged
        ? withNote(decoded, "The decoded images in " + file + " were damaged and made again.")
        : decoded;
  }

  /** Null where the file is missing or damaged: either way it is to be made. */
  private static @Nullable Decoded readIfWhole(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return CacheFile.read(channel);
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }

  private Decoded decode(Source source, Path file, String prefix) throws IOException {
    // One name for all who hold the lock in turn: what a killed process left is overwritten.
    Path temporary = folder.resolve(prefix + ".tmp");
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      SourceIndex contents = source.read(shape -> new PixelStore.InFile(channel, shape.bytes()));
      Decoded decoded = CacheFile.finish(channel, contents);
      Faults.at("data.decoded");
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      removeOlder(file, prefix);
      return decoded;
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** Removes what the source looked like before it changed; a process that maps it keeps it. */
  private void removeOlder(Path newest, String prefix) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, prefix + "-*.images")) {
      for (Path file : files) {
        if (!file.equals(newest)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  private Decoded decodeToMemory(Source source, Throwable reason) {
    if (Thread.currentThread().isInterrupted()) {
      // An interrupt closes the channel that is written to: that is no failure of the folder's.
      throw InterruptedRead.whileDoing("decoding images", reason);
    }
    List<PixelStore.InMemory> sinks = new ArrayList<>();
    SourceIndex contents =
        source.read(
            shape -> {
              PixelStore.InMemory sink = new PixelStore.InMemory(shape.bytes());
              sinks.add(sink);
              return sink;
            });
    PixelStore store = sinks.get(0).store();
    Decoded decoded = Decoded.of(contents, store);
    return withNote(
        decoded,
        "The decoded images are held in memory, since "
            + folder
            + " cannot be written: "
            + IoErrors.reason(reason)
            + ".");
  }

  private static Decoded withNote(Decoded decoded, String note) {
    SourceIndex contents = decoded.contents();
    List<String> notes = new ArrayList<>(contents.notes());
    notes.add(note);
    return decoded.with(
        new SourceIndex(
            contents.shape(), contents.classes(), contents.parts(), notes, contents.skipped()));
  }
}
