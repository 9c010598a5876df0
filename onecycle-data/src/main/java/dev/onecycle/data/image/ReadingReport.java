package dev.onecycle.data.image;

import java.util.ArrayList;
import java.util.List;

/**
 * Remarks on data that was read, for the user.
 *
 * @param notes whole sentences: which choices were made, and why
 * @param skipped the images that were left out because they cannot be used
 */
public record ReadingReport(List<String> notes, List<SkippedImage> skipped) {
  /** A report without notes and skipped images. */
  public static final ReadingReport EMPTY = new ReadingReport(List.of(), List.of());

  public ReadingReport {
    notes = List.copyOf(notes);
    skipped = List.copyOf(skipped);
  }

  /** The same report with one more note at its end. */
  public ReadingReport withNote(String note) {
    List<String> all = new ArrayList<>(notes);
    all.add(note);
    return new ReadingReport(all, skipped);
  }
}
