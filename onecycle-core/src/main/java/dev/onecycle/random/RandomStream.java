package dev.onecycle.random;

import java.util.SplittableRandom;

/**
 * Random numbers that depend on a seed, a purpose and indices, and on nothing else.
 *
 * <p>The order of an epoch, the crop of an image or the dropout of a step is drawn from a stream of
 * its own, so it is the same whichever thread draws it, however many there are, and whether the run
 * was resumed.
 */
public final class RandomStream {
  private RandomStream() {}

  /**
   * A stream of random numbers.
   *
   * @param seed the run's seed
   * @param purpose what the numbers are for, so that equal indices of other purposes differ
   * @param indices epoch, step or image, in the order the purpose defines
   */
  public static SplittableRandom of(long seed, String purpose, long... indices) {
    return new SplittableRandom(key(seed, purpose, indices));
  }

  /** The 64 bits that stand for a stream, to seed a generator of another library. */
  public static long key(long seed, String purpose, long... indices) {
    long key = mix(seed ^ 0x9E3779B97F4A7C15L);
    for (int i = 0; i < purpose.length(); i++) {
      key = mix(key + purpose.charAt(i));
    }
    for (long index : indices) {
      key = mix(key ^ mix(index + 0xD1B54A32D192ED03L));
    }
    return key;
  }

  /**
   * The finalizer of SplitMix64 (Steele, Lea and Flood 2014): every input bit reaches every output
   * bit.
   */
  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
