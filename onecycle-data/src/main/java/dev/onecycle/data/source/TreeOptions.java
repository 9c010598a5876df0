package dev.onecycle.data.source;

import java.nio.charset.Charset;
import java.util.Optional;

/**
 * The way in which the names of a folder or archive are understood.
 *
 * @param encoding of names that do not say theirs; without one, they are UTF-8 where they can be
 * @param followLinks whether links out of the folder are followed
 * @param labelling the classes of images that do not lie in class folders
 * @param allowEmptyClasses whether a class may have no image to train on
 */
public record TreeOptions(
    Optional<Charset> encoding,
    boolean followLinks,
    boolean allowEmptyClasses,
    Optional<Labelling> labelling) {
  /** UTF-8, no links out of the folder, images of every class. */
  public static final TreeOptions STANDARD =
      new TreeOptions(Optional.empty(), false, false, Optional.empty());

  /** The options as text; empty for the standard ones. */
  String description() {
    return encoding.map(charset -> " encoding " + charset).orElse("")
        + (followLinks ? " follow-links" : "")
        + (allowEmptyClasses ? " empty-classes" : "")
        + labelling.map(rule -> " " + rule.text()).orElse("");
  }
}
