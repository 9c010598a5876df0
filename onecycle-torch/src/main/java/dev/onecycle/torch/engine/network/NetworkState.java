package dev.onecycle.torch.engine.network;

import dev.onecycle.torch.engine.FlatBuffer;
import dev.onecycle.torch.engine.NamedArray;
import dev.onecycle.torch.engine.NativeErrors;
import dev.onecycle.torch.engine.Parameter;
import dev.onecycle.torch.engine.TensorDevice;
import dev.onecycle.torch.engine.group.GlooGroup;
import dev.onecycle.torch.engine.module.ModuleBuilder;
import dev.onecycle.torch.engine.optim.OptimizerKernel;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The arrays of a network that training changes, and its constants, by name or as a whole, to be
 * saved and restored. Belongs to its {@link TrainableNetwork}.
 */
public final class NetworkState {
  private final List<Parameter> parameters;
  private final List<Parameter> statistics;
  private final List<Parameter> unchanging;
  private final int constants;
  private final Tensor values;
  private final Tensor fixed;
  private final List<Replica> replicas;
  private final OptimizerKernel kernel;
  private final TensorDevice device;

  /**
   * @param parameters in the order of their values
   * @param fixed the values of constants and frozen weights
   */
  NetworkState(
      ModuleBuilder builder,
      List<Parameter> parameters,
      Tensor values,
      Tensor fixed,
      List<Replica> replicas,
      OptimizerKernel kernel,
      TensorDevice device) {
    this.parameters = parameters;
    this.statistics = builder.statistics;
    this.unchanging = builder.fixed();
    this.constants = builder.constants.size();
    this.values = values;
    this.fixed = fixed;
    this.replicas = replicas;
    this.kernel = kernel;
    this.device = device;
  }

  /** A copy of everything that training changes; close it when done. */
  public Snapshot snapshot() {
    return NativeErrors.named(this::copied);
  }

  private Snapshot copied() {
    try (NoGradGuard noGrad = new NoGradGuard()) {
      return new Snapshot(
          changing().stream().map(Tensor::clone).toList(),
          kernel.updates(),
          kernel.learningRate(),
          kernel.momentum());
    }
  }

  /** Restores a snapshot, bit for bit. */
  public void restore(Snapshot snapshot) {
    if (snapshot.closed) {
      throw new IllegalStateException("snapshot must be open to be restored but was closed");
    }
    NativeErrors.named(() -> putBack(snapshot));
  }

  private void putBack(Snapshot snapshot) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      List<Tensor> changing = changing();
      for (int i = 0; i < changing.size(); i++) {
        changing.get(i).copy_(snapshot.copies.get(i));
      }
      copyStatistics();
      kernel.updates(snapshot.updates);
      kernel.set(snapshot.learningRate, snapshot.momentum);
    }
  }

  /** Without gradients and random numbers: every step begins with its own. */
  private List<Tensor> changing() {
    List<Tensor> tensors = new ArrayList<>(kernel.state());
    tensors.add(values);
    tensors.add(replicas.get(0).statistics);
    return tensors;
  }

  /** Every named array that the network computes with: weights and running statistics, in place. */
  public List<NamedArray> arrays() {
    List<NamedArray> arrays = new ArrayList<>(FlatBuffer.arrays(values, parameters, device));
    arrays.addAll(FlatBuffer.arrays(replicas.get(0).statistics, statistics, device));
    arrays.addAll(FlatBuffer.arrays(fixed, unchanging, device));
    return arrays;
  }

  /** The arrays that are computed from the training images, in place. */
  public List<NamedArray> constants() {
    return FlatBuffer.arrays(fixed, unchanging, device).subList(0, constants);
  }

  /** Brings all replicas up to date; to be called after writing to {@link #arrays}. */
  public void arraysChanged() {
    NativeErrors.named(
        () -> {
          try (PointerScope scope = new PointerScope();
              NoGradGuard noGrad = new NoGradGuard()) {
            copyStatistics();
          }
        });
  }

  /** The optimizer's buffers by name, in place; each as long as the weights, and flat. */
  public List<NamedArray> optimizerArrays() {
    List<NamedArray> arrays = new ArrayList<>();
    for (int i = 0; i < kernel.state().size(); i++) {
      arrays.add(FlatBuffer.array(kernel.names().get(i), kernel.state().get(i), device));
    }
    return arrays;
  }

  /** The number of updates that the optimizer has made. */
  public long updates() {
    return kernel.updates();
  }

  /** Sets the number of updates that the optimizer has made. */
  public void updates(long count) {
    kernel.updates(count);
  }

  /** Gives every replica the mean of the running statistics of the first {@code used} replicas. */
  void shareStatistics(int used) {
    Tensor shared = replicas.get(0).statistics;
    for (Replica other : replicas.subList(1, used)) {
      shared.add_(other.statistics);
    }
    shared.mul_(new Scalar(1.0 / used));
    copyStatistics();
  }

  /**
   * The sum of the running statistics of the first {@code used} replicas, in the open scope; null
   * where the network has none.
   */
  @Nullable Tensor sumOfStatistics(int used) {
    if (statistics.isEmpty()) {
      return null;
    }
    Tensor sum =
        used == 0
            ? torch.zeros_like(replicas.get(0).statistics)
            : replicas.get(0).statistics.clone();
    for (Replica other : replicas.subList(1, Math.max(1, used))) {
      sum.add_(other.statistics);
    }
    return sum;
  }

  /** Gives every replica the mean of running statistics, of which there is a sum. */
  void shareStatistics(@Nullable Tensor sum, long used) {
    if (sum != null) {
      replicas.get(0).statistics.copy_(sum).mul_(new Scalar(1.0 / used));
      copyStatistics();
    }
  }

  /** Gives every rank the arrays of rank 0, and its number of updates. */
  void broadcast(GlooGroup ranks) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      List<Tensor> arrays = changing();
      arrays.add(fixed);
      for (Tensor array : arrays) {
        Tensor host = device.read(array);
        ranks.broadcast(host);
        if (host != array) {
          array.copy_(host);
        }
      }
      copyStatistics();
    }
    kernel.updates((long) ranks.ofFirst(kernel.updates()));
  }

  /** A number that is equal where all arrays are, bit for bit. */
  long checksum() {
    CRC32C sum = new CRC32C();
    try (PointerScope scope = new PointerScope()) {
      for (Tensor array : changing()) {
        sum.update(FlatBuffer.bytes(device.read(array)));
      }
    }
    return sum.getValue();
  }

  /** A copy of the running statistics, which are equal in all replicas between steps. */
  Tensor statistics() {
    return replicas.get(0).statistics.clone();
  }

  /** Gives every replica these running statistics. */
  void putBack(Tensor statistics) {
    replicas.get(0).statistics.copy_(statistics);
    copyStatistics();
  }

  private void copyStatistics() {
    for (Replica other : replicas.subList(1, replicas.size())) {
      other.statistics.copy_(replicas.get(0).statistics);
    }
  }

  /** A copy of everything that training changes. */
  public static final class Snapshot implements AutoCloseable {
    private final List<Tensor> copies;
    private final long updates;
    private final double learningRate;
    private final double momentum;
    private boolean closed;

    private Snapshot(List<Tensor> copies, long updates, double learningRate, double momentum) {
      this.copies = copies;
      this.updates = updates;
      this.learningRate = learningRate;
      this.momentum = momentum;
    }

    @Override
    public void close() {
      closed = true;
      copies.forEach(Tensor::close);
    }
  }
}
