package dev.onecycle.run.files;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;

/** Names of files that stand beside each other, and of new ones that overwrite no result. */
public final class FileNames {
  private FileNames() {}

  /** The same path with a suffix before its extension: cycle.svg and -rate give cycle-rate.svg. */
  public static Path withSuffix(Path file, String suffix) {
    String name = String.valueOf(file.getFileName());
    int dot = dot(name);
    return file.resolveSibling(name.substring(0, dot) + suffix + name.substring(dot));
  }

  /** The same path with another extension: found.json and .svg give found.svg. */
  public static Path withExtension(Path file, String extension) {
    String name = String.valueOf(file.getFileName());
    return file.resolveSibling(name.substring(0, dot(name)) + extension);
  }

  /** Where the extension of a name begins, its end where it has none. */
  private static int dot(String name) {
    int dot = name.lastIndexOf('.');
    return dot <= 0 ? name.length() : dot;
  }

  /** The file, or where it exists the first of FILE-2, FILE-3, … that does not. */
  public static Path unused(Path file) {
    return numbered(file, name -> !Files.exists(name));
  }

  /** The first of FILE, FILE-2, FILE-3, … that fits. */
  public static Path numbered(Path file, Predicate<Path> fits) {
    Path numbered = file;
    for (int i = 2; !fits.test(numbered); i++) {
      numbered = withSuffix(file, "-" + i);
    }
    return numbered;
  }

  /**
   * Makes sure that a result overwrites no other. Folders are left to the writer, and devices keep
   * nothing.
   *
   * @param name of the argument
   * @throws InvalidValueException where the file exists
   */
  public static Path requireNew(String name, Path file) {
    return Require.that(
        !Files.isRegularFile(file),
        name,
        "a new file, since results are not overwritten,",
        file,
        file);
  }

  /**
   * Makes sure that a page or a figure, which can be made again at any time, overwrites nothing
   * else, and has no name of another kind.
   *
   * @param name of the argument
   * @param extension of such files
   * @throws InvalidValueException where the file has another extension, or none and exists
   */
  public static Path requireNewOr(String extension, String name, Path file) {
    String last = String.valueOf(file.getFileName());
    String ending = last.substring(dot(last));
    return ending.isEmpty()
        ? requireNew(name, file)
        : Require.that(
            ending.equalsIgnoreCase(extension),
            name,
            "a file that ends in " + extension + ", as its contents are,",
            file,
            file);
  }
}
