package dev.onecycle.report.page;

import java.util.List;

/** The names of classes on a page; long names are cut if there are many classes. */
final class ClassNames {
  /** The most classes that a page lists. */
  static final int MAX_LISTED = 1000;

  private static final int MAX_UNCUT = 100;
  private static final int MAX_LENGTH = 40;

  private final List<String> names;

  ClassNames(List<String> names) {
    this.names = names;
  }

  int count() {
    return names.size();
  }

  /** The number of characters of the longest name; 0 if there is no class. */
  int longest() {
    return names.stream().mapToInt(name -> name.codePointCount(0, name.length())).max().orElse(0);
  }

  /** The name of a label, cut so that a page with a thousand names stays below a megabyte. */
  String of(int label) {
    if (label < 0 || label >= names.size()) {
      return "no class";
    }
    String name = names.get(label);
    return names.size() <= MAX_UNCUT || name.codePointCount(0, name.length()) <= MAX_LENGTH
        ? name
        : name.substring(0, name.offsetByCodePoints(0, MAX_LENGTH)) + "…";
  }
}
