package dev.onecycle.data.index;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.ReadingReport;
import java.util.List;

/**
 * The content of a source without its pixels.
 *
 * @param shape the shape of every image
 * @param classes the names of the classes; a label is an index into this list
 * @param splits the sets of images, in the order in which they were read
 * @param report remarks on the reading, for the user
 */
public record SourceIndex(
    ImageShape shape, List<String> classes, List<Split> splits, ReadingReport report) {
  /** The same index with one more note in its report. */
  public SourceIndex withNote(String note) {
    return new SourceIndex(shape, classes, splits, report.withNote(note));
  }
}
