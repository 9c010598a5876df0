package dev.onecycle.torch.distributed;

import dev.onecycle.data.batch.Part;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.OnecycleException;
import dev.onecycle.error.RankException;
import dev.onecycle.error.Require;
import dev.onecycle.torch.engine.NativeErrors;
import dev.onecycle.torch.engine.group.GlooGroup;
import dev.onecycle.torch.engine.group.Meeting;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The ranks of a job, connected: processes that train one network together, each on its part of
 * every batch. They exchange tensors by c10d, the engine under PyTorch's DistributedDataParallel.
 *
 * <pre>{@code
 * Rendezvous place = Rendezvous.of(System.getenv());
 * try (ProcessGroup ranks = ProcessGroup.join(place, ProcessGroup.TIMEOUT)) {
 *   try {
 *     TrainingJob.start(config, folder, RunControl.on(ranks));
 *   } catch (OnecycleException e) {
 *     ranks.closeAfter(e);
 *     throw e;
 *   }
 * }
 * }</pre>
 *
 * <p>Every method but {@link #rank}, {@link #size} and their like is collective: all ranks must
 * call it, in the same order. A rank that has ended, or that does not answer in time, ends the
 * others with a {@link RankException}; the group is of no use afterwards. A rank that fails by
 * itself calls {@link #closeAfter}, so that the others learn why.
 *
 * <p>For one thread. The connections are neither authenticated nor encrypted: use them in a network
 * that you trust.
 */
public final class ProcessGroup implements AutoCloseable {
  /** The usual timeout of every collective operation. */
  public static final Duration TIMEOUT = Duration.ofSeconds(120);

  /**
   * The time that ranks may differ by where one of them has much to do alone, such as to decode.
   */
  public static final Duration LONG = Duration.ofHours(2);

  /** Rank 0 reads or writes a file of any size in this time. */
  private static final Duration FILES = Duration.ofSeconds(60);

  /** The group of a job on one process: every method returns at once. */
  public static final ProcessGroup ALONE = new ProcessGroup(Rendezvous.ALONE, null, TIMEOUT, 0);

  /** The timeouts that ranks wait to meet: machines start at different times. */
  private static final int MEETING = 5;

  private static final char VALUE = 'v';
  private static final char FAILURE = 'f';
  private static final char PASSING = 'p';

  private final Rendezvous place;
  private final @Nullable GlooGroup gloo;
  private final Duration timeout;
  private final int verifyEvery;

  private ProcessGroup(
      Rendezvous place, @Nullable GlooGroup gloo, Duration timeout, int verifyEvery) {
    this.place = place;
    this.gloo = gloo;
    this.timeout = timeout;
    this.verifyEvery = verifyEvery;
  }

  /**
   * The same connection, whose ranks compare their weights after every so many steps, beside once
   * an epoch. Closing either group closes both.
   *
   * @param steps 0 for once an epoch alone; equal on all ranks
   */
  public ProcessGroup withVerifyEvery(int steps) {
    return new ProcessGroup(place, gloo, timeout, Require.atLeast("verify every", steps, 0));
  }

  /** The steps between two comparisons of the ranks' weights; 0 for once an epoch alone. */
  public int verifyEvery() {
    return verifyEvery;
  }

  /**
   * Meets the other ranks; waits for them. Loads the engine, unless the rank is alone.
   *
   * @param timeout of every collective operation; the others get five times as long to come, and in
   *     each further attempt of the job that much more
   * @return the group, to be closed by the caller
   * @throws InvalidValueException where the address cannot be used, a rank is there twice, or ranks
   *     differ in their number
   * @throws RankException where not all came in time
   */
  public static ProcessGroup join(Rendezvous place, Duration timeout) {
    return join(place, timeout, said -> {});
  }

  /**
   * As the other method.
   *
   * @param said is told which ranks this one waits for, after five seconds and then every thirty
   */
  public static ProcessGroup join(Rendezvous place, Duration timeout, Consumer<String> said) {
    return join(place, patience(place.attempt(), timeout), timeout, said);
  }

  /**
   * The time to meet in an attempt. A machine whose rank has died before the others came is an
   * attempt ahead of them: it must still wait when they have come late, have given up and come
   * again.
   */
  static Duration patience(int attempt, Duration timeout) {
    return timeout.multipliedBy(MEETING * (1L + attempt));
  }

  /**
   * As the other method, with a time of its own for the others to come.
   *
   * @param patience for the others to come
   */
  public static ProcessGroup join(Rendezvous place, Duration patience, Duration timeout) {
    return join(place, patience, timeout, said -> {});
  }

  private static ProcessGroup join(
      Rendezvous place, Duration patience, Duration timeout, Consumer<String> said) {
    if (place.isAlone()) {
      return ALONE;
    }
    Require.that(
        timeout.toMillis() >= 1, "collective timeout", "positive", timeout.toMillis(), timeout);
    boolean serves = place.rank() == 0 && !place.agentStore();
    return new ProcessGroup(
        place,
        NativeErrors.named(
            () ->
                GlooGroup.join(
                    new Meeting(
                        place.rank(),
                        place.size(),
                        new Meeting.Store(place.host(), place.port(), serves),
                        place.attempt(),
                        patience,
                        timeout),
                    said)),
        timeout,
        0);
  }

  /** The place of this rank. */
  public Rendezvous place() {
    return place;
  }

  /** The number of this rank, from 0 on. */
  public int rank() {
    return place.rank();
  }

  /** The number of ranks. */
  public int size() {
    return place.size();
  }

  /** Whether there is no other rank. */
  public boolean isAlone() {
    return gloo == null;
  }

  /** Whether this is rank 0, which alone writes files. */
  public boolean isFirst() {
    return rank() == 0;
  }

  /** The part of every batch that this rank computes. */
  public Part part() {
    return new Part(rank(), size());
  }

  /** The connection, which the engine alone knows how to use; empty where the rank is alone. */
  public Optional<AutoCloseable> connection() {
    return Optional.ofNullable(gloo);
  }

  /** The number that rank 0 has, where ranks may differ: a time, for example. */
  public double ofFirst(double own) {
    return gloo == null ? own : gloo.ofFirst(own);
  }

  /** The sum of a number over all ranks. */
  public double sum(double own) {
    return gloo == null ? own : gloo.sum(own);
  }

  /** The answer of rank 0, where ranks may differ. */
  public boolean ofFirst(boolean own) {
    return ofFirst(own ? 1.0 : 0.0) > 0;
  }

  /**
   * A text that rank 0 alone finds. Where that fails, all ranks fail.
   *
   * @param work called on rank 0
   */
  public String ofFirst(Supplier<String> work) {
    return ofFirst(work, patience());
  }

  private Duration patience() {
    return timeout.compareTo(FILES) > 0 ? timeout : FILES;
  }

  /** As {@link #ofFirst(Supplier)}, for work that takes so long at most. */
  public String ofFirst(Supplier<String> work, Duration patience) {
    if (gloo == null) {
      return work.get();
    }
    String message = "";
    @Nullable OnecycleException failure = null;
    if (isFirst()) {
      try {
        message = VALUE + work.get();
      } catch (OnecycleException e) {
        failure = e;
        message = (e.isPermanent() ? FAILURE : PASSING) + String.valueOf(e.getMessage());
      }
    }
    byte[] bytes = gloo.ofFirst(message.getBytes(StandardCharsets.UTF_8), patience);
    if (failure != null) {
      throw failure;
    }
    String found = new String(bytes, StandardCharsets.UTF_8);
    String failed = "rank 0 failed: " + found.substring(1);
    return switch (found.charAt(0)) {
      case FAILURE -> throw RankException.permanent(failed);
      case PASSING -> throw new RankException(failed);
      default -> found.substring(1);
    };
  }

  /**
   * Makes sure that all ranks have the same value.
   *
   * @param name of the value
   * @throws InvalidValueException on a rank whose value is not that of rank 0
   * @throws RankException on all others
   */
  public void requireSame(String name, String value) {
    requireSame(name, value, "give all ranks the same command, data and version");
  }

  /** As the other method, with other advice. */
  public void requireSame(String name, String value, String advice) {
    if (gloo == null) {
      return;
    }
    String wanted = ofFirst(() -> value);
    boolean differs = !wanted.equals(value);
    double highest = gloo.max(differs ? rank() : -1, patience());
    if (differs) {
      throw Require.invalid(
          name + " of rank " + rank(), "the same as on rank 0, " + wanted + ",", value, advice);
    }
    if (highest >= 0) {
      throw RankException.permanent(
          name + " must be " + wanted + " on all ranks but rank " + (int) highest + " has another");
    }
  }

  /**
   * The time that the ranks take to add up an array, to measure their connection; 0 where the rank
   * is alone.
   *
   * @param values of the array, float32
   * @return seconds
   */
  public double secondsOfSum(int values) {
    Require.atLeast("values", values, 1);
    return gloo == null ? 0 : gloo.secondsOfSum(values);
  }

  /** Waits until all ranks are there. */
  public void awaitAll() {
    awaitAll(patience());
  }

  /** Waits until all ranks are there, the slowest of them so long. */
  public void awaitAll(Duration patience) {
    if (gloo != null) {
      double unused = gloo.max(0, patience);
    }
  }

  /**
   * Closes the group after a failure of this rank. Where that is permanent, such as bad data on one
   * machine, or where this rank was told to stop, the others learn the reason and end too, by a
   * {@link RankException} that is permanent.
   *
   * @param failure that ends the work of this rank
   */
  public void closeAfter(RuntimeException failure) {
    if (gloo == null) {
      return;
    }
    if (failure instanceof CancellationException) {
      gloo.close("rank " + rank() + " was told to stop");
    } else if (failure instanceof OnecycleException of && of.isPermanent()) {
      gloo.close("rank " + rank() + " failed: " + failure.getMessage());
    } else {
      gloo.close();
    }
  }

  @Override
  public void close() {
    if (gloo != null) {
      gloo.close();
    }
  }

  @Override
  public String toString() {
    return place.toString();
  }
}
