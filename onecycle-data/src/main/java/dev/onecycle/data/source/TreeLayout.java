package dev.onecycle.data.source;

import dev.onecycle.data.archive.EntryNames;
import dev.onecycle.data.archive.FolderTree;
import dev.onecycle.data.index.Split;
import dev.onecycle.error.BadDataException;
import dev.onecycle.text.Counts;
import dev.onecycle.text.Numbers;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The assignment of the files of a tree to splits and classes.
 *
 * <p>A tree has {@code train/<class>/…} with {@code test/<class>/…}, {@code val/<class>/…} or both,
 * or {@code <class>/…} alone; either of them may lie below one or two further folders, and a split
 * below a folder of its own name. {@link SplitNames} tells which names mean a split. Classes are
 * sorted by name, and so are the images of a class. Folders inside a class belong to the class.
 *
 * <p>The training images decide which classes there are. A class may be missing in another split.
 *
 * @param classes the names of the classes, in Unicode's composed form (NFC); a label is an index
 *     into this list
 * @param splits the files of each split
 * @param notes sentences for the user about files that were left out
 */
record TreeLayout(List<String> classes, Map<String, List<Item>> splits, List<String> notes) {
  private static final String EXPECTED =
      "expected train/<class>/<image> with test/ or val/ beside train/, or <class>/<image>";

  /** The most folders around splits or classes, each with nothing beside it. */
  private static final int MAX_WRAPPERS = 2;

  private static final int MAX_NAMED = 5;
  private static final Normalizer.Form NFC = Normalizer.Form.NFC;

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
   * @param options whether classes may be empty
   */
  static TreeLayout of(
      String root,
      Set<String> folders,
      List<String> files,
      SplitSelection selection,
      TreeOptions options) {
    if (files.isEmpty()) {
      String use = selection == SplitSelection.TRAINING ? " to train on" : "";
      throw new BadDataException(root + " has no files" + use + "; " + EXPECTED);
    }
    Set<String> all = new HashSet<>(folders);
    files.forEach(file -> addParents(all, file));
    Map<String, Set<String>> byParent = childrenByParent(all);
    Function<String, Set<String>> children = folder -> byParent.getOrDefault(folder, Set.of());
    String prefix = base(children);
    Builder builder = new Builder(root, children, files, selection, options.allowEmptyClasses());
    Map<String, String> byFolder = SplitNames.of(children.apply(prefix));
    if (options.labelling().isPresent()) {
      boolean areSets =
          byFolder.containsValue(Split.TRAIN)
              || (selection == SplitSelection.EVALUATION
                  && byFolder.keySet().equals(children.apply(prefix)));
      Map<String, String> roles = areSets ? byFolder : Map.of();
      builder.addLabelled(prefix, roles, selection, options.labelling().get());
      return builder.build();
    }
    if (byFolder.isEmpty()) {
      builder.requireNoSplitLooks(prefix);
      builder.add(Split.ALL, prefix);
    } else {
      chooseSplits(builder, prefix, byFolder, selection);
    }
    return builder.build();
  }

  /**
   * The prefix below which splits or classes lie: empty for the root, or its only folder, or the
   * only folder of that.
   *
   * @param children gives the names of the folders directly below a prefix
   */
  private static String base(Function<String, Set<String>> children) {
    String prefix = "";
    for (int wrappers = 0; wrappers < MAX_WRAPPERS; wrappers++) {
      Set<String> names = children.apply(prefix);
      if (names.size() != 1 || !SplitNames.of(names).isEmpty()) {
        break;
      }
      String below = prefix + names.iterator().next() + "/";
      if (children.apply(below).isEmpty()) {
        break;
      }
      prefix = below;
    }
    return prefix;
  }

  private static void chooseSplits(
      Builder builder, String prefix, Map<String, String> byFolder, SplitSelection selection) {
    boolean train = byFolder.containsValue(Split.TRAIN);
    if (!train && selection != SplitSelection.EVALUATION) {
      throw builder.noTrain(prefix, byFolder.keySet().iterator().next());
    }
    Set<String> taken = new HashSet<>();
    for (String split : byFolder.values()) {
      if (!taken.add(split)) {
        throw new BadDataException(
            builder.where(prefix) + " has two folders for one split: " + byFolder.keySet());
      }
    }
    for (Map.Entry<String, String> entry : byFolder.entrySet()) {
      String split = entry.getValue();
      String folder = prefix + entry.getKey() + "/";
      boolean chosen =
          switch (selection) {
            case ALL -> true;
            case TRAINING -> !split.equals(Split.TEST);
            case EVALUATION -> split.equals(Split.TEST);
          };
      if (split.equals(SplitNames.UNLABELLED)) {
        builder.noteUnlabelled(folder);
      } else if (chosen) {
        builder.add(split, builder.unwrapped(folder, split));
      }
    }
    for (String split : List.of(Split.VALIDATION, Split.TRAIN)) {
      // Without labelled test images a model is evaluated on the validation or training images.
      for (Map.Entry<String, String> entry : byFolder.entrySet()) {
        if (builder.splits.isEmpty() && entry.getValue().equals(split)) {
          builder.add(split, builder.unwrapped(prefix + entry.getKey() + "/", split));
        }
      }
    }
    builder.noteUnused(prefix, byFolder.keySet());
  }

  private static void addParents(Set<String> folders, String file) {
    for (int slash = file.lastIndexOf('/'); slash > 0; slash = file.lastIndexOf('/', slash - 1)) {
      if (!folders.add(file.substring(0, slash))) {
        return;
      }
    }
  }

  /** The names of the folders directly below each folder; a key ends with a slash or is empty. */
  private static Map<String, Set<String>> childrenByParent(Set<String> folders) {
    Map<String, Set<String>> children = new TreeMap<>();
    for (String folder : folders) {
      for (String path = folder; !path.isEmpty(); ) {
        int slash = path.lastIndexOf('/');
        String parent = path.substring(0, slash + 1);
        children.computeIfAbsent(parent, p -> new TreeSet<>()).add(path.substring(slash + 1));
        path = slash < 0 ? "" : path.substring(0, slash);
      }
    }
    return children;
  }

  /**
   * The test folders of a folder of images, relative to it; they are not opened.
   *
   * @param encoding of names that are not UTF-8
   */
  static Set<String> testFolders(Path root, Optional<Charset> encoding) {
    Map<String, Path> paths = new LinkedHashMap<>(Map.of("", root));
    Function<String, Set<String>> children =
        prefix -> {
          Set<String> names = new TreeSet<>();
          FolderTree.children(paths.getOrDefault(prefix, root), encoding)
              .forEach(
                  (name, path) -> {
                    if (Files.isDirectory(path)) {
                      names.add(name);
                      paths.put(prefix + name + "/", path);
                    }
                  });
          return names;
        };
    String base = base(children);
    Set<String> folders = new HashSet<>();
    SplitNames.of(children.apply(base))
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
    String[] parts = file.split("/", MAX_WRAPPERS + 3);
    for (int i = 0; i <= MAX_WRAPPERS && i < parts.length - 1; i++) {
      if (SplitNames.mayBe(parts[i], Split.TEST)) {
        return true;
      }
    }
    return false;
  }

  private static final class Builder {
    private final String root;
    private final Function<String, Set<String>> children;
    private final List<String> files;
    private final SplitSelection selection;
    private final boolean allowEmptyClasses;
    private final Map<String, List<Item>> splits = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();
    private final List<String> litter = new ArrayList<>();
    private List<String> classes = List.of();
    private String classesOf = "";

    Builder(
        String root,
        Function<String, Set<String>> children,
        List<String> files,
        SplitSelection selection,
        boolean allowEmptyClasses) {
      this.root = root;
      this.selection = selection;
      this.allowEmptyClasses = allowEmptyClasses;
      this.children = children;
      this.files = files;
    }

    String where(String folder) {
      return folder.isEmpty() ? root : root + "/" + folder;
    }

    /** The folder of a split, or the only folder in it where that means the same split. */
    String unwrapped(String folder, String split) {
      String at = folder;
      for (int i = 0; i < MAX_WRAPPERS; i++) {
        Set<String> names = children.apply(at);
        String only = names.size() == 1 ? names.iterator().next() : "";
        if (!SplitNames.mayBe(only, split) || classes.contains(only)) {
          break;
        }
        at += only + "/";
      }
      return at;
    }

    /** Refuses folders that hold the same folders: they are splits and not classes. */
    void requireNoSplitLooks(String prefix) {
      Map<String, Set<String>> below =
          children.apply(prefix).stream()
              .collect(Collectors.toMap(name -> name, name -> children.apply(prefix + name + "/")));
      List<String> alike = SplitNames.alike(below);
      if (!alike.isEmpty()) {
        Set<String> common = new TreeSet<>(below.getOrDefault(alike.get(0), Set.of()));
        common.retainAll(below.getOrDefault(alike.get(1), Set.of()));
        throw new BadDataException(
            where(prefix)
                + " has the folders "
                + alike.get(0)
                + " and "
                + alike.get(1)
                + ", which hold the same folders, "
                + some(common)
                + ": are they sets of images or classes? Name the sets train, test and val; or put"
                + " all classes inside train/");
      }
    }

    BadDataException noTrain(String prefix, String folder) {
      Set<String> others = new TreeSet<>(children.apply(prefix));
      others.remove(folder);
      return new BadDataException(
          where(prefix)
              + (prefix.isEmpty() ? "/" : "")
              + folder
              + " is there, but no train folder"
              + (others.isEmpty() ? "" : ", and beside it " + some(others))
              + "; "
              + EXPECTED
              + "; if "
              + folder
              + " is a class, put all classes inside train/");
    }

    /** Adds a split. Test images without class folders have no labels; they are left out. */
    void add(String split, String base) {
      Map<String, String> names = classNames(base);
      Map<String, List<Integer>> byClass = new TreeMap<>();
      names.values().forEach(name -> byClass.put(name, new ArrayList<>()));
      List<String> stray = new ArrayList<>();
      Map<String, List<String>> litterByClass = new TreeMap<>();
      for (int i = 0; i < files.size(); i++) {
        String file = files.get(i);
        if (file.startsWith(base)) {
          int slash = file.indexOf('/', base.length());
          if (slash < 0) {
            stray.add(file);
            continue;
          }
          String name = names.getOrDefault(file.substring(base.length(), slash), "");
          if (ImageNames.mayBeImage(file)) {
            byClass.computeIfAbsent(name, n -> new ArrayList<>()).add(i);
          } else {
            litterByClass.computeIfAbsent(name, n -> new ArrayList<>()).add(file);
          }
        }
      }
      boolean isTest = split.equals(Split.TEST);
      if (byClass.isEmpty() && isTest && stray.stream().anyMatch(ImageNames::mayBeImage)) {
        noteUnlabelled(base);
        return;
      }
      requireClasses(split, base, List.copyOf(byClass.keySet()), stray);
      List<String> missing = new ArrayList<>(classes);
      List<Item> items = new ArrayList<>();
      byClass.forEach(
          (name, images) -> {
            if (!images.isEmpty()) {
              missing.remove(name);
            } else if (!allowEmptyClasses
                && (split.equals(Split.TRAIN) || split.equals(Split.ALL))) {
              throw noImage(base + name, litterByClass.getOrDefault(name, List.of()));
            }
            int label = classes.indexOf(name);
            images.stream()
                .map(i -> new Item(i, files.get(i), label))
                .sorted((a, b) -> a.name().compareTo(b.name()))
                .forEach(items::add);
          });
      if (items.isEmpty()) {
        throw new BadDataException(where(base) + " has no image");
      }
      splits.put(split, items);
      litterByClass.values().forEach(litter::addAll);
      if (!missing.isEmpty()) {
        notes.add(where(base) + " has no image of " + classes(missing));
      }
      if (!stray.isEmpty()) {
        notes.add(
            (stray.size() == 1
                    ? "1 file that is in no class folder was left out: "
                    : stray.size() + " files that are in no class folder were left out: ")
                + first(stray));
      }
    }

    /** Adds images whose classes do not come from folders; folders may still mean sets. */
    void addLabelled(
        String prefix, Map<String, String> byFolder, SplitSelection selection, Labelling labels) {
      Map<String, List<Integer>> bySplit = new LinkedHashMap<>();
      List<String> images = new ArrayList<>();
      for (int i = 0; i < files.size(); i++) {
        String file = files.get(i);
        if (ImageNames.mayBeImage(file)) {
          images.add(file);
          bySplit.computeIfAbsent(split(file, prefix, byFolder), s -> new ArrayList<>()).add(i);
        } else {
          litter.add(file);
        }
      }
      Map<String, String> classOf = labels.classes(root, images);
      Map<String, List<Integer>> labelled = new LinkedHashMap<>();
      for (String split :
          List.of(Split.ALL, Split.TRAIN, Split.TEST, Split.VALIDATION, SplitNames.UNLABELLED)) {
        List<Integer> of = new ArrayList<>(bySplit.getOrDefault(split, List.of()));
        List<String> without =
            of.stream().map(files::get).filter(file -> !classOf.containsKey(file)).toList();
        boolean mayLack = split.equals(Split.TEST) || split.equals(SplitNames.UNLABELLED);
        if (mayLack && without.size() == of.size()) {
          noteUnlabelled(without);
        } else if (!without.isEmpty()) {
          throw new BadDataException(
              Numbers.format(
                  "%,d of %,d images in %s have no label by %s: %s",
                  without.size(), of.size(), root, labels.name(), Labelling.some(without)));
        } else if (!of.isEmpty()) {
          labelled.put(split, of);
        }
      }
      boolean test = labelled.containsKey(Split.TEST);
      labelled.forEach(
          (split, of) -> {
            boolean chosen =
                switch (selection) {
                  case ALL -> true;
                  case TRAINING -> !split.equals(Split.TEST);
                  case EVALUATION ->
                      test
                          ? split.equals(Split.TEST)
                          : split.equals(Split.VALIDATION)
                              || !labelled.containsKey(Split.VALIDATION);
                };
            if (chosen) {
              addLabelled(split, of, classOf);
            }
          });
    }

    /** The split that the folder of a file means; {@link Split#ALL} without such folders. */
    private String split(String file, String prefix, Map<String, String> byFolder) {
      if (byFolder.isEmpty()) {
        return Split.ALL;
      }
      String below = file.startsWith(prefix) ? file.substring(prefix.length()) : file;
      String folder = below.contains("/") ? below.substring(0, below.indexOf('/')) : "";
      String split = byFolder.get(folder);
      if (split == null) {
        throw new BadDataException(
            where(file) + " lies in none of the sets " + String.join(", ", byFolder.keySet()));
      }
      return split;
    }

    private void addLabelled(String split, List<Integer> of, Map<String, String> classOf) {
      Map<String, List<Item>> byClass = new TreeMap<>();
      for (int i : of) {
        String name = Normalizer.normalize(classOf.getOrDefault(files.get(i), ""), NFC);
        byClass.computeIfAbsent(name, n -> new ArrayList<>()).add(new Item(i, files.get(i), -1));
      }
      requireClasses(split, split + "/", List.copyOf(byClass.keySet()), List.of());
      List<String> missing = new ArrayList<>(classes);
      missing.removeAll(byClass.keySet());
      if (!missing.isEmpty()) {
        notes.add(where(split) + " has no image of " + classes(missing));
      }
      List<Item> items = new ArrayList<>();
      byClass.forEach(
          (name, images) ->
              images.stream()
                  .map(item -> new Item(item.file(), item.name(), classes.indexOf(name)))
                  .sorted((a, b) -> a.name().compareTo(b.name()))
                  .forEach(items::add));
      splits.put(split, items);
    }

    private static String classes(List<String> names) {
      return (names.size() == 1 ? "the class " : names.size() + " classes: ") + some(names) + ".";
    }

    /** The class of each folder of a split: its name in Unicode's composed form. */
    private Map<String, String> classNames(String base) {
      Map<String, String> names = new LinkedHashMap<>();
      Map<String, String> folders = new LinkedHashMap<>();
      for (String folder : children.apply(base)) {
        String name = Normalizer.normalize(folder, NFC);
        String other = folders.put(name, folder);
        if (other != null) {
          throw new BadDataException(
              where(base)
                  + " has two folders of the name "
                  + name
                  + ", which differ only in their Unicode form (NFC and NFD); rename one");
        }
        names.put(folder, name);
      }
      return names;
    }

    private BadDataException noImage(String folder, List<String> others) {
      String instead = others.isEmpty() ? "" : " but " + ImageNames.counts(others);
      return new BadDataException(
          root
              + "/"
              + folder
              + " has no image"
              + instead
              + "; remove the folder, or set allow_empty_classes");
    }

    private void requireClasses(String split, String base, List<String> names, List<String> stray) {
      if (names.isEmpty()) {
        throw noClasses(split, base, stray);
      }
      if (classes.isEmpty()) {
        classes = names;
        classesOf = where(base);
        return;
      }
      List<String> extra = new ArrayList<>(names);
      extra.removeAll(new HashSet<>(classes));
      if (!extra.isEmpty()) {
        throw new BadDataException(
            where(base)
                + " has the class "
                + first(extra)
                + ", but "
                + classesOf
                + " does not, which has "
                + some(classes));
      }
    }

    private BadDataException noClasses(String split, String base, List<String> stray) {
      long images = stray.stream().filter(ImageNames::mayBeImage).count();
      String instead = images == 0 ? "" : " but " + Counts.of(images, "image", "images");
      String message = where(base) + " has no class folders" + instead + "; " + EXPECTED;
      if (images > 0) {
        message +=
            "; if a table has the classes, set labels to its file; if the names of the images have"
                + " them, set label_pattern, to '(.+)_[0-9]+' for cat_12.jpg";
        if (selection == SplitSelection.EVALUATION) {
          message += "; images without classes cannot be evaluated, but predict names them";
        }
      }
      if (split.equals(Split.ALL) || images == 0) {
        return new BadDataException(message);
      }
      String folder = base.substring(0, base.length() - 1);
      return new BadDataException(
          message
              + "; if "
              + EntryNames.last(folder)
              + " is a class, put all classes inside train/");
    }

    /** Says that images without labels are left for another use. */
    void noteUnlabelled(String folder) {
      noteUnlabelled(
          folder,
          files.stream().filter(f -> f.startsWith(folder) && ImageNames.mayBeImage(f)).count());
    }

    private void noteUnlabelled(List<String> images) {
      if (!images.isEmpty()) {
        String first = images.get(0);
        noteUnlabelled(first.substring(0, first.lastIndexOf('/') + 1), images.size());
      }
    }

    private void noteUnlabelled(String folder, long count) {
      if (count > 0) {
        String images = count == 1 ? "The image in %2$s has" : "The %,d images in %s have";
        notes.add(
            Numbers.format(
                images + " no labels and can be predicted but not evaluated.",
                count,
                where(folder)));
      }
    }

    void noteUnused(String prefix, Set<String> used) {
      List<String> unused = new ArrayList<>(children.apply(prefix));
      unused.removeAll(used);
      if (!unused.isEmpty()) {
        notes.add("Folders beside train, test and val were left out: " + first(unused));
      }
    }

    private static String first(List<String> names) {
      String more = names.size() > 1 ? " and " + (names.size() - 1) + " more" : "";
      return names.get(0) + more;
    }

    private static String some(Collection<String> names) {
      String more = names.size() > MAX_NAMED ? " and " + (names.size() - MAX_NAMED) + " more" : "";
      return names.stream().limit(MAX_NAMED).collect(Collectors.joining(", ")) + more;
    }

    TreeLayout build() {
      if (!litter.isEmpty()) {
        String files =
            litter.size() == 1
                ? "1 file beside the images was left out by its extension"
                : Numbers.format(
                    "%,d files beside the images were left out by their extension", litter.size());
        notes.add(files + ": " + ImageNames.counts(litter) + ".");
      }
      return new TreeLayout(classes, splits, List.copyOf(notes));
    }
  }
}
