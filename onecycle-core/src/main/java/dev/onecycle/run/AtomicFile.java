package dev.onecycle.run;

import dev.onecycle.error.CannotWriteException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Files that are there whole or not at all: written beside their place, forced to disk, then moved
 * into it.
 */
public final class AtomicFile {
  private AtomicFile() {}

  /** Writes the content of a file to a path that it is given. */
  @FunctionalInterface
  public interface Content {
    void writeTo(Path temporary) throws IOException;
  }

  /**
   * Writes a file.
   *
   * @throws CannotWriteException where that fails; what stood at the path before still stands
   */
  public static void write(Path file, Content content) {
    Path absolute = file.toAbsolutePath();
    Path folder = absolute.getParent();
    Path temporary;
    try {
      Files.createDirectories(folder);
      temporary = Files.createTempFile(folder, "." + absolute.getFileName() + ".", ".part");
    } catch (IOException e) {
      throw CannotWriteException.creating(
          "output folder must be writable but " + folder + " is not: " + reason(e), e);
    }
    try {
      content.writeTo(temporary);
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      move(temporary, absolute);
    } catch (IOException e) {
      CannotWriteException failure =
          CannotWriteException.writing("writing " + file + " failed: " + reason(e), e);
      discard(temporary, failure);
      throw failure;
    } catch (RuntimeException e) {
      discard(temporary, e);
      throw e;
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void discard(Path temporary, Exception because) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  /** What an I/O error means, in a few words. */
  public static String reason(IOException e) {
    String kind = e.getClass().getSimpleName().replace("Exception", "");
    String words =
        switch (kind) {
          case "AccessDenied" -> "access denied";
          case "NoSuchFile" -> "no such file or folder";
          case "FileAlreadyExists" -> "a file is in the way";
          case "NotDirectory" -> "a part of the path is not a folder";
          default -> "";
        };
    if (!words.isEmpty()) {
      return words;
    }
    return e instanceof java.nio.file.FileSystemException f && f.getReason() != null
        ? f.getReason()
        : String.valueOf(e.getMessage());
  }
}
