package dev.onecycle.data.index;

import java.util.List;

/** One set of images of a source, such as its training images: their labels, slots and origins. */
public final class Split {
  public static final String TRAIN = "train";
  public static final String TEST = "test";
  public static final String VALIDATION = "val";

  /** The name of the one set of a source that does not assign its images to sets. */
  public static final String ALL = "all";

  private final String name;
  private final int[] labels;
  private final int[] slots;
  private final PackedStrings origins;

  /** Takes over the arrays, which must not be changed any more. */
  public Split(String name, int[] labels, int[] slots, PackedStrings origins) {
    this.name = name;
    this.labels = labels;
    this.slots = slots;
    this.origins = origins;
  }

  /** A split of images in their order. */
  public static Split of(String name, List<Labelled> images) {
    int[] labels = images.stream().mapToInt(Labelled::label).toArray();
    int[] slots = images.stream().mapToInt(Labelled::slot).toArray();
    return new Split(
        name, labels, slots, PackedStrings.of(images.stream().map(Labelled::origin).toList()));
  }

  /**
   * One image of a split.
   *
   * @param slot the position of its pixels among the stored images
   * @param origin the path or entry name that it was read from
   */
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

  /** The array of labels itself, for storing; must not be changed. */
  public int[] labels() {
    return labels;
  }

  /** The array of slots itself, for storing; must not be changed. */
  public int[] slots() {
    return slots;
  }

  public PackedStrings origins() {
    return origins;
  }
}
