package dev.onecycle.run.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Operations on whole folders. */
public final class Directories {
  private static final boolean FORCED = !System.getProperty("os.name", "").startsWith("Windows");

  private Directories() {}

  /** Removes a folder with everything in it, or a file; does nothing where neither exists. */
  public static void remove(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    List<Path> all;
    try (Stream<Path> walk = Files.walk(path)) {
      all = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path each : all) {
      Files.deleteIfExists(each);
    }
  }

  /** Writes the list of a folder's files to disk; Windows does so itself. */
  public static void force(Path folder) throws IOException {
    if (FORCED) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }
}
