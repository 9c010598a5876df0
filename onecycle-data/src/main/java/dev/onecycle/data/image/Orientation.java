package dev.onecycle.data.image;

import java.util.Locale;

/** What becomes of the orientation that a camera notes in a file (EXIF tag 0x0112). */
public enum Orientation {
  /** The image is turned and mirrored as the file says. */
  APPLY,
  /** The pixels stay as they are stored. */
  IGNORE;

  /** The name in settings: {@code apply}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
