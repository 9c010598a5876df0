package dev.onecycle.torch.internal;

import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A trained weight: its name, shape and first value, and, once laid out, its place in the buffers.
 */
final class Parameter {
  final String name;
  final long[] shape;
  final boolean normOrBias;
  final Initial initial;
  private @Nullable Tensor tensor;

  Parameter(String name, long[] shape, boolean normOrBias, Initial initial) {
    this.name = name;
    this.shape = shape;
    this.normOrBias = normOrBias;
    this.initial = initial;
  }

  /** How the first values are drawn: each is {@code scale} times a draw, or the constant. */
  record Initial(Kind kind, double scale) {
    enum Kind {
      CONSTANT,
      UNIFORM,
      NORMAL
    }
  }

  long count() {
    long count = 1;
    for (long size : shape) {
      count *= size;
    }
    return count;
  }

  /** Strides in elements; four-dimensional weights are stored channels last. */
  long[] strides() {
    return TensorLayout.strides(shape);
  }

  /** The values, a view of the flat buffer that autograd differentiates with respect to. */
  Tensor tensor() {
    if (tensor == null) {
      throw new IllegalStateException(name + " is not laid out yet");
    }
    return tensor;
  }

  void place(Tensor view) {
    tensor = view;
  }
}
