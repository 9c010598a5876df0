package dev.onecycle.torch.engine.group;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.RankException;
import dev.onecycle.error.Require;
import dev.onecycle.fault.Faults;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.engine.NativeErrors;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.SizeTPointer;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.StringVector;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The store of keys by which the ranks of a job meet, and in which one of them leaves the reason
 * why all must end. Rank 0 serves it, or an agent that started the ranks.
 */
final class RankStore implements AutoCloseable {
  private static final long LOOK_MILLIS = 20;
  private static final int CONNECT_MILLIS = 1000;

  /** The time that the server has to answer a question of a rank that is about to end. */
  private static final long ASK_MILLIS = 500;

  /**
   * The time that the other ranks have to read a reason, before rank 0 ends and the store with it.
   */
  private static final Duration READ_WITHIN = Duration.ofSeconds(2);

  private static final String SIZE = "size";

  /** The key of the reason. */
  private static final String FAILED = "failed";

  private final Meeting meeting;
  private final TCPStore server;
  private final PrefixStore keys;

  /** A question without an answer; the store may not be closed before its end. */
  private @Nullable Thread asking;

  private RankStore(Meeting meeting, TCPStore server) {
    this.meeting = meeting;
    this.server = server;
    this.keys = new PrefixStore("onecycle/attempt_" + meeting.attempt(), server);
  }

  /**
   * Meets the other ranks; waits for them.
   *
   * @param said is told which ranks this one waits for, from time to time
   * @throws InvalidValueException where the address cannot be used, a rank is there twice, or ranks
   *     differ in their number
   * @throws RankException where not all came in time
   */
  static RankStore meet(Meeting meeting, Consumer<String> said) {
    Wait wait = new Wait(meeting, said);
    requireKnown(meeting, wait);
    if (!meeting.serves()) {
      requireListening(meeting, wait);
    }
    RankStore store = new RankStore(meeting, server(meeting));
    try {
      Faults.at("rank.join");
      store.announce();
      store.awaitAll(wait);
      return store;
    } catch (RuntimeException | Error e) {
      store.close();
      throw e;
    }
  }

  /** The keys, for the engine to connect the ranks by. */
  PrefixStore keys() {
    return keys;
  }

  /** Waits for other ranks until the time is over, and says so. */
  private static final class Wait {
    private static final long FIRST_WORD = Duration.ofSeconds(5).toNanos();
    private static final long NEXT_WORD = Duration.ofSeconds(30).toNanos();

    private final Meeting meeting;
    private final Consumer<String> said;
    private final long end;
    private long word;

    Wait(Meeting meeting, Consumer<String> said) {
      this.meeting = meeting;
      this.said = said;
      this.end = System.nanoTime() + meeting.patience().toNanos();
      this.word = System.nanoTime() + FIRST_WORD;
    }

    boolean isOver() {
      return System.nanoTime() > end;
    }

    /** A moment without work: the store's own wait would log every look. */
    void pause(Supplier<String> event) {
      if (System.nanoTime() > word) {
        word = System.nanoTime() + NEXT_WORD;
        said.accept(
            "rank "
                + meeting.rank()
                + " of "
                + meeting.size()
                + " waits up to "
                + seconds(meeting.patience())
                + " for "
                + event.get());
      }
      try {
        Thread.sleep(LOOK_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancellationException("interrupted while waiting for other ranks");
      }
    }
  }

  /**
   * The engine logs errors alone: with a warning that a rank is gone, of which we say a line, comes
   * a page of its stack. A level that the environment gives is kept.
   */
  private static void logErrorsAlone() {
    if (System.getenv("TORCH_CPP_LOG_LEVEL") != null) {
      return;
    }
    try (PointerScope scope = new PointerScope()) {
      PointerPointer<BytePointer> words = new PointerPointer<>("onecycle", "--caffe2_log_level=2");
      IntPointer count = new IntPointer(1).put(2);
      boolean read = torch.ParseCommandLineFlags(count, words);
      if (!read || count.get() != 1) { // the name of the program is left
        throw new IllegalStateException("the engine does not know its log level");
      }
    }
  }

  private static TCPStore server(Meeting meeting) {
    logErrorsAlone();
    try (PointerScope scope = new PointerScope()) {
      TCPStoreOptions options = new TCPStoreOptions();
      options.port((short) meeting.port()); // unsigned there
      options.isServer(meeting.serves());
      options.numWorkers(new SizeTPointer(1).put(meeting.size()));
      options.waitWorkers(false); // they are waited for by name, see awaitAll
      options.timeout(new Milliseconds(meeting.timeout().toMillis()));
      TCPStore store = new TCPStore(meeting.host(), options);
      store.retainReference();
      return store;
    } catch (RuntimeException e) {
      throw unreachable(meeting, e);
    }
  }

  /** Waits for the name: in a cluster it may be known only when the machine of rank 0 is there. */
  private static void requireKnown(Meeting meeting, Wait wait) {
    String host = meeting.host();
    while (true) {
      try {
        InetAddress unused = InetAddress.getByName(host);
        return;
      } catch (UnknownHostException e) {
        if (wait.isOver()) {
          throw Require.invalid(
              "MASTER_ADDR",
              "a name that this machine can resolve",
              host,
              "give the name or address of the machine of rank 0; it was looked up for "
                  + seconds(meeting.patience()));
        }
        wait.pause(() -> "the name " + host + " to be known");
      }
    }
  }

  /** Waits until rank 0 listens. The engine would wait almost three times as long as it is told. */
  private static void requireListening(Meeting meeting, Wait wait) {
    while (true) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(meeting.host(), meeting.port()), CONNECT_MILLIS);
        return;
      } catch (IOException e) {
        if (wait.isOver()) {
          throw unanswered(meeting, String.valueOf(e.getMessage()));
        }
        wait.pause(() -> "rank 0 to listen at " + meeting.host() + ":" + meeting.port());
      }
    }
  }

  private static RuntimeException unreachable(Meeting meeting, RuntimeException e) {
    String message = String.valueOf(e.getMessage());
    if (meeting.serves() && message.contains("EADDRINUSE")) {
      return Require.invalid(
          "MASTER_PORT",
          "a free port of " + meeting.host(),
          meeting.port(),
          "choose another, the same for all ranks");
    }
    if (meeting.serves()) {
      return Require.invalid(
          "MASTER_ADDR",
          "an address of the machine of rank 0",
          meeting.host() + ":" + meeting.port(),
          "the engine says: " + NativeErrors.line(e));
    }
    return unanswered(meeting, "the engine says: " + NativeErrors.line(e));
  }

  private static RankException unanswered(Meeting meeting, String reason) {
    return new RankException(
        "MASTER_ADDR:MASTER_PORT must be where rank 0 listens but "
            + meeting.host()
            + ":"
            + meeting.port()
            + " did not answer rank "
            + meeting.rank()
            + " within "
            + seconds(meeting.patience())
            + "; see whether rank 0 runs, and whether both are right ("
            + reason
            + ")");
  }

  private static String seconds(Duration time) {
    return Numbers.exact(time.toMillis() / 1000.0) + " s";
  }

  /** Says that this rank is there, once it is sure that all mean the same job. */
  private void announce() {
    String size = Integer.toString(meeting.size());
    String other = meeting.connected(() -> keys.compareSet(SIZE, "", size));
    if (!other.equals(size)) {
      throw refused(
          Require.invalid(
              "WORLD_SIZE of rank " + meeting.rank(),
              "the same as on the other ranks, " + other + ",",
              size,
              "set it alike for all"));
    }
    long times = meeting.connected(() -> keys.add("times " + meeting.rank(), 1));
    if (times > 1) {
      throw refused(
          Require.invalid(
              "RANK",
              "another one for each process",
              meeting.rank(),
              "another process has it; start each rank from 0 to "
                  + (meeting.size() - 1)
                  + " once"));
    }
    meeting.connected(
        () -> {
          keys.set(here(meeting.rank()), "");
          return true;
        });
  }

  private static String here(int rank) {
    return "rank " + rank;
  }

  /** Told to rank 0: this rank has read the reason, or needs none. */
  private static String ended(int rank) {
    return "ended " + rank;
  }

  private InvalidValueException refused(InvalidValueException why) {
    leave("another rank cannot take part: " + why.getMessage());
    return why;
  }

  private void awaitAll(Wait wait) {
    List<Integer> missing = IntStream.range(0, meeting.size()).boxed().collect(Collectors.toList());
    while (true) {
      missing.removeIf(rank -> meeting.connected(() -> has(here(rank))));
      if (meeting.connected(() -> has(FAILED))) {
        throw RankException.permanent(meeting.connected(() -> keys.get_to_str(FAILED)));
      }
      if (missing.isEmpty()) {
        return;
      }
      if (wait.isOver()) {
        throw new RankException(
            "all of WORLD_SIZE="
                + meeting.size()
                + " ranks must come within "
                + seconds(meeting.patience())
                + " but RANK "
                + listed(missing)
                + " did not; start each of them with this MASTER_ADDR and MASTER_PORT");
      }
      wait.pause(
          () -> "RANK " + listed(missing) + " to come to " + meeting.host() + ":" + meeting.port());
    }
  }

  private static String listed(List<Integer> ranks) {
    return ranks.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }

  private boolean has(String key) {
    return keys.check(new StringVector(key));
  }

  /** Leaves the reason why all must end, unless another rank has left one. */
  void leave(String why) {
    Optional<String> unused = answer(() -> keys.compareSet(FAILED, "", why));
  }

  /** The reason why all must end; empty where none is left, or rank 0 is gone. */
  Optional<String> reason() {
    return answer(() -> has(FAILED) ? keys.get_to_str(FAILED) : "").filter(why -> !why.isEmpty());
  }

  /** Whether the server is there: the engine writes a page of its stack about one that is gone. */
  private boolean isServed() {
    if (meeting.serves()) {
      return true;
    }
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(meeting.host(), meeting.port()), (int) ASK_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Asks the server, and waits only so long: where its machine is cut off it never answers.
   *
   * @return empty where there is no answer
   */
  private Optional<String> answer(Callable<String> question) {
    if (asking != null || !isServed()) {
      return Optional.empty();
    }
    FutureTask<String> task = new FutureTask<>(question);
    Thread thread = new Thread(task, "onecycle-store");
    thread.setDaemon(true);
    thread.start();
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ASK_MILLIS);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return Optional.of(task.get(end - System.nanoTime(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException e) {
          interrupted = true; // a rank that is told to stop still reads and leaves reasons
        }
      }
    } catch (ExecutionException e) {
      return Optional.empty(); // the server is gone
    } catch (TimeoutException e) {
      asking = thread;
      return Optional.empty();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Closes the store. Rank 0 waits until all have read a reason that is left.
   *
   * <p>Not left to the garbage collector, which closes the parts in another order: then the process
   * crashes.
   */
  @Override
  public void close() {
    Optional<String> unused =
        answer(
            () -> {
              keys.set(ended(meeting.rank()), "");
              return "";
            });
    if (meeting.serves() && reason().isPresent()) {
      awaitAllEnded();
    }
    Thread hanging = asking;
    if (hanging == null) {
      free();
    } else {
      Thread closing =
          new Thread(
              () -> {
                if (joined(hanging)) {
                  free();
                }
              },
              "onecycle-store-closing");
      closing.setDaemon(true);
      closing.start();
    }
  }

  private void free() {
    keys.close();
    server.close();
  }

  private static boolean joined(Thread thread) {
    try {
      thread.join();
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  private void awaitAllEnded() {
    long end = System.nanoTime() + READ_WITHIN.toNanos();
    while (System.nanoTime() < end
        && answer(() -> allEnded() ? "yes" : "").filter(String::isEmpty).isPresent()) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
    }
  }

  /** Whether all who came have ended. */
  private boolean allEnded() {
    return IntStream.range(0, meeting.size())
        .allMatch(rank -> !has(here(rank)) || has(ended(rank)));
  }
}
