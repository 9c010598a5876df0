package dev.onecycle.data;

/**
 * How a source is read.
 *
 * @param sizing the size that images get
 * @param skipBad whether images that cannot be used are left out instead of failing the read
 * @param evaluationOnly whether only the images to evaluate on are wanted
 * @param progress hears how far the read has come
 */
record ReadOptions(Sizing sizing, boolean skipBad, boolean evaluationOnly, Progress progress) {
  /** What the decoded images depend on, as text. */
  String description() {
    return sizing + (skipBad ? " skip-bad" : "") + (evaluationOnly ? " evaluation" : "");
  }
}
