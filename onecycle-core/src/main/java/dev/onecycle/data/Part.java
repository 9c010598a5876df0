package dev.onecycle.data;

import java.util.List;

/** One of the sets of a source: its training images, say, with their labels and slots. */
final class Part {
  static final String TRAIN = "train";
  static final String TEST = "test";
  static final String VALIDATION = "val";

  /** Images that no folder or file assigns to a set. */
  static final String ALL = "all";

  private final String name;
  private final int[] labels;
  private final int[] slots;
  private final Strings origins;

  Part(String name, int[] labels, int[] slots, Strings origins) {
    this.name = name;
    this.labels = labels;
    this.slots = slots;
    this.origins = origins;
  }

  static Part of(String name, List<Labelled> images) {
    int[] labels = images.stream().mapToInt(Labelled::label).toArray();
    int[] slots = images.stream().mapToInt(Labelled::slot).toArray();
    return new Part(
        name, labels, slots, Strings.of(images.stream().map(Labelled::origin).toList()));
  }

  /** One image: its label, the slot that holds its pixels, and where it came from. */
  record Labelled(int label, int slot, String origin) {}

  String name() {
    return name;
  }

  int size() {
    return labels.length;
  }

  int label(int i) {
    return labels[i];
  }

  int slot(int i) {
    return slots[i];
  }

  String origin(int i) {
    return origins.get(i);
  }

  /** The arrays themselves, for storing; not to be changed. */
  int[] labels() {
    return labels;
  }

  int[] slots() {
    return slots;
  }

  Strings origins() {
    return origins;
  }
}
