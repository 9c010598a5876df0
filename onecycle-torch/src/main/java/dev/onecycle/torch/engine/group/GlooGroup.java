package dev.onecycle.torch.engine.group;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.RankException;
import dev.onecycle.error.Require;
import dev.onecycle.fault.Faults;
import dev.onecycle.torch.engine.NativeErrors;
import dev.onecycle.torch.engine.Natives;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
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
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.SizeTPointer;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.AllreduceOptions;
import org.bytedeco.pytorch.BroadcastOptions;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.ReduceOp;
import org.bytedeco.pytorch.StringVector;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.bytedeco.pytorch.gloo.Device;

/**
 * The collective operations of the ranks of a job, on tensors in the processor's memory: c10d's
 * Gloo, which also carries PyTorch's DistributedDataParallel.
 *
 * <p>All ranks must call the same operations in the same order. Sums of floating-point numbers have
 * equal bits on all ranks. After the first failure every operation fails.
 *
 * <p>For one thread at a time.
 */
public final class GlooGroup implements AutoCloseable {
  /** The interface to use, as in Python. */
  private static final String INTERFACE = "GLOO_SOCKET_IFNAME";

  /** An address that stands for any on the way out (RFC 5737). */
  private static final String OF_NOBODY = "192.0.2.1";

  private static final long LOOK_MILLIS = 20;
  private static final int CONNECT_MILLIS = 1000;

  /** The time that others have to read why there is no group. */
  private static final Duration READ_WITHIN = Duration.ofSeconds(5);

  /** The time that the store of rank 0 has to answer. */
  private static final long ASK_MILLIS = 1000;

  /** The key of the reason why a rank ends for good. */
  private static final String FAILED = "failed";

  /**
   * The groups that nobody has closed. A group that is forgotten stays open: the garbage collector
   * would free its parts in an order that crashes the process.
   */
  private static final Set<GlooGroup> OPEN = ConcurrentHashMap.newKeySet();

  private final Meeting meeting;
  private final TCPStore server;
  private final PrefixStore store;
  private final ProcessGroupGloo gloo;

  /** Operations that nobody has waited for. */
  private final Set<Pending> pending = ConcurrentHashMap.newKeySet();

  private boolean storeHangs;

  private GlooGroup(Meeting meeting, TCPStore server, PrefixStore store, ProcessGroupGloo gloo) {
    this.meeting = meeting;
    this.server = server;
    this.store = store;
    this.gloo = gloo;
    OPEN.add(this);
  }

  /**
   * Meets the other ranks; waits for them.
   *
   * @throws InvalidValueException where the address cannot be used, a rank is there twice, or ranks
   *     differ in their number
   * @throws RankException where not all came in time
   */
  public static GlooGroup join(Meeting meeting) {
    Natives.load();
    if (PointerScope.getInnerScope() != null) {
      throw new IllegalStateException("a group made inside a native scope would die with it");
    }
    long end = System.nanoTime() + meeting.patience().toNanos();
    TCPStore server = server(meeting, end);
    PrefixStore store = new PrefixStore("onecycle/attempt_" + meeting.attempt(), server);
    try {
      Faults.at("rank.join");
      announce(store, meeting);
      awaitAll(store, meeting, end);
      return new GlooGroup(meeting, server, store, connected(store, meeting));
    } catch (RuntimeException | Error e) {
      abandon(meeting, store, server);
      throw e;
    }
  }

  /**
   * Closes what the garbage collector must not: in another order the process crashes. The store of
   * rank 0 stays for a while, in which the others read why there is no group.
   */
  private static void abandon(Meeting meeting, PrefixStore store, TCPStore server) {
    Runnable closing =
        () -> {
          store.close();
          server.close();
        };
    if (!meeting.serves()) {
      closing.run();
      return;
    }
    Thread later =
        new Thread(
            () -> {
              LockSupport.parkNanos(READ_WITHIN.toNanos());
              closing.run();
            },
            "onecycle-abandoned-group");
    later.setDaemon(true);
    later.start();
  }

  /** The group of a connection that {@link #join} has made. */
  public static GlooGroup of(AutoCloseable connection) {
    return (GlooGroup) connection;
  }

  private static TCPStore server(Meeting meeting, long end) {
    requireKnown(meeting, end);
    if (!meeting.serves()) {
      requireListening(meeting, end);
    }
    try (PointerScope scope = new PointerScope()) {
      TCPStoreOptions options = new TCPStoreOptions();
      options.port((short) meeting.port()); // unsigned there
      options.isServer(meeting.serves());
      options.numWorkers(new SizeTPointer(1).put(meeting.size()));
      options.waitWorkers(false); // they are waited for by name, see awaitAll
      options.timeout(millis(meeting.timeout()));
      TCPStore store = new TCPStore(meeting.host(), options);
      store.retainReference();
      return store;
    } catch (RuntimeException e) {
      throw unreachable(meeting, e);
    }
  }

  /** Waits for the name: in a cluster it may be known only when the machine of rank 0 is there. */
  private static void requireKnown(Meeting meeting, long end) {
    String host = meeting.host();
    while (true) {
      try {
        InetAddress unused = InetAddress.getByName(host);
        return;
      } catch (UnknownHostException e) {
        if (System.nanoTime() > end) {
          throw Require.invalid(
              "MASTER_ADDR",
              "a name that this machine can resolve",
              host,
              "give the name or address of the machine of rank 0; it was looked up for "
                  + seconds(meeting.patience()));
        }
        pause();
      }
    }
  }

  /** Waits until rank 0 listens. The engine would wait almost three times as long as it is told. */
  private static void requireListening(Meeting meeting, long end) {
    while (true) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(meeting.host(), meeting.port()), CONNECT_MILLIS);
        return;
      } catch (IOException e) {
        if (System.nanoTime() > end) {
          throw unanswered(meeting, String.valueOf(e.getMessage()));
        }
        pause();
      }
    }
  }

  private static RuntimeException unreachable(Meeting meeting, RuntimeException e) {
    String message = String.valueOf(e.getMessage());
    String address = meeting.host() + ":" + meeting.port();
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
          address,
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
    return time.toMillis() / 1000.0 + " s";
  }

  private static Milliseconds millis(Duration time) {
    return new Milliseconds(time.toMillis());
  }

  /** Says that this rank is there, once it is sure that all mean the same job. */
  private static void announce(PrefixStore store, Meeting meeting) {
    String size = Integer.toString(meeting.size());
    String other = lost(meeting, () -> store.compareSet("size", "", size));
    if (!other.equals(size)) {
      throw refused(
          store,
          Require.invalid(
              "WORLD_SIZE of rank " + meeting.rank(),
              "that of the other ranks, " + other + ",",
              size,
              "set it alike for all"));
    }
    long times = lost(meeting, () -> store.add("times " + meeting.rank(), 1));
    if (times > 1) {
      throw refused(
          store,
          Require.invalid(
              "RANK",
              "another one for each process",
              meeting.rank(),
              "another process has it; start each rank from 0 to "
                  + (meeting.size() - 1)
                  + " once"));
    }
    lost(
        meeting,
        () -> {
          store.set(key(meeting.rank()), "here");
          return true;
        });
  }

  private static String key(int rank) {
    return "rank " + rank;
  }

  /** Tells the others, who need not wait any more. */
  private static InvalidValueException refused(PrefixStore store, InvalidValueException why) {
    try {
      store.set(FAILED, why.getMessage());
    } catch (RuntimeException e) {
      why.addSuppressed(e);
    }
    return why;
  }

  private static void awaitAll(PrefixStore store, Meeting meeting, long end) {
    List<Integer> missing = IntStream.range(0, meeting.size()).boxed().collect(Collectors.toList());
    while (true) {
      missing.removeIf(rank -> isThere(store, meeting, key(rank)));
      if (isThere(store, meeting, FAILED)) {
        String why = lost(meeting, () -> store.get_to_str(FAILED));
        throw RankException.forGood("another rank cannot take part: " + why);
      }
      if (missing.isEmpty()) {
        return;
      }
      if (System.nanoTime() > end) {
        throw new RankException(
            "all of WORLD_SIZE="
                + meeting.size()
                + " ranks must come within "
                + seconds(meeting.patience())
                + " but RANK "
                + missing.stream().map(String::valueOf).collect(Collectors.joining(", "))
                + " did not; start each of them with this MASTER_ADDR and MASTER_PORT");
      }
      pause(); // the store's own wait would log every look
    }
  }

  private static void pause() {
    try {
      Thread.sleep(LOOK_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while waiting for other ranks");
    }
  }

  private static boolean isThere(PrefixStore store, Meeting meeting, String key) {
    return lost(meeting, () -> store.check(new StringVector(key)));
  }

  private static ProcessGroupGloo connected(PrefixStore store, Meeting meeting) {
    try (PointerScope scope = new PointerScope()) {
      ProcessGroupGloo.Options options = ProcessGroupGloo.Options.create(millis(meeting.timeout()));
      options.devices(new GlooDeviceVector(device(meeting)));
      ProcessGroupGloo gloo = new ProcessGroupGloo(store, meeting.rank(), meeting.size(), options);
      gloo.retainReference();
      return gloo;
    } catch (RuntimeException e) {
      throw lost(meeting, e);
    }
  }

  /** The interface that leads to rank 0, or the one that is named. */
  private static Device device(Meeting meeting) {
    String named = System.getenv(INTERFACE);
    if (named != null && !named.isBlank()) {
      try {
        return ProcessGroupGloo.createDeviceForInterface(named);
      } catch (RuntimeException e) {
        throw Require.invalid(
            INTERFACE, "a network interface of this host", named, "see 'ip address'");
      }
    }
    try {
      InetAddress own = source(new InetSocketAddress(meeting.host(), meeting.port()));
      if (own.isLoopbackAddress() && isNameOfMachine(meeting.host())) {
        own = reachable().orElse(own);
      }
      return ProcessGroupGloo.createDeviceForHostname(own.getHostAddress());
    } catch (SocketException e) {
      throw lost(meeting, new RuntimeException(e.getMessage(), e));
    }
  }

  /** This machine's address towards another. */
  private static InetAddress source(InetSocketAddress other) throws SocketException {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(other); // sends nothing
      return socket.getLocalAddress();
    }
  }

  /** Whether a host is not said to be this machine by its loopback address. */
  static boolean isNameOfMachine(String host) {
    return !host.equals("localhost") && !host.startsWith("127.") && !host.contains(":");
  }

  /**
   * The address at which other machines may reach this one; empty where it has no way to any. Some
   * systems give the name of a machine a loopback address on the machine itself.
   */
  private static Optional<InetAddress> reachable() {
    try {
      InetAddress own = source(new InetSocketAddress(OF_NOBODY, 9));
      return own.isAnyLocalAddress() || own.isLoopbackAddress()
          ? Optional.empty()
          : Optional.of(own);
    } catch (SocketException e) {
      return Optional.empty(); // no way out
    }
  }

  /** This rank. */
  public int rank() {
    return meeting.rank();
  }

  /** The number of ranks. */
  public int size() {
    return meeting.size();
  }

  /** An operation under way; its tensors must not be touched before {@link #await} returns. */
  public final class Pending {
    private final Work work;

    private Pending(Work work) {
      this.work = work;
    }

    /**
     * Waits until the operation is done.
     *
     * @throws RankException where another rank has ended or does not answer in time
     */
    public void await() {
      pending.remove(this);
      try {
        lost(work::_wait);
      } finally {
        work.close();
      }
    }
  }

  /** Begins to replace a tensor of every rank by their sum. */
  public Pending sum(Tensor tensor) {
    return reduce(tensor, ReduceOp.RedOpType.SUM, meeting.timeout());
  }

  /**
   * Begins to replace a tensor of every rank by the highest of their values, place by place.
   *
   * @param patience instead of the usual timeout
   */
  public Pending max(Tensor tensor, Duration patience) {
    return reduce(tensor, ReduceOp.RedOpType.MAX, patience);
  }

  private Pending reduce(Tensor tensor, ReduceOp.RedOpType operation, Duration patience) {
    Faults.at("rank.collective");
    return lost(
        () -> {
          try (PointerScope scope = new PointerScope()) {
            AllreduceOptions options = new AllreduceOptions();
            options.reduceOp(new ReduceOp(operation));
            options.timeout(millis(patience));
            Work work = gloo.allreduce(new TensorVector(tensor), options);
            work.retainReference();
            Pending begun = new Pending(work);
            pending.add(begun);
            return begun;
          }
        });
  }

  /** The time of a {@link #sum} of so many values, in seconds. */
  public double secondsOfSum(int values) {
    try (PointerScope scope = new PointerScope()) {
      Tensor tensor = torch.zeros(values);
      double unused = sum(0.0); // all begin together
      long begin = System.nanoTime();
      sum(tensor).await();
      return (System.nanoTime() - begin) / 1e9;
    }
  }

  /** The sum of a number over all ranks. */
  public double sum(double own) {
    return number(own, tensor -> sum(tensor).await());
  }

  /** The highest of a number of all ranks. */
  public double max(double own) {
    return max(own, meeting.timeout());
  }

  /** The highest of a number of all ranks; waits for the slowest so long. */
  public double max(double own, Duration patience) {
    return number(own, tensor -> max(tensor, patience).await());
  }

  /** The number that rank 0 has. */
  public double ofFirst(double own) {
    return number(own, this::broadcast);
  }

  private double ofFirst(double own, Duration patience) {
    return number(own, tensor -> broadcast(tensor, patience));
  }

  private static double number(double own, Consumer<Tensor> operation) {
    try (PointerScope scope = new PointerScope()) {
      Tensor tensor = tensor(own);
      operation.accept(tensor);
      return tensor.data_ptr_double().get();
    }
  }

  /**
   * A tensor of numbers, float64, in the open scope. Its memory belongs to the engine: an operation
   * that fails may still write there when the scope is closed.
   */
  public static Tensor tensor(double... numbers) {
    Tensor tensor = torch.zeros(new long[] {numbers.length}, new TensorOptions(ScalarType.Double));
    tensor.data_ptr_double().put(numbers);
    return tensor;
  }

  /**
   * The bytes that rank 0 has; those of the others are not looked at.
   *
   * @param patience of the others, where rank 0 has much to do before
   */
  public byte[] ofFirst(byte[] own, Duration patience) {
    int length = (int) ofFirst((double) own.length, patience);
    byte[] all = new byte[length];
    if (length > 0) {
      try (PointerScope scope = new PointerScope()) {
        Tensor tensor = torch.zeros(new long[] {length}, new TensorOptions(ScalarType.Byte));
        BytePointer memory = new BytePointer(tensor.data_ptr());
        memory.put(own, 0, Math.min(own.length, length));
        broadcast(tensor);
        memory.get(all);
      }
    }
    return all;
  }

  /** Gives every rank the values that rank 0 has. */
  public void broadcast(Tensor tensor) {
    Faults.at("rank.collective");
    broadcast(tensor, meeting.timeout());
  }

  private void broadcast(Tensor tensor, Duration patience) {
    lost(
        () -> {
          try (PointerScope scope = new PointerScope()) {
            BroadcastOptions options = new BroadcastOptions();
            options.timeout(millis(patience));
            return gloo.broadcast(new TensorVector(tensor), options)._wait();
          }
        });
  }

  /**
   * The tensors of all ranks, one after the other in their order, in the open scope.
   *
   * @param own of equal shape on all ranks
   */
  public Tensor gather(Tensor own) {
    Tensor all = own.new_empty(new long[] {meeting.size() * own.numel()});
    lost(() -> gloo._allgather_base(all, own.flatten())._wait());
    return all;
  }

  /** The numbers of all ranks, one after the other in their order. */
  public double[] gather(double[] own) {
    try (PointerScope scope = new PointerScope()) {
      Tensor all = gather(tensor(own));
      double[] numbers = new double[meeting.size() * own.length];
      all.data_ptr_double().get(numbers);
      return numbers;
    }
  }

  private <T> T lost(Supplier<T> work) {
    try {
      return work.get();
    } catch (RuntimeException e) {
      RuntimeException lost = lost(meeting, e);
      throw isOfBinding(e) && !isTimeout(e) ? reason().orElse(lost) : lost;
    }
  }

  /** The reason that another rank has left for its end. */
  private Optional<RuntimeException> reason() {
    return fromStore(
            () -> {
              if (!store.check(new StringVector(FAILED))) {
                return "";
              }
              store.set(told(rank()), "");
              return store.get_to_str(FAILED);
            })
        .filter(why -> !why.isEmpty())
        .map(RankException::forGood);
  }

  /**
   * Asks the store, and waits only so long: where the machine of rank 0 is cut off it never
   * answers.
   *
   * @return empty where there is no answer
   */
  private Optional<String> fromStore(Callable<String> question) {
    FutureTask<String> asking = new FutureTask<>(question);
    Thread thread = new Thread(asking, "onecycle-store");
    thread.setDaemon(true);
    thread.start();
    try {
      return Optional.of(asking.get(ASK_MILLIS, TimeUnit.MILLISECONDS));
    } catch (ExecutionException e) {
      return Optional.empty(); // rank 0 is gone, and the store with it
    } catch (TimeoutException e) {
      storeHangs = true;
      return Optional.empty();
    } catch (InterruptedException e) {
      storeHangs = true;
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private static <T> T lost(Meeting meeting, Supplier<T> work) {
    try {
      return work.get();
    } catch (RuntimeException e) {
      throw lost(meeting, e);
    }
  }

  private static boolean isOfBinding(RuntimeException e) {
    return e.getClass() == RuntimeException.class;
  }

  /** A rank that hangs leaves no reason, and one that serves the store would not answer. */
  private static boolean isTimeout(RuntimeException e) {
    return String.valueOf(e.getMessage()).contains("imed out");
  }

  private static RuntimeException lost(Meeting meeting, RuntimeException e) {
    if (!isOfBinding(e)) {
      return e;
    }
    return new RankException(
        "rank "
            + meeting.rank()
            + " of "
            + meeting.size()
            + " lost its connection to another rank, which has ended or does not answer; see the"
            + " output of that rank (the engine says: "
            + NativeErrors.line(e)
            + ")");
  }

  /**
   * Closes the group and tells the others why this rank ends for good. They end with the reason
   * where they wait for this rank, or soon will.
   */
  public void end(String why) {
    if (OPEN.contains(this)) {
      Optional<String> unused =
          fromStore(
              () -> {
                store.set(told(rank()), "");
                return store.compareSet(FAILED, "", why);
              });
    }
    close();
  }

  private static String told(int rank) {
    return "told " + rank;
  }

  /** The store ends with rank 0: all must have read the reason before. */
  private void awaitAllTold() {
    if (!store.check(new StringVector(FAILED))) {
      return;
    }
    long end = System.nanoTime() + READ_WITHIN.toNanos();
    try (StringVector all = new StringVector()) {
      IntStream.range(0, size()).forEach(rank -> all.push_back(told(rank)));
      while (!store.check(all)
          && System.nanoTime() < end
          && !Thread.currentThread().isInterrupted()) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
      }
    }
  }

  /**
   * Waits for the operations under way, which end at once where another rank is gone, and closes
   * the connections. An operation that outlived them would write to memory that is no longer
   * theirs. Nothing happens the second time.
   */
  @Override
  public void close() {
    if (!OPEN.remove(this)) {
      return;
    }
    for (Pending left : List.copyOf(pending)) {
      try {
        left.await();
      } catch (RankException e) {
        // The first failure has been reported where it was met.
      }
    }
    gloo.close();
    if (storeHangs) {
      OPEN.add(this); // a thread still waits for its answer
      return;
    }
    if (meeting.serves()) {
      awaitAllTold();
    }
    store.close();
    server.close();
  }
}
