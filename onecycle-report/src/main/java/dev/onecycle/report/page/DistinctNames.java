package dev.onecycle.report.page;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Names that tell runs apart: folders of experiments are often called alike. */
final class DistinctNames {
  private DistinctNames() {}

  /**
   * One name each, all different: the given one where it is alone, otherwise with the folder above,
   * otherwise with a number.
   *
   * @param paths where the runs lie, as many as names
   */
  static List<String> of(List<String> names, List<Path> paths) {
    List<String> longer = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      boolean alone = names.stream().filter(name::equals).count() == 1;
      longer.add(alone ? name : above(paths.get(i)) + name);
    }
    Set<String> taken = new HashSet<>();
    List<String> distinct = new ArrayList<>();
    for (String name : longer) {
      String free = name;
      for (int n = 2; !taken.add(free); n++) {
        free = name + " (" + n + ")";
      }
      distinct.add(free);
    }
    return distinct;
  }

  private static String above(Path path) {
    Path parent = path.toAbsolutePath().normalize().getParent();
    return parent == null || parent.getFileName() == null ? "" : parent.getFileName() + "/";
  }
}
