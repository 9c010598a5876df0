package dev.onecycle.run;

import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.error.Require;
import dev.onecycle.text.Texts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Operations on the whole folder of a run: its size, another name, its end. */
public final class RunFiles {
  private static final String FORBIDDEN = "/\\:*?\"<>|";
  private static final int MAX_NAME = 200;

  /** Folders in a run that a training or a user of its results makes. */
  private static final Set<String> FOLDERS = Set.of("checkpoints", "figures");

  private RunFiles() {}

  /**
   * The files of a run.
   *
   * @param files their number
   * @param bytes of all files
   */
  public record Size(long files, long bytes) {}

  /** The size of a folder with everything in it; links are not followed. */
  public static Size size(Path folder) {
    long files = 0;
    long bytes = 0;
    for (Path path : all(folder)) {
      if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        files++;
        bytes += Files.isSymbolicLink(path) ? 0 : path.toFile().length();
      }
    }
    return new Size(files, bytes);
  }

  /** Everything in a folder and the folder itself, what is inside before what it is in. */
  private static List<Path> all(Path folder) {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.sorted(Comparator.reverseOrder()).toList();
    } catch (IOException e) {
      throw IoErrors.cannotRead(folder, e);
    } catch (UncheckedIOException e) {
      Throwable cause = e.getCause();
      throw IoErrors.cannotRead(folder, cause == null ? e : cause);
    }
  }

  /**
   * Checks that a folder is a run that can be renamed or deleted: a folder, no link to one, with a
   * {@code run.json}, of which no process trains.
   *
   * @throws InvalidValueException naming the folder
   */
  public static Path requireIdle(Path folder) {
    if (Files.isSymbolicLink(folder)) {
      throw Require.invalid("run", "a folder", folder, "it is a link; name the folder itself");
    }
    if (!Files.isRegularFile(folder.resolve(RunFolder.RECORD), LinkOption.NOFOLLOW_LINKS)) {
      String advice = "there is no " + RunFolder.RECORD + " in it";
      throw Require.invalid("run", "the folder of a run", folder, advice);
    }
    try {
      if (RunLock.isHeld(folder)) {
        throw Require.invalid(
            "run", "one that is not in use", folder, "wait for the end of its training");
      }
    } catch (IOException e) {
      throw IoErrors.cannotRead(folder, e);
    }
    return folder;
  }

  /**
   * Checks that deleting a run deletes nothing else: that it has no folders but those of a run.
   *
   * @throws InvalidValueException naming the folder in it
   */
  public static Path requireNothingElse(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      for (Path entry : entries.toList()) {
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)
            && !FOLDERS.contains(String.valueOf(entry.getFileName()))) {
          String advice = "no training made it; move it away first";
          throw Require.invalid("folder in a run", "checkpoints or figures", entry, advice);
        }
      }
      return folder;
    } catch (IOException e) {
      throw IoErrors.cannotRead(folder, e);
    }
  }

  /**
   * Deletes a run. Links in it are deleted, and not what they lead to. The record goes last, so
   * that a run of which only a part was deleted can be deleted again.
   *
   * @param lock of the folder; closed
   * @throws CannotWriteException naming the first file that cannot be deleted
   */
  public static void delete(Path folder, RunLock lock) {
    Path record = folder.resolve(RunFolder.RECORD);
    Path lockFile = folder.resolve(RunLock.FILE);
    try (lock) {
      for (Path path : all(folder)) {
        if (!path.equals(record) && !path.equals(lockFile) && !path.equals(folder)) {
          delete(path);
        }
      }
      delete(record);
    }
    delete(lockFile);
    delete(folder);
  }

  private static void delete(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw CannotWriteException.writing(path + " cannot be deleted: " + IoErrors.reason(e), e);
    }
  }

  /**
   * Gives a run another name in the same folder.
   *
   * @param name a word without separators
   * @return its new folder
   * @throws InvalidValueException where the name cannot be one of a folder, or is taken
   * @throws CannotWriteException where it cannot be renamed
   */
  public static Path rename(Path folder, String name) {
    requireName(name);
    try {
      Path real = folder.toRealPath();
      Path to = real.resolveSibling(name);
      if (Files.exists(to, LinkOption.NOFOLLOW_LINKS)) {
        throw Require.invalid("new name", "unused", name, to + " exists; take another name");
      }
      // The lock shows that no training runs; an open file in a folder would stop Windows.
      RunLock.take(folder).close();
      Files.move(real, to, StandardCopyOption.ATOMIC_MOVE);
      Path parent = folder.getParent();
      return parent == null || !Files.exists(parent.resolve(name)) ? to : parent.resolve(name);
    } catch (IOException e) {
      throw CannotWriteException.writing(folder + " cannot be renamed: " + IoErrors.reason(e), e);
    }
  }

  private static void requireName(String name) {
    boolean fits =
        !name.isBlank()
            && name.length() <= MAX_NAME
            && name.codePoints().allMatch(c -> Texts.visible(c) && FORBIDDEN.indexOf(c) < 0)
            && !name.startsWith(".")
            && !name.startsWith("-")
            && name.equals(name.strip())
            && !name.endsWith(".");
    if (!fits) {
      throw Require.invalid(
          "new name",
          "the name of a folder, without " + FORBIDDEN + " and without a dot or dash at its begin",
          name);
    }
  }
}
