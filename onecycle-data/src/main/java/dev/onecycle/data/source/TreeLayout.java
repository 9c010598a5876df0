package dev.onecycle.data.source;

import dev.onecycle.data.index.Split;
import dev.onecycle.data.index.SplitSelection;
import dev.onecycle.error.BadDataException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Which of the files of a tree are images of which set and class.
 *
 * <p>Read are {@code train/<class>/…} with {@code test/<class>/…}, {@code val/<class>/…} or both,
 * or {@code <class>/…} alone, either of them below one further folder if need be. Classes are
 * sorted by name, and so are the images of a class; folders inside a class belong to it.
 *
 * @param classes names of the classes; a label is an index into this list
 * @param parts for each set its files
 * @param notes sentences for the user about what was left out
 */
record TreeLayout(List<String> classes, Map<String, List<Item>> parts, List<String> notes) {
  private static final Map<String, String> SETS =
      Map.of(
          "train", Split.TRAIN,
          "test", Split.TEST,
          "val", Split.VALIDATION,
          "valid", Split.VALIDATION,
          "validation", Split.VALIDATION);

  private static final String EXPECTED =
      "expected train/<class>/<image> with test/ or val/ beside train/, or <class>/<image>";

  /**
   * A file of a set.
   *
   * @param file its position in the list that the layout was made of
   */
  record Item(int file, String name, int label) {}

  /**
   * Finds the layout of a tree.
   *
   * @param root the name of the tree, for messages
   * @param folders the folders known, which may be empty ones
   * @param files all files in the order of the walk
   * @param wanted of which sets the files are wanted; the others' names may lack in the list
   */
  static TreeLayout of(
      String root, Set<String> folders, List<String> files, SplitSelection wanted) {
    if (files.isEmpty()) {
      String use = wanted == SplitSelection.TRAINING ? " to train on" : "";
      throw new BadDataException(root + " has no files" + use + "; " + EXPECTED);
    }
    Set<String> all = new HashSet<>(folders);
    files.forEach(file -> addParents(all, file));
    String prefix = base(folder -> children(all, folder));
    Set<String> top = children(all, prefix);
    Builder builder = new Builder(root, prefix, all, files);
    Map<String, String> sets = sets(top);
    if (sets.isEmpty()) {
      builder.add(Split.ALL, "");
    } else {
      chooseSets(builder, sets, root + "/" + prefix, wanted);
      builder.noteUnused(top, sets.keySet());
    }
    return builder.build();
  }

  /**
   * Where sets or classes lie: at the root, or below the one folder that there is.
   *
   * @param children the names of the folders directly below a prefix
   */
  static String base(Function<String, Set<String>> children) {
    Set<String> top = children.apply("");
    if (top.size() == 1 && sets(top).isEmpty()) {
      String wrapper = top.iterator().next() + "/";
      if (!children.apply(wrapper).isEmpty()) {
        return wrapper;
      }
    }
    return "";
  }

  private static void chooseSets(
      Builder builder, Map<String, String> sets, String root, SplitSelection wanted) {
    boolean train = sets.containsValue(Split.TRAIN);
    boolean test = sets.containsValue(Split.TEST);
    if (!train && wanted != SplitSelection.EVALUATION) {
      throw new BadDataException(
          root + sets.keySet().iterator().next() + " is there, but no train folder; " + EXPECTED);
    }
    Set<String> taken = new HashSet<>();
    for (Map.Entry<String, String> set : sets.entrySet()) {
      String part = set.getValue();
      if (!taken.add(part)) {
        throw new BadDataException(root + " has two folders for one set: " + sets.keySet());
      }
      boolean chosen =
          switch (wanted) {
            case ALL -> true;
            case TRAINING -> !part.equals(Split.TEST);
            case EVALUATION ->
                part.equals(Split.TEST)
                    || (!test && part.equals(Split.VALIDATION))
                    || sets.size() == 1;
          };
      if (chosen) {
        builder.add(part, set.getKey() + "/");
      }
    }
  }

  private static void addParents(Set<String> folders, String file) {
    for (int slash = file.lastIndexOf('/'); slash > 0; slash = file.lastIndexOf('/', slash - 1)) {
      if (!folders.add(file.substring(0, slash))) {
        return;
      }
    }
  }

  /** The names of the folders directly below {@code prefix}. */
  private static Set<String> children(Set<String> folders, String prefix) {
    Set<String> names = new TreeSet<>();
    for (String folder : folders) {
      if (folder.startsWith(prefix) && folder.length() > prefix.length()) {
        int slash = folder.indexOf('/', prefix.length());
        names.add(folder.substring(prefix.length(), slash < 0 ? folder.length() : slash));
      }
    }
    return names;
  }

  /** Folder names that mean a set, each with that set, the training set first. */
  static Map<String, String> sets(Set<String> names) {
    Map<String, String> sets = new LinkedHashMap<>();
    for (String part : List.of(Split.TRAIN, Split.TEST, Split.VALIDATION)) {
      for (String name : names) {
        if (part.equals(partOf(name))) {
          sets.put(name, part);
        }
      }
    }
    return sets;
  }

  /** The set that a folder's name means; empty if none. */
  static String partOf(String folder) {
    return SETS.getOrDefault(folder.toLowerCase(Locale.ROOT), "");
  }

  private static final class Builder {
    private final String root;
    private final String prefix;
    private final Set<String> folders;
    private final List<String> files;
    private final Map<String, List<Item>> parts = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();
    private List<String> classes = List.of();
    private String classesOf = "";

    Builder(String root, String prefix, Set<String> folders, List<String> files) {
      this.root = root;
      this.prefix = prefix;
      this.folders = folders;
      this.files = files;
    }

    void add(String part, String folder) {
      String base = prefix + folder;
      Map<String, List<Item>> byClass = new TreeMap<>();
      children(folders, base).forEach(name -> byClass.put(name, new ArrayList<>()));
      requireClasses(base, List.copyOf(byClass.keySet()));
      List<String> stray = new ArrayList<>();
      for (int i = 0; i < files.size(); i++) {
        String file = files.get(i);
        if (file.startsWith(base)) {
          int slash = file.indexOf('/', base.length());
          if (slash < 0) {
            stray.add(file);
          } else {
            String name = file.substring(base.length(), slash);
            byClass
                .computeIfAbsent(name, n -> new ArrayList<>())
                .add(new Item(i, file, classes.indexOf(name)));
          }
        }
      }
      List<Item> items = new ArrayList<>();
      byClass.forEach((name, images) -> items.addAll(sorted(base + name, images)));
      parts.put(part, items);
      if (!stray.isEmpty()) {
        notes.add(
            stray.size() + " files that are in no class folder were left out: " + first(stray));
      }
    }

    private List<Item> sorted(String folder, List<Item> images) {
      if (images.isEmpty()) {
        throw new BadDataException(root + "/" + folder + " has no image");
      }
      images.sort((a, b) -> a.name().compareTo(b.name()));
      return images;
    }

    private void requireClasses(String base, List<String> names) {
      String where = base.isEmpty() ? root : root + "/" + base;
      if (names.isEmpty()) {
        throw new BadDataException(where + " has no class folders; " + EXPECTED);
      }
      if (classes.isEmpty()) {
        classes = names;
        classesOf = where;
        return;
      }
      requireSame(where, names, classes, classesOf);
      requireSame(classesOf, classes, names, where);
    }

    private static void requireSame(
        String where, List<String> names, List<String> others, String elsewhere) {
      List<String> extra = new ArrayList<>(names);
      extra.removeAll(new HashSet<>(others));
      if (!extra.isEmpty()) {
        throw new BadDataException(
            where + " has the class " + first(extra) + ", but " + elsewhere + " does not");
      }
    }

    void noteUnused(Set<String> top, Set<String> used) {
      List<String> unused = new ArrayList<>(top);
      unused.removeAll(used);
      if (!unused.isEmpty()) {
        notes.add("Folders beside the sets were left out: " + first(unused));
      }
    }

    private static String first(List<String> names) {
      String more = names.size() > 1 ? " and " + (names.size() - 1) + " more" : "";
      return names.get(0) + more;
    }

    TreeLayout build() {
      return new TreeLayout(classes, parts, List.copyOf(notes));
    }
  }
}
