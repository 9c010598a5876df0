package dev.onecycle.data.source;

import dev.onecycle.data.archive.EntryNames;
import dev.onecycle.data.index.Split;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
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
 * The assignment of the files of a tree to splits and classes.
 *
 * <p>A tree has {@code train/<class>/…} with {@code test/<class>/…}, {@code val/<class>/…} or both,
 * or {@code <class>/…} alone; either of them may lie below one further folder. Classes are sorted
 * by name, and so are the images of a class. Folders inside a class belong to the class.
 *
 * @param classes the names of the classes; a label is an index into this list
 * @param splits the files of each split
 * @param notes sentences for the user about files that were left out
 */
record TreeLayout(List<String> classes, Map<String, List<Item>> splits, List<String> notes) {
  private static final Map<String, String> SPLITS =
      Map.of(
          "train", Split.TRAIN,
          "test", Split.TEST,
          "val", Split.VALIDATION,
          "valid", Split.VALIDATION,
          "validation", Split.VALIDATION);

  private static final String EXPECTED =
      "expected train/<class>/<image> with test/ or val/ beside train/, or <class>/<image>";

  /**
   * A file of a split.
   *
   * @param file the position of the file in the list that the layout was made of
   */
  record Item(int file, String name, int label) {}

  /**
   * Finds the layout of a tree.
   *
   * @param root the name of the tree in messages
   * @param folders the folders that the tree lists, including empty ones
   * @param files all files in the order of the walk; those of splits that are not selected may be
   *     missing
   * @param selection the splits whose files are assigned
   */
  static TreeLayout of(
      String root, Set<String> folders, List<String> files, SplitSelection selection) {
    if (files.isEmpty()) {
      String use = selection == SplitSelection.TRAINING ? " to train on" : "";
      throw new BadDataException(root + " has no files" + use + "; " + EXPECTED);
    }
    Set<String> all = new HashSet<>(folders);
    files.forEach(file -> addParents(all, file));
    String prefix = base(folder -> children(all, folder));
    Set<String> top = children(all, prefix);
    Builder builder = new Builder(root, prefix, all, files);
    Map<String, String> byFolder = splitsByFolder(top);
    if (byFolder.isEmpty()) {
      builder.add(Split.ALL, "");
    } else {
      chooseSplits(builder, byFolder, root + "/" + prefix, selection);
      builder.noteUnused(top, byFolder.keySet());
    }
    return builder.build();
  }

  /**
   * The prefix below which splits or classes lie: empty for the root, or its only folder.
   *
   * @param children gives the names of the folders directly below a prefix
   */
  private static String base(Function<String, Set<String>> children) {
    Set<String> top = children.apply("");
    if (top.size() == 1 && splitsByFolder(top).isEmpty()) {
      String wrapper = top.iterator().next() + "/";
      if (!children.apply(wrapper).isEmpty()) {
        return wrapper;
      }
    }
    return "";
  }

  private static void chooseSplits(
      Builder builder, Map<String, String> byFolder, String root, SplitSelection selection) {
    boolean train = byFolder.containsValue(Split.TRAIN);
    boolean test = byFolder.containsValue(Split.TEST);
    if (!train && selection != SplitSelection.EVALUATION) {
      throw new BadDataException(
          root
              + byFolder.keySet().iterator().next()
              + " is there, but no train folder; "
              + EXPECTED);
    }
    Set<String> taken = new HashSet<>();
    for (Map.Entry<String, String> entry : byFolder.entrySet()) {
      String split = entry.getValue();
      if (!taken.add(split)) {
        throw new BadDataException(root + " has two folders for one split: " + byFolder.keySet());
      }
      boolean chosen =
          switch (selection) {
            case ALL -> true;
            case TRAINING -> !split.equals(Split.TEST);
            case EVALUATION ->
                split.equals(Split.TEST)
                    || (!test && split.equals(Split.VALIDATION))
                    || byFolder.size() == 1;
          };
      if (chosen) {
        builder.add(split, entry.getKey() + "/");
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

  /** The split of each folder name that means one, the training split first. */
  private static Map<String, String> splitsByFolder(Set<String> names) {
    Map<String, String> byFolder = new LinkedHashMap<>();
    for (String split : List.of(Split.TRAIN, Split.TEST, Split.VALIDATION)) {
      for (String name : names) {
        if (split.equals(splitOf(name))) {
          byFolder.put(name, split);
        }
      }
    }
    return byFolder;
  }

  /** The split that a folder name means; empty if none. */
  private static String splitOf(String folder) {
    return SPLITS.getOrDefault(folder.toLowerCase(Locale.ROOT), "");
  }

  /** The test folders of a folder of images, relative to it; they are not opened. */
  static Set<String> testFolders(Path root) {
    String base = base(prefix -> folders(root.resolve(prefix)));
    Set<String> folders = new HashSet<>();
    splitsByFolder(folders(root.resolve(base)))
        .forEach(
            (name, split) -> {
              if (split.equals(Split.TEST)) {
                folders.add(base + name);
              }
            });
    return folders;
  }

  /**
   * Whether a file may turn out to be a test image once all names are known. A folder {@code test}
   * below another folder has test images if the other folder is the only one; otherwise it belongs
   * to a class.
   */
  static boolean mayBeTest(String file) {
    String[] parts = file.split("/", 3);
    String first = parts.length > 1 ? splitOf(parts[0]) : "";
    return first.equals(Split.TEST)
        || (first.isEmpty() && parts.length > 2 && splitOf(parts[1]).equals(Split.TEST));
  }

  private static Set<String> folders(Path folder) {
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

  private static final class Builder {
    private final String root;
    private final String prefix;
    private final Set<String> folders;
    private final List<String> files;
    private final Map<String, List<Item>> splits = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();
    private List<String> classes = List.of();
    private String classesOf = "";

    Builder(String root, String prefix, Set<String> folders, List<String> files) {
      this.root = root;
      this.prefix = prefix;
      this.folders = folders;
      this.files = files;
    }

    void add(String split, String folder) {
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
      splits.put(split, items);
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
        notes.add("Folders beside train, test and val were left out: " + first(unused));
      }
    }

    private static String first(List<String> names) {
      String more = names.size() > 1 ? " and " + (names.size() - 1) + " more" : "";
      return names.get(0) + more;
    }

    TreeLayout build() {
      return new TreeLayout(classes, splits, List.copyOf(notes));
    }
  }
}
