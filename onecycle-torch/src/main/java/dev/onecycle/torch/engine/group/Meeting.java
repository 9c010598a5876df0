package dev.onecycle.torch.engine.group;

import java.time.Duration;

/**
 * The way in which a rank meets the others.
 *
 * @param rank from 0 on
 * @param size the number of ranks
 * @param store of keys by which ranks find one another
 * @param attempt of the job, so that the ranks of an earlier one are not taken for those of this
 *     one
 * @param patience for the others to come
 * @param timeout of every collective operation
 */
public record Meeting(
    int rank, int size, Store store, int attempt, Duration patience, Duration timeout) {
  /**
   * The store of keys.
   *
   * @param host where it is
   * @param port where it listens
   * @param served whether this rank serves it, and does not only use it
   */
  public record Store(String host, int port, boolean served) {}

  String host() {
    return store.host;
  }

  int port() {
    return store.port;
  }

  boolean serves() {
    return store.served;
  }
}
