package dev.onecycle.data.source;

import dev.onecycle.data.index.SplitSelection;
import dev.onecycle.data.work.ReadingListener;
import java.util.Locale;

/**
 * How a source is read.
 *
 * @param sizing the size that images get
 * @param skipBad whether images that cannot be used are left out instead of failing the read
 * @param wanted which images are read
 * @param progress hears how far the read has come
 */
public record ReadOptions(
    Sizing sizing, boolean skipBad, SplitSelection wanted, ReadingListener progress) {
  /** What the decoded images depend on, as text. */
  String description() {
    String part = wanted == SplitSelection.ALL ? "" : " " + wanted.name().toLowerCase(Locale.ROOT);
    return sizing + (skipBad ? " skip-bad" : "") + part;
  }
}
