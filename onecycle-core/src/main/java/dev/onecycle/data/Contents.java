package dev.onecycle.data;

import java.util.List;

/**
 * What reading a source has found, beside the pixels.
 *
 * @param notes sentences for the user: what was chosen and why
 * @param skipped images that could not be used
 */
record Contents(
    ImageShape shape,
    List<String> classes,
    List<Part> parts,
    List<String> notes,
    List<SkippedImage> skipped) {
  /** The same as if there were no test images. */
  Contents withoutTest() {
    List<Part> others = parts.stream().filter(part -> !part.name().equals(Part.TEST)).toList();
    return new Contents(shape, classes, others, notes, skipped);
  }
}
