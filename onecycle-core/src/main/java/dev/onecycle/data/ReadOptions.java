package dev.onecycle.data;

import java.util.Locale;

/**
 * How a source is read.
 *
 * @param sizing the size that images get
 * @param skipBad whether images that cannot be used are left out instead of failing the read
 * @param wanted which images are read
 * @param progress hears how far the read has come
 */
record ReadOptions(Sizing sizing, boolean skipBad, Wanted wanted, Progress progress) {
  /** What the decoded images depend on, as text. */
  String description() {
    String part = wanted == Wanted.ALL ? "" : " " + wanted.name().toLowerCase(Locale.ROOT);
    return sizing + (skipBad ? " skip-bad" : "") + part;
  }
}
