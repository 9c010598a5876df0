package dev.onecycle.data.image;

import java.util.Locale;

/** How an image gets another shape. */
public enum Resize {
  /** The image covers the shape, and what stands out is cut off around its centre. */
  CROP,
  /** Height and width are resized separately, so proportions change. */
  SQUASH,
  /** The whole image fits into the shape, centred; the rest is black. */
  PAD;

  /** The name in settings: {@code crop}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
