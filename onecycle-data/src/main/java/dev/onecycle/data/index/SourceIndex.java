package dev.onecycle.data.index;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.SkippedImage;
import java.util.List;

/**
 * What reading a source has found, beside the pixels.
 *
 * @param notes sentences for the user: what was chosen and why
 * @param skipped images that could not be used
 */
public record SourceIndex(
    ImageShape shape,
    List<String> classes,
    List<Split> parts,
    List<String> notes,
    List<SkippedImage> skipped) {
  /** The same as if there were no test images. */
  public SourceIndex withoutTest() {
    List<Split> others = parts.stream().filter(part -> !part.name().equals(Split.TEST)).toList();
    return new SourceIndex(shape, classes, others, notes, skipped);
  }
}
