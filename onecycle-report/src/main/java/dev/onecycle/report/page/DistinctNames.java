package dev.onecycle.report.page;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Makes the names of runs distinct: the folders of experiments often have the same name. */
final class DistinctNames {
  private DistinctNames() {}

  /**
   * Distinct names: a unique name stays, others get the name of the parent folder, or a number.
   *
   * @param paths of the runs, one for each name
   */
  static List<String> of(List<String> names, List<Path> paths) {
    List<String> longer = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      boolean unique = names.stream().filter(name::equals).count() == 1;
      longer.add(unique ? name : parent(paths.get(i)) + name);
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

  private static String parent(Path path) {
    Path parent = path.toAbsolutePath().normalize().getParent();
    return parent == null || parent.getFileName() == null ? "" : parent.getFileName() + "/";
  }
}
