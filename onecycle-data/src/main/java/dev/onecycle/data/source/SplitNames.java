package dev.onecycle.data.source;

import dev.onecycle.data.index.Split;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The sets of images that names of folders mean: {@code train}, {@code Training}, {@code test_set},
 * {@code seg_train} and so on.
 *
 * <p>A name is cut into words. One of them names the set; the others either say nothing, as {@code
 * images}, or are the same in the names of all sets, as in {@code birds_train} and {@code
 * birds_test}.
 */
public final class SplitNames {
  /** The images of such a folder have no labels; they are there to be predicted. */
  public static final String UNLABELLED = "unlabelled";

  private static final List<String> ORDER =
      List.of(Split.TRAIN, Split.TEST, Split.VALIDATION, UNLABELLED);

  private static final Map<String, String> WORDS =
      Map.ofEntries(
          Map.entry("train", Split.TRAIN),
          Map.entry("training", Split.TRAIN),
          Map.entry("test", Split.TEST),
          Map.entry("testing", Split.TEST),
          Map.entry("val", Split.VALIDATION),
          Map.entry("valid", Split.VALIDATION),
          Map.entry("validation", Split.VALIDATION),
          Map.entry("pred", UNLABELLED),
          Map.entry("prediction", UNLABELLED),
          Map.entry("unlabeled", UNLABELLED),
          Map.entry("unlabelled", UNLABELLED));

  /** Words that say nothing. */
  private static final Set<String> FILLERS =
      Set.of(
          "set",
          "sets",
          "data",
          "dataset",
          "split",
          "seg",
          "image",
          "images",
          "img",
          "imgs",
          "photo",
          "photos",
          "picture",
          "pictures",
          "sample",
          "samples",
          "folder");

  private SplitNames() {}

  /** A set and the words beside its name. */
  private record Meaning(String split, List<String> rest) {}

  /**
   * The set of each folder that means one: the training set first, then test and validation.
   *
   * @param siblings the names of folders in one folder
   */
  public static Map<String, String> of(Collection<String> siblings) {
    Map<List<String>, Map<String, String>> byRest = new LinkedHashMap<>();
    for (String split : ORDER) {
      for (String name : siblings) {
        Meaning meaning = meaning(name);
        if (meaning != null && meaning.split.equals(split)) {
          byRest.computeIfAbsent(meaning.rest, rest -> new LinkedHashMap<>()).put(name, split);
        }
      }
    }
    Map<String, String> plain = byRest.getOrDefault(List.of(), Map.of());
    if (plain.values().stream().anyMatch(split -> !split.equals(UNLABELLED))) {
      return plain;
    }
    return byRest.values().stream()
        .filter(sets -> sets.containsValue(Split.TRAIN) && sets.size() > 1)
        .findFirst()
        .orElse(Map.of());
  }

  /** Whether a name means a set, alone or beside others. */
  static boolean mayBe(String name, String split) {
    Meaning meaning = meaning(name);
    return meaning != null && meaning.split.equals(split);
  }

  private static @Nullable Meaning meaning(String name) {
    String parted = name.replaceAll("(\\p{Ll})(\\p{Lu})", "$1 $2").toLowerCase(Locale.ROOT);
    @Nullable String split = null;
    List<String> rest = new ArrayList<>();
    for (String part : parted.split("[^\\p{L}\\p{N}]+", -1)) {
      String word = part.replaceAll("\\d+$", "");
      String meant = WORDS.getOrDefault(word, WORDS.get(word.replaceAll("(set|images|data)$", "")));
      if (meant != null && split != null && !meant.equals(split)) {
        return null;
      } else if (meant != null) {
        split = meant;
      } else if (!part.isEmpty() && !FILLERS.contains(part)) {
        rest.add(part);
      }
    }
    return split == null ? null : new Meaning(split, List.copyOf(rest));
  }

  /**
   * Two folders that hold the same folders, as sets of the same classes do; empty if there are
   * none.
   *
   * @param children the folders that each folder holds
   */
  static List<String> alike(Map<String, Set<String>> children) {
    Map<String, Set<String>> sorted = new TreeMap<>(children);
    for (Map.Entry<String, Set<String>> a : sorted.entrySet()) {
      for (Map.Entry<String, Set<String>> b : sorted.entrySet()) {
        long common = a.getValue().stream().filter(b.getValue()::contains).count();
        int fewer = Math.min(a.getValue().size(), b.getValue().size());
        if (a.getKey().compareTo(b.getKey()) < 0 && common >= 2 && 2 * common > fewer) {
          return List.of(a.getKey(), b.getKey());
        }
      }
    }
    return List.of();
  }
}
