package dev.onecycle.run;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The runs in a folder of runs.
 *
 * <p>A run is a folder with a {@code run.json}, or with a {@code steps.csv} beside an {@code
 * epochs.csv}. Runs may lie in folders of folders, as the two runs of a fine-tuning do. Links and
 * hidden folders are not followed, and no run is looked for inside another.
 */
public final class RunCatalog {
  /** Folders between the folder of runs and a run, and the run itself. */
  private static final int MAX_DEPTH = 4;

  private RunCatalog() {}

  /**
   * The folders of runs by name, in the order of their names. The name is the path from the folder,
   * with slashes. A folder that is a run itself has one run, with the folder's name.
   *
   * @throws BadDataException where the folder does not exist or cannot be read
   */
  public static Map<String, Path> folders(Path folder) {
    Map<String, Path> found = new LinkedHashMap<>();
    try {
      Path real = folder.toRealPath();
      if (isRun(real)) {
        Path name = real.getFileName();
        found.put(name == null ? real.toString() : name.toString(), folder);
      } else {
        collect(folder, "", 1, found);
      }
    } catch (IOException e) {
      throw IoErrors.cannotRead(folder, e);
    }
    return found;
  }

  /** The runs in a folder; see {@link #folders}. */
  public static List<RunEntry> read(Path folder) {
    List<RunEntry> entries = new ArrayList<>();
    folders(folder).forEach((name, run) -> entries.add(RunEntry.read(name, run)));
    return entries;
  }

  private static void collect(Path folder, String prefix, int depth, Map<String, Path> found)
      throws IOException {
    for (Map.Entry<String, Path> child : subfolders(folder).entrySet()) {
      String name = prefix + child.getKey();
      if (isRun(child.getValue())) {
        found.put(name, child.getValue());
      } else if (depth < MAX_DEPTH && Files.isReadable(child.getValue())) {
        try {
          collect(child.getValue(), name + "/", depth + 1, found);
        } catch (NoSuchFileException e) {
          continue; // removed since its name was read
        }
      }
    }
  }

  private static Map<String, Path> subfolders(Path folder) throws IOException {
    Map<String, Path> subfolders = new TreeMap<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        if (!name.startsWith(".") && Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          subfolders.put(name, entry);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return subfolders;
  }

  /**
   * Whether a folder is the folder of a run, sound or damaged; files that are links do not count.
   */
  public static boolean isRun(Path folder) {
    return isFile(folder, RunFolder.RECORD)
        || (isFile(folder, RunFolder.STEPS) && isFile(folder, RunFolder.EPOCHS));
  }

  private static boolean isFile(Path folder, String name) {
    return Files.isRegularFile(folder.resolve(name), LinkOption.NOFOLLOW_LINKS);
  }
}
