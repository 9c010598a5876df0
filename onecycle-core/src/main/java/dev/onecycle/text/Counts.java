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
    return samples(count, set, "images");
  }

  /**
   * A count of the samples of a set.
   *
   * @param noun in the plural: "images", "samples"
   */
  public static String samples(long count, String set, String noun) {
    String before = set.equals("all") ? "" : adjective(set) + " ";
    return of(count, before + noun.replaceFirst("s$", ""), before + noun);
  }

  /** The name of a set as it stands before a noun: "test" loss, "held-out" images. */
  public static String adjective(String set) {
    return set.replaceFirst(" (tenth|part)$", "");
  }

  /**
   * A part of a training: "3 of 10 epochs", "1 of 1 epoch".
   *
   * @param planned epochs of the whole, as a number or a text
   */
  public static String epochs(long done, Object planned) {
    return done + " of " + planned + (planned.toString().equals("1") ? " epoch" : " epochs");
  }
}
