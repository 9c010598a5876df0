package dev.onecycle.cli;

import java.nio.file.Path;

/** Names of files that stand beside each other. */
final class FileNames {
  private FileNames() {}

  /** The same path with a suffix before its extension: cycle.svg and -rate give cycle-rate.svg. */
  static Path withSuffix(Path file, String suffix) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return file.resolveSibling(
        dot <= 0 ? name + suffix : name.substring(0, dot) + suffix + name.substring(dot));
  }
}
