package dev.onecycle.data.batch;

import dev.onecycle.error.Require;

/**
 * The part of every batch that one rank of several loads: ranks take neighbouring parts of equal
 * size, in their order.
 *
 * <p>A part has at least {@value #MIN_SAMPLES} samples, since fewer would make the statistics of
 * batch norms poor: the ranks of a small batch that get none load nothing of it.
 *
 * @param rank that loads it, from 0 on
 * @param ranks in all
 */
public record Part(int rank, int ranks) {
  /** The fewest samples of a part, where the batch has as many. */
  public static final int MIN_SAMPLES = 16;

  /** The whole of every batch. */
  public static final Part WHOLE = new Part(0, 1);

  public Part {
    Require.atLeast("ranks", ranks, 1);
    Require.that(rank >= 0 && rank < ranks, "rank", "in [0, " + ranks + ")", rank, rank);
  }

  /** The ranks that get samples of a batch. */
  public int used(int samples) {
    return Math.max(1, Math.min(ranks, samples / MIN_SAMPLES));
  }

  /** The position in a batch of its first sample. */
  public int begin(int samples) {
    int used = used(samples);
    return (int) ((long) samples * Math.min(rank, used) / used);
  }

  /** The position in a batch after its last sample; {@link #begin} where it gets none. */
  public int end(int samples) {
    int used = used(samples);
    return (int) ((long) samples * Math.min(rank + 1, used) / used);
  }

  /** The samples of a batch that it has. */
  public int size(int samples) {
    return end(samples) - begin(samples);
  }

  /** The most samples that it has of any batch of up to so many samples. */
  public int most(int samples) {
    int most = (samples + used(samples) - 1) / used(samples);
    // Of a batch too small for one rank more, the parts are almost twice the fewest samples.
    return ranks == 1 ? samples : Math.max(most, Math.min(samples, 2 * MIN_SAMPLES));
  }

  /** The same part of another rank. */
  public Part of(int other) {
    return new Part(other, ranks);
  }
}
