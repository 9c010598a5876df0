package dev.onecycle.report.page;

import java.util.List;

/** Names of classes as a page shows them: whole where they are few, begun where they are many. */
final class ClassNames {
  /** As many classes as a page lists at all. */
  static final int LISTED = 1000;

  private static final int FEW = 100;
  private static final int LONGEST = 40;

  private final List<String> names;

  ClassNames(List<String> names) {
    this.names = names;
  }

  int count() {
    return names.size();
  }

  /** The name of a label; a page of a thousand names of 255 characters would take megabytes. */
  String of(int label) {
    if (label < 0 || label >= names.size()) {
      return "no class";
    }
    String name = names.get(label);
    return names.size() <= FEW || name.codePointCount(0, name.length()) <= LONGEST
        ? name
        : name.substring(0, name.offsetByCodePoints(0, LONGEST)) + "…";
  }
}
