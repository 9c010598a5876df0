package dev.onecycle.data.image;

import java.util.ArrayList;
import java.util.List;

/**
 * Remarks on data that was read, for the user.
 *
 * @param notes whole sentences: which choices were made, and why
 * @param warnings whole sentences: what makes results less than they seem
 * @param skipped the images that were left out because they cannot be used
 */
public record ReadingReport(List<String> notes, List<String> warnings, List<SkippedImage> skipped) {
  /** A report without notes, warnings and skipped images. */
  public static final ReadingReport EMPTY = new ReadingReport(List.of(), List.of(), List.of());

  public ReadingReport {
    notes = List.copyOf(notes);
    warnings = List.copyOf(warnings);
    skipped = List.copyOf(skipped);
  }

  /** The same report with one more note at its end. */
  public ReadingReport withNote(String note) {
    return new ReadingReport(with(notes, note), warnings, skipped);
  }

  /** The same report with one more warning at its end. */
  public ReadingReport withWarning(String warning) {
    return new ReadingReport(notes, with(warnings, warning), skipped);
  }

  private static List<String> with(List<String> list, String text) {
    List<String> all = new ArrayList<>(list);
    all.add(text);
    return all;
  }
}
