package dev.onecycle.data.source;

import dev.onecycle.data.archive.EntryNames;
import dev.onecycle.data.index.Split;
import dev.onecycle.error.IoErrors;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

/** Where the test images of a tree are, told by names alone, so that they need not be read. */
final class TestFolders {
  private TestFolders() {}

  /** The test folders of a tree of images, relative to its root; nothing in them is looked at. */
  static Set<String> in(Path root) {
    String base = TreeLayout.base(prefix -> children(root.resolve(prefix)));
    Set<String> folders = new HashSet<>();
    TreeLayout.sets(children(root.resolve(base)))
        .forEach(
            (name, part) -> {
              if (part.equals(Split.TEST)) {
                folders.add(base + name);
              }
            });
    return folders;
  }

  /**
   * Whether a file may turn out to be a test image once all names are known. A folder called {@code
   * test} below another one holds test images if the other one is all there is, and belongs to a
   * class if not.
   */
  static boolean mayHold(String file) {
    String[] parts = file.split("/", 3);
    String first = parts.length > 1 ? TreeLayout.partOf(parts[0]) : "";
    return first.equals(Split.TEST)
        || (first.isEmpty() && parts.length > 2 && TreeLayout.partOf(parts[1]).equals(Split.TEST));
  }

  private static Set<String> children(Path folder) {
    Set<String> names = new TreeSet<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder, Files::isDirectory)) {
      for (Path child : stream) {
        String name = child.getFileName().toString();
        if (!EntryNames.isHidden(name)) {
          names.add(name);
        }
      }
    } catch (IOException e) {
      throw IoErrors.cannotRead(folder, e);
    }
    return names;
  }
}
