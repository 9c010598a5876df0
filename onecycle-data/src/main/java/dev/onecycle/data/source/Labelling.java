package dev.onecycle.data.source;

import dev.onecycle.data.archive.EntryNames;
import dev.onecycle.data.archive.ShardTree;
import dev.onecycle.error.BadDataException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The classes of images by something else than the folders that they lie in. */
public sealed interface Labelling {
  /**
   * The class of each image that has one.
   *
   * @param root the name of the tree in messages
   * @param images the names of all images
   * @throws BadDataException if a label has no image or several
   */
  Map<String, String> classes(String root, Collection<String> images);

  /** The rule as a text; equal rules have equal texts. */
  String text();

  /** A name for messages. */
  String name();

  /**
   * The first group of a regular expression that is found in the name of a file.
   *
   * @param pattern has a group
   */
  record ByName(Pattern pattern) implements Labelling {
    @Override
    public Map<String, String> classes(String root, Collection<String> images) {
      Map<String, String> classes = new HashMap<>();
      for (String image : images) {
        Matcher matcher = pattern.matcher(EntryNames.last(image));
        if (matcher.find() && matcher.group(1) != null && !matcher.group(1).isBlank()) {
          classes.put(image, matcher.group(1).strip());
        }
      }
      return classes;
    }

    @Override
    public String text() {
      return "labels by " + pattern;
    }

    @Override
    public String name() {
      return "label_pattern " + pattern;
    }
  }

  /**
   * A table of images and classes.
   *
   * @param name of the file of the table
   * @param classByImage the class by the name of an image: its path, or the end of it, with or
   *     without its extension
   * @param text tells this table from others
   */
  record ByTable(String name, Map<String, String> classByImage, String text) implements Labelling {
    @Override
    public Map<String, String> classes(String root, Collection<String> images) {
      Map<String, Set<String>> byEnd = new HashMap<>();
      for (String image : images) {
        String last = EntryNames.last(image);
        byEnd.computeIfAbsent(last, n -> new HashSet<>()).add(image);
        byEnd.computeIfAbsent(stem(last), n -> new HashSet<>()).add(image);
      }
      Map<String, String> classes = new HashMap<>();
      Set<String> missing = new HashSet<>();
      new TreeMap<>(classByImage)
          .forEach(
              (key, label) -> {
                Set<String> found = found(key, byEnd.getOrDefault(EntryNames.last(key), Set.of()));
                if (found.isEmpty()) {
                  missing.add(key);
                }
                if (found.size() > 1) {
                  throw new BadDataException(
                      name + " names " + key + ", but " + root + " has several: " + some(found));
                }
                for (String image : found) {
                  String other = classes.put(image, label);
                  if (other != null && !other.equals(label)) {
                    throw new BadDataException(
                        name + " has two labels for " + image + ": " + other + " and " + label);
                  }
                }
              });
      if (!missing.isEmpty()) {
        throw new BadDataException(
            name
                + " names "
                + missing.size()
                + " of "
                + classByImage.size()
                + " images that are not in "
                + root
                + ": "
                + some(missing));
      }
      return classes;
    }

    /** The images of one name that have a path; one that has it whole comes first. */
    private static Set<String> found(String key, Set<String> candidates) {
      if (candidates.contains(key)) {
        return Set.of(key);
      }
      return candidates.stream()
          .filter(
              image -> ("/" + image).endsWith("/" + key) || stem("/" + image).endsWith("/" + key))
          .collect(Collectors.toSet());
    }

    private static String stem(String name) {
      int dot = name.lastIndexOf('.');
      return dot > name.lastIndexOf('/') + 1 ? name.substring(0, dot) : name;
    }
  }

  /**
   * Classes that stand in files beside the images, as in WebDataset.
   *
   * @param ending of their files
   * @param byKey the class of each sample
   */
  record Beside(String ending, Map<String, String> byKey) implements Labelling {
    @Override
    public Map<String, String> classes(String root, Collection<String> images) {
      Map<String, String> classes = new HashMap<>();
      Map<String, String> imageOf = new HashMap<>();
      for (String image : images) {
        String key = ShardTree.key(image);
        @Nullable String label = byKey.get(key);
        @Nullable String other = imageOf.put(key, image);
        if (other != null) {
          throw new BadDataException(
              root
                  + " must have one image for each key but has "
                  + other
                  + " and "
                  + EntryNames.last(image));
        }
        if (label != null) {
          classes.put(image, label);
        }
      }
      return classes;
    }

    @Override
    public String text() {
      return "beside";
    }

    @Override
    public String name() {
      return "their ." + ending + " files";
    }
  }

  /** The first few names of many, and the number of the others. */
  static String some(Collection<String> names) {
    List<String> first = names.stream().sorted().limit(3).toList();
    int others = names.size() - first.size();
    return String.join(", ", first) + (others > 0 ? " and " + others + " more" : "");
  }
}
