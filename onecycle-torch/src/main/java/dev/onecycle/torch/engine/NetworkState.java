package dev.onecycle.torch.engine;

import dev.onecycle.torch.engine.module.ModuleBuilder;
import dev.onecycle.torch.engine.optim.OptimizerKernel;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Everything that a network computes with and that training changes, by name or as a whole: what is
 * saved, put back and gone on from. Belongs to its {@link TrainableNetwork}.
 */
public final class NetworkState {
  private final List<Parameter> parameters;
  private final List<Parameter> statistics;
  private final List<Parameter> constants;
  private final Tensor values;
  private final Tensor fixed;
  private final List<Replica> replicas;
  private final OptimizerKernel updater;
  private final TensorDevice placement;

  /**
   * @param parameters in the order of their values
   * @param fixed the constants' values
   */
  NetworkState(
      ModuleBuilder blueprint,
      List<Parameter> parameters,
      Tensor values,
      Tensor fixed,
      List<Replica> replicas,
      OptimizerKernel updater,
      TensorDevice placement) {
    this.parameters = parameters;
    this.statistics = blueprint.statistics;
    this.constants = blueprint.constants;
    this.values = values;
    this.fixed = fixed;
    this.replicas = replicas;
    this.updater = updater;
    this.placement = placement;
  }

  /** A copy of everything that training changes; close it when done. */
  public Snapshot snapshot() {
    try (NoGradGuard noGrad = new NoGradGuard()) {
      return new Snapshot(
          changing().stream().map(Tensor::clone).toList(),
          updater.updates(),
          updater.learningRate(),
          updater.momentum());
    }
  }

  /** Goes back to a snapshot, bit for bit. */
  public void restore(Snapshot snapshot) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      List<Tensor> changing = changing();
      for (int i = 0; i < changing.size(); i++) {
        changing.get(i).copy_(snapshot.copies.get(i));
      }
      copyStatistics();
      updater.updates(snapshot.updates);
      updater.set(snapshot.learningRate, snapshot.momentum);
    }
  }

  /** Gradients and random numbers are not among them: every step begins with its own. */
  private List<Tensor> changing() {
    List<Tensor> tensors = new ArrayList<>(updater.state());
    tensors.add(values);
    tensors.add(replicas.get(0).statistics);
    return tensors;
  }

  /** Every named array that the network computes with: weights and running statistics, in place. */
  public List<NamedArray> arrays() {
    List<NamedArray> arrays = new ArrayList<>(FlatBuffer.arrays(values, parameters, placement));
    arrays.addAll(FlatBuffer.arrays(replicas.get(0).statistics, statistics, placement));
    arrays.addAll(constants());
    return arrays;
  }

  /** The arrays that no step changes, in place. */
  public List<NamedArray> constants() {
    return FlatBuffer.arrays(fixed, constants, placement);
  }

  /** To be called after writing to {@link #arrays}. */
  public void arraysChanged() {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      copyStatistics();
    }
  }

  /** The optimizer's buffers by name, in place; each as long as the weights, and flat. */
  public List<NamedArray> optimizerArrays() {
    List<NamedArray> arrays = new ArrayList<>();
    for (int i = 0; i < updater.state().size(); i++) {
      arrays.add(FlatBuffer.array(updater.names().get(i), updater.state().get(i), placement));
    }
    return arrays;
  }

  /** The number of updates that the optimizer has made. */
  public long updates() {
    return updater.updates();
  }

  /** Sets the number of updates that the optimizer has made. */
  public void updates(long count) {
    updater.updates(count);
  }

  /** Gives every replica the mean of the running statistics of those that were used. */
  void shareStatistics(int used) {
    Tensor shared = replicas.get(0).statistics;
    for (Replica other : replicas.subList(1, used)) {
      shared.add_(other.statistics);
    }
    shared.mul_(new Scalar(1.0 / used));
    copyStatistics();
  }

  /** A copy of the running statistics, which are the same for all replicas between steps. */
  Tensor statistics() {
    return replicas.get(0).statistics.clone();
  }

  /** Gives every replica the running statistics of before. */
  void putBack(Tensor statistics) {
    replicas.get(0).statistics.copy_(statistics);
    copyStatistics();
  }

  private void copyStatistics() {
    for (Replica other : replicas.subList(1, replicas.size())) {
      other.statistics.copy_(replicas.get(0).statistics);
    }
  }

  /** What training changes, as it was. */
  public static final class Snapshot implements AutoCloseable {
    private final List<Tensor> copies;
    private final long updates;
    private final double learningRate;
    private final double momentum;

    private Snapshot(List<Tensor> copies, long updates, double learningRate, double momentum) {
      this.copies = copies;
      this.updates = updates;
      this.learningRate = learningRate;
      this.momentum = momentum;
    }

    @Override
    public void close() {
      copies.forEach(Tensor::close);
    }
  }
}
