package dev.onecycle.torch.engine.network;

import java.util.ArrayList;
import java.util.List;

/**
 * A part of a batch, computed by one replica.
 *
 * @param number of the slice in its batch
 * @param from index of its first image
 * @param to index after its last image
 */
record Slice(int number, int from, int to) {
  /** Fewer images than this a slice would make batch statistics poor. */
  private static final int MIN_IMAGES = 16;

  /**
   * Cuts a batch, and deals the slices out in turn; that depends on these numbers alone.
   *
   * @param size images of the batch
   * @param parts wanted; small batches are cut into fewer
   * @param replicas to deal them to
   * @return the slices of each replica that gets any
   */
  static List<List<Slice>> deal(int size, int parts, int replicas) {
    int most = Math.max(1, size / MIN_IMAGES);
    int count = Math.max(1, Math.min(most, parts));
    List<List<Slice>> byReplica = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (i < replicas) {
        byReplica.add(new ArrayList<>());
      }
      int from = (int) ((long) size * i / count);
      int to = (int) ((long) size * (i + 1) / count);
      byReplica.get(i % replicas).add(new Slice(i, from, to));
    }
    return byReplica;
  }
}
