package dev.onecycle.run.files;

import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.fault.Faults;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/**
 * Writing of whole files: a file is complete or absent. It is written beside its place, forced to
 * disk, then renamed into its place.
 */
public final class AtomicFile {
  /** The content of a file. */
  @FunctionalInterface
  public interface Content {
    void to(OutputStream out) throws IOException;
  }

  private AtomicFile() {}

  /**
   * Writes a file; one that exists is replaced.
   *
   * @throws CannotWriteException naming the path; a file that existed is then unchanged
   */
  public static void write(Path path, Content content) {
    if (Files.isDirectory(path)) {
      throw IoErrors.cannotCreate(path, new IOException("it is a folder; name a file in it"));
    }
    // A rename would put a file in the place of a device, or cut a pipe off from its reader.
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      writeTo(path, path, content);
      return;
    }
    Path place = followed(path);
    Path sibling =
        place.resolveSibling("." + place.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      made(path, sibling);
      writeTo(path, sibling, content);
      Faults.writing("file.written");
      Files.move(sibling, place, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw IoErrors.cannotWrite(path, e);
    } finally {
      discard(sibling);
    }
  }

  /**
   * Writes a text in UTF-8; a file that exists is replaced.
   *
   * @throws CannotWriteException naming the path; a file that existed is then unchanged
   */
  public static void writeText(Path path, String text) {
    write(path, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Checks that a file can be written, before a long computation; leaves nothing behind.
   *
   * @throws CannotWriteException where it cannot
   */
  public static void requireWritable(Path path) {
    if (Files.isDirectory(path)) {
      throw IoErrors.cannotCreate(path, new IOException("it is a folder; name a file in it"));
    }
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      return;
    }
    Path folder = followed(path).getParent();
    probe(path, folder == null ? path.toAbsolutePath() : folder);
  }

  /** Checks that files can be created in a folder, which need not exist yet. */
  public static void requireWritableFolder(Path folder) {
    Path existing = folder.toAbsolutePath();
    while (existing.getParent() != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    probe(folder, existing);
  }

  private static void probe(Path named, Path folder) {
    Path probe = folder.resolve(".onecycle." + UUID.randomUUID() + ".tmp");
    try {
      Files.delete(Files.createFile(probe));
    } catch (IOException e) {
      throw IoErrors.cannotCreate(named, e);
    }
  }

  /** The target of a symbolic link, so that the link stays a link. */
  private static Path followed(Path path) {
    try {
      return Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
    } catch (IOException e) {
      throw IoErrors.cannotCreate(path, e);
    }
  }

  private static void made(Path named, Path sibling) {
    try {
      Files.createFile(sibling);
    } catch (IOException e) {
      throw IoErrors.cannotCreate(named, e);
    }
  }

  /** Not to a channel of {@link Files}, which an interrupt of the writing thread would close. */
  private static void writeTo(Path named, Path actual, Content content) {
    FileOutputStream file;
    try {
      file = new FileOutputStream(actual.toFile());
    } catch (IOException e) {
      throw IoErrors.cannotCreate(named, e);
    }
    try (file;
        OutputStream out = new BufferedOutputStream(file)) {
      content.to(out);
      out.flush();
      if (Files.isRegularFile(actual)) {
        file.getFD().sync();
      }
    } catch (IOException e) {
      throw IoErrors.cannotWrite(named, e);
    }
  }

  private static void discard(Path sibling) {
    try {
      Files.deleteIfExists(sibling);
    } catch (IOException e) {
      // The write itself has already succeeded or been reported; a leftover harms neither.
      System.getLogger(AtomicFile.class.getName())
          .log(System.Logger.Level.DEBUG, () -> "left over: " + sibling, e);
    }
  }
}
