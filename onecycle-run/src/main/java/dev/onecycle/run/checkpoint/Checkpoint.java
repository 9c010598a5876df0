package dev.onecycle.run.checkpoint;

import dev.onecycle.error.BadDataException;
import java.nio.file.Path;
import java.util.Set;

/**
 * A sound checkpoint on disk: every file was checked against the manifest.
 *
 * @param path of its folder
 * @param files names of its files
 */
public record Checkpoint(Path path, Set<String> files) {
  public Checkpoint {
    files = Set.copyOf(files);
  }

  /**
   * The path of a file.
   *
   * @throws BadDataException where the checkpoint has no file of the name
   */
  public Path file(String name) {
    if (!files.contains(name)) {
      throw new BadDataException(path + " has no " + name);
    }
    return path.resolve(name);
  }
}
