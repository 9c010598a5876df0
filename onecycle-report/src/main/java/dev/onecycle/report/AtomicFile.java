package dev.onecycle.report;

import dev.onecycle.error.CannotWriteException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Files that are there whole or not at all: written beside their place, then renamed into it. */
final class AtomicFile {
  /** What to write. */
  @FunctionalInterface
  interface Content {
    void to(OutputStream out) throws IOException;
  }

  private AtomicFile() {}

  /**
   * Writes a file, in place of the one that may be there.
   *
   * @throws CannotWriteException naming the path; the file that was there is then as it was
   */
  static void write(Path path, Content content) {
    if (Files.isDirectory(path)) {
      throw cannotCreate(path, new IOException("it is a folder; name a file in it"));
    }
    // A rename would put a file in the place of /dev/null, or cut a pipe off from its reader.
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      writeTo(path, path, content, StandardOpenOption.WRITE);
      return;
    }
    Path place = followed(path);
    Path sibling =
        place.resolveSibling("." + place.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      writeTo(path, sibling, content, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      Files.move(sibling, place, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw cannotWrite(path, e);
    } finally {
      discard(sibling);
    }
  }

  /** Where a symbolic link leads, so that the link stays a link. */
  private static Path followed(Path path) {
    try {
      return Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
    } catch (IOException e) {
      throw cannotCreate(path, e);
    }
  }

  private static void writeTo(
      Path named, Path actual, Content content, StandardOpenOption... options) {
    FileChannel channel;
    try {
      channel = FileChannel.open(actual, options);
    } catch (IOException e) {
      throw cannotCreate(named, e);
    }
    try (channel;
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel))) {
      content.to(out);
      out.flush();
      if (Files.isRegularFile(actual)) {
        channel.force(true);
      }
    } catch (IOException e) {
      throw cannotWrite(named, e);
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

  private static CannotWriteException cannotCreate(Path path, IOException cause) {
    return CannotWriteException.creating("cannot create " + path + ": " + reason(cause), cause);
  }

  private static CannotWriteException cannotWrite(Path path, IOException cause) {
    return CannotWriteException.writing("cannot write " + path + ": " + reason(cause), cause);
  }

  private static String reason(IOException cause) {
    if (cause instanceof NoSuchFileException) {
      return "its folder does not exist; make the folder first";
    }
    if (cause instanceof java.nio.file.AccessDeniedException) {
      return "permission denied; choose another folder or change its permissions";
    }
    if (cause instanceof java.nio.file.FileSystemException f && f.getReason() != null) {
      return f.getReason();
    }
    return String.valueOf(cause.getMessage());
  }
}
