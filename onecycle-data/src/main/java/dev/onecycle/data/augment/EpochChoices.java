package dev.onecycle.data.augment;

/** The choices of one epoch, one for each image of the dataset; immutable. */
public final class EpochChoices {
  private final Augmentation augmentation;
  private final long[] codes;

  EpochChoices(Augmentation augmentation, long[] codes) {
    this.augmentation = augmentation;
    this.codes = codes;
  }

  /** The number of images. */
  public int size() {
    return codes.length;
  }

  /** The choice for image {@code index}. */
  public CropChoice get(int index) {
    return augmentation.choice(codes[index]);
  }
}
