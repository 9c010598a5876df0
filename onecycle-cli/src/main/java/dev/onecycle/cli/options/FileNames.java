package dev.onecycle.cli.options;

import java.nio.file.Path;

/** Names of files that stand beside each other. */
public final class FileNames {
  private FileNames() {}

  /** The same path with a suffix before its extension: cycle.svg and -rate give cycle-rate.svg. */
  public static Path withSuffix(Path file, String suffix) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return file.resolveSibling(
        dot <= 0 ? name + suffix : name.substring(0, dot) + suffix + name.substring(dot));
  }
}
