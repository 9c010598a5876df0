package dev.onecycle.text;

/** Counts with their noun, in the singular or the plural. */
public final class Counts {
  private Counts() {}

  /** A count: "1 step", "1,200 steps". */
  public static String of(long count, String one, String many) {
    return Numbers.format("%,d %s", count, count == 1 ? one : many);
  }

  /**
   * A count of the images of a set: "1 test image", "12 held-out images".
   *
   * @param set its name: test, val, held-out tenth, held-out part; "all" is not said
   */
  public static String images(long count, String set) {
    if (set.equals("all")) {
      return of(count, "image", "images");
    }
    String adjective = set.replaceFirst(" (tenth|part)$", "");
    return of(count, adjective + " image", adjective + " images");
  }
}
