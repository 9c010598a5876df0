package dev.onecycle.data.index;

import java.util.List;

/** One of the sets of a source: its training images, say, with their labels and slots. */
public final class Split {
  public static final String TRAIN = "train";
  public static final String TEST = "test";
  public static final String VALIDATION = "val";

  /** Images that no folder or file assigns to a set. */
  public static final String ALL = "all";

  private final String name;
  private final int[] labels;
  private final int[] slots;
  private final PackedStrings origins;

  public Split(String name, int[] labels, int[] slots, PackedStrings origins) {
    this.name = name;
    this.labels = labels;
    this.slots = slots;
    this.origins = origins;
  }

  public static Split of(String name, List<Labelled> images) {
    int[] labels = images.stream().mapToInt(Labelled::label).toArray();
    int[] slots = images.stream().mapToInt(Labelled::slot).toArray();
    return new Split(
        name, labels, slots, PackedStrings.of(images.stream().map(Labelled::origin).toList()));
  }

  /** One image: its label, the slot that holds its pixels, and where it came from. */
  public record Labelled(int label, int slot, String origin) {}

  public String name() {
    return name;
  }

  public int size() {
    return labels.length;
  }

  public int label(int i) {
    return labels[i];
  }

  public int slot(int i) {
    return slots[i];
  }

  public String origin(int i) {
    return origins.get(i);
  }

  /** The arrays themselves, for storing; not to be changed. */
  public int[] labels() {
    return labels;
  }

  public int[] slots() {
    return slots;
  }

  public PackedStrings origins() {
    return origins;
  }
}
