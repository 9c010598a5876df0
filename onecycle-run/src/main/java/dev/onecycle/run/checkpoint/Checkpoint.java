package dev.onecycle.run.checkpoint;

import dev.onecycle.error.BadDataException;
import java.nio.file.Path;
import java.util.Set;

/**
 * A checkpoint on disk, every file of which was checked against its manifest.
 *
 * @param path its folder
 * @param files their names
 */
public record Checkpoint(Path path, Set<String> files) {
  public Checkpoint {
    files = Set.copyOf(files);
  }

  /** One of its files; an error where it has none of the name. */
  public Path file(String name) {
    if (!files.contains(name)) {
      throw new BadDataException(path + " has no " + name);
    }
    return path.resolve(name);
  }
}
