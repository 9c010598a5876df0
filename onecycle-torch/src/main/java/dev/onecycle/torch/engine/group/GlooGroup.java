package dev.onecycle.torch.engine.group;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.RankException;
import dev.onecycle.error.Require;
import dev.onecycle.fault.Faults;
import dev.onecycle.torch.engine.Natives;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.AllreduceOptions;
import org.bytedeco.pytorch.BroadcastOptions;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.ReduceOp;
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

  /**
   * The groups that nobody has closed. A group that is forgotten stays open: the garbage collector
   * would free its parts in an order that crashes the process.
   */
  private static final Set<GlooGroup> OPEN = ConcurrentHashMap.newKeySet();

  private final Meeting meeting;
  private final RankStore store;
  private final ProcessGroupGloo gloo;

  /** Operations that nobody has waited for. */
  private final Set<Pending> pending = ConcurrentHashMap.newKeySet();

  private GlooGroup(Meeting meeting, RankStore store, ProcessGroupGloo gloo) {
    this.meeting = meeting;
    this.store = store;
    this.gloo = gloo;
    OPEN.add(this);
  }

  /**
   * Meets the other ranks; waits for them.
   *
   * @param said is told which ranks this one waits for, from time to time
   * @throws InvalidValueException where the address cannot be used, a rank is there twice, or ranks
   *     differ in their number
   * @throws RankException where not all came in time
   */
  public static GlooGroup join(Meeting meeting, Consumer<String> said) {
    Natives.load();
    if (PointerScope.getInnerScope() != null) {
      throw new IllegalStateException("a group made inside a native scope would die with it");
    }
    RankStore store = RankStore.meet(meeting, said);
    try {
      return new GlooGroup(meeting, store, connected(store, meeting));
    } catch (RuntimeException | Error e) {
      store.close();
      throw e;
    }
  }

  /** The group of a connection that {@link #join} has made. */
  public static GlooGroup of(AutoCloseable connection) {
    return (GlooGroup) connection;
  }

  private static ProcessGroupGloo connected(RankStore store, Meeting meeting) {
    try (PointerScope scope = new PointerScope()) {
      ProcessGroupGloo.Options options = ProcessGroupGloo.Options.create(millis(meeting.timeout()));
      options.devices(new GlooDeviceVector(device(meeting)));
      ProcessGroupGloo gloo =
          new ProcessGroupGloo(store.keys(), meeting.rank(), meeting.size(), options);
      gloo.retainReference();
      return gloo;
    } catch (RuntimeException e) {
      throw meeting.lost(e);
    }
  }

  private static Milliseconds millis(Duration time) {
    return new Milliseconds(time.toMillis());
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
      throw meeting.lost(new RuntimeException(e.getMessage(), e));
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
        connected(work::_wait);
      } finally {
        work.close();
      }
    }

    /** Waits until the operation is over; why it failed has been told where that was met. */
    private void end() {
      pending.remove(this);
      try {
        work._wait();
      } catch (RuntimeException e) {
        // Another rank is gone.
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
    return connected(
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
    connected(
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
    connected(() -> gloo._allgather_base(all, own.flatten())._wait());
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

  private <T> T connected(Supplier<T> work) {
    try {
      return work.get();
    } catch (RuntimeException e) {
      RuntimeException lost = meeting.lost(e);
      throw lost == e || isTimeout(e)
          ? lost
          : store.reason().<RuntimeException>map(RankException::permanent).orElse(lost);
    }
  }

  /** A rank that hangs leaves no reason, and does not answer where it is rank 0. */
  private static boolean isTimeout(RuntimeException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("imed out") || message.contains("imeout");
  }

  /**
   * Closes the group, and tells the others why this rank ends. They end with the reason where they
   * wait for this rank, or soon will.
   */
  public void close(String why) {
    if (OPEN.contains(this)) {
      store.leave(why);
    }
    close();
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
    try {
      List.copyOf(pending).forEach(Pending::end);
    } finally {
      try {
        gloo.close();
      } finally {
        store.close();
      }
    }
  }
}
