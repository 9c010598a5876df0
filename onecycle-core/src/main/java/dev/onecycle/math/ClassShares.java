package dev.onecycle.math;

import dev.onecycle.error.Require;
import java.util.Arrays;

/** The shares of classes in a data set. */
public final class ClassShares {
  private ClassShares() {}

  /**
   * The entropy of the shares, −Σ p ln p, in nats: the lowest mean cross-entropy of a network that
   * gives every image the same answer. It is ln K where K classes are equally common, and less
   * where they are not: 0.056 for 990 images of one class and 10 of another, where ln 2 is 0.693.
   *
   * @param counts of the images of each class, none negative, not all zero
   */
  public static double entropy(long[] counts) {
    double total =
        Arrays.stream(counts).mapToDouble(n -> Require.atLeast("class count", n, 0)).sum();
    Require.that(total > 0, "class counts", "above 0 for one class", "0", "0");
    double entropy = 0;
    for (long count : counts) {
      double share = count / total;
      entropy -= count == 0 ? 0 : share * Math.log(share);
    }
    return entropy;
  }
}
