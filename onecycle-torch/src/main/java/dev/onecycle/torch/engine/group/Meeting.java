package dev.onecycle.torch.engine.group;

import dev.onecycle.error.RankException;
import dev.onecycle.torch.engine.NativeErrors;
import java.time.Duration;
import java.util.function.Supplier;

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

  /** Does work with other ranks; an error of the engine means that one of them is lost. */
  <T> T connected(Supplier<T> work) {
    try {
      return work.get();
    } catch (RuntimeException e) {
      throw lost(e);
    }
  }

  /** An error of the engine as one that says which rank has lost another; any other as it is. */
  RuntimeException lost(RuntimeException e) {
    if (e.getClass() != RuntimeException.class) {
      return e;
    }
    return new RankException(
        "rank "
            + rank
            + " of "
            + size
            + " lost its connection to another rank, which has ended or does not answer; see the"
            + " output of that rank (the engine says: "
            + NativeErrors.line(e)
            + ")");
  }
}
