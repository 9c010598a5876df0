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
   * Cuts a batch, and deals neighbouring slices to each replica, as a batch is dealt to ranks; that
   * depends on these numbers alone.
   *
   * @param size images of the batch
   * @param parts wanted; small batches are cut into fewer
   * @param replicas to deal them to
   * @return the slices of each replica that gets any; none gets more than one before it
   */
  static List<List<Slice>> deal(int size, int parts, int replicas) {
    int most = Math.max(1, size / MIN_IMAGES);
    int count = Math.max(1, Math.min(most, parts));
    int used = Math.min(count, replicas);
    List<List<Slice>> byReplica = new ArrayList<>();
    int number = 0;
    for (int replica = 0; replica < used; replica++) {
      List<Slice> mine = new ArrayList<>();
      int own = count / used + (replica < count % used ? 1 : 0);
      for (int i = 0; i < own; i++, number++) {
        int from = (int) ((long) size * number / count);
        int to = (int) ((long) size * (number + 1) / count);
        mine.add(new Slice(number, from, to));
      }
      byReplica.add(mine);
    }
    return byReplica;
  }
}
