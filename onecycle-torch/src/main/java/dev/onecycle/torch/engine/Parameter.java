package dev.onecycle.torch.engine;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** A trained weight: its name, shape and initial value, and its views of the flat buffers. */
public final class Parameter {
  public final String name;
  public final long[] shape;
  public final boolean normOrBias;
  final Initial initial;
  private final boolean rowByRow;
  private @Nullable Tensor tensor;
  private @Nullable Tensor gradient;
  private boolean keepsCast;
  private @Nullable Tensor cast;
  private @Nullable Runnable learned;

  public Parameter(String name, long[] shape, boolean normOrBias, Initial initial) {
    this(name, shape, normOrBias, initial, false);
  }

  /**
   * An array of any layout.
   *
   * @param rowByRow whether it is stored row by row also where it has four dimensions
   */
  public Parameter(
      String name, long[] shape, boolean normOrBias, Initial initial, boolean rowByRow) {
    this.rowByRow = rowByRow;
    this.name = name;
    this.shape = shape;
    this.normOrBias = normOrBias;
    this.initial = initial;
  }

  /** The initial values: each is {@code scale} times a draw, or the constant. */
  public record Initial(Kind kind, double scale) {
    public enum Kind {
      CONSTANT,
      UNIFORM,
      NORMAL,
      /** Uniform, but each of the first filters copies its channel. */
      IDENTITY
    }
  }

  /** Whether it is a bias: a term that its layer adds, which has one dimension. */
  public boolean bias() {
    return normOrBias && isNamedBias();
  }

  private boolean isNamedBias() {
    return name.equals("bias") || name.endsWith(".bias");
  }

  /** The number of values. */
  public long count() {
    long count = 1;
    for (long size : shape) {
      count = Math.multiplyExact(count, size);
    }
    return count;
  }

  /** Strides in elements; four-dimensional weights are stored channels last, unless row by row. */
  long[] strides() {
    return rowByRow ? TensorLayout.rowByRow(shape) : TensorLayout.strides(shape);
  }

  /** The values, a view of the flat buffer. */
  public Tensor tensor() {
    if (tensor == null) {
      throw new IllegalStateException(name + " is not laid out yet");
    }
    return tensor;
  }

  /** The values in the type of a forward pass. */
  public Tensor cast(ScalarType compute) {
    return keepsCast ? keptCast(compute) : tensor().to(compute);
  }

  private synchronized Tensor keptCast(ScalarType compute) {
    if (cast == null) {
      cast = tensor().to(compute);
      cast.retainReference(); // it outlives the open scope
    }
    return cast;
  }

  /** Casts the values once, at their first use, for all threads: they change no more. */
  public void keepCast() {
    keepsCast = true;
  }

  /** Frees the values that were cast. */
  public void dropCast() {
    if (cast != null) {
      cast.close();
      cast = null;
    }
  }

  /** Whether it has a gradient. */
  public boolean learns() {
    return gradient != null;
  }

  /** A view of the flat buffer of gradients. */
  public Tensor gradient() {
    if (gradient == null) {
      throw new IllegalStateException(name + " is not trained");
    }
    return gradient;
  }

  /** Adds to its gradient. */
  public void learn(Tensor share) {
    gradient().add_(share);
    if (learned != null) {
      learned.run();
    }
  }

  /** From now on calls back whenever something was added to its gradient. */
  public void onLearned(Runnable listener) {
    learned = listener;
  }

  /** Lays out a constant or a statistic. */
  public void place(Tensor values) {
    tensor = values;
  }

  /** Lays out a weight with its gradient. */
  public void place(Tensor values, Tensor gradients) {
    tensor = values;
    gradient = gradients;
  }
}
