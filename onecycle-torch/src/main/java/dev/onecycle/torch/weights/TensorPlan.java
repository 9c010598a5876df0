package dev.onecycle.torch.weights;

import static dev.onecycle.torch.weights.Unsound.require;

import java.util.Arrays;

/**
 * A tensor of a pickle whose numbers are not yet read: a view of a storage, inside of it.
 *
 * @param storage with a type
 * @param offset of the first number
 * @param shape sizes
 * @param strides steps between neighbours of each dimension, in numbers
 */
record TensorPlan(StorageRef storage, long offset, long[] shape, long[] strides) {
  /** A view, checked. */
  static TensorPlan of(StorageRef storage, long offset, long[] shape, long[] strides)
      throws Unsound {
    String seen =
        "shape "
            + Arrays.toString(shape)
            + ", strides "
            + Arrays.toString(strides)
            + " and offset "
            + offset
            + " in a storage of "
            + storage.count()
            + " numbers";
    require(shape.length == strides.length && offset >= 0, "it has a tensor of " + seen);
    try {
      long count = 1;
      long last = offset;
      for (int i = 0; i < shape.length; i++) {
        require(shape[i] >= 0 && strides[i] >= 0, "it has a tensor of " + seen);
        count = Math.multiplyExact(count, shape[i]);
        last = Math.addExact(last, Math.multiplyExact(Math.max(0, shape[i] - 1), strides[i]));
      }
      require(
          count == 0
              || (last < storage.count()
                  && count <= storage.count()
                  && storage.count() <= Elements.MAX_COUNT),
          "it has a tensor of " + seen);
    } catch (ArithmeticException e) {
      throw new Unsound("it has a tensor of " + seen);
    }
    return new TensorPlan(storage, offset, shape, strides);
  }

  ElementType type() {
    return storage.type().orElseThrow();
  }

  int count() {
    long count = 1;
    for (long size : shape) {
      count *= size;
    }
    return (int) count;
  }

  /** Whether it is its whole storage in the order of the storage. */
  boolean isWholeStorage() {
    long stride = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      if (shape[i] != 1 && strides[i] != stride) {
        return false;
      }
      stride *= shape[i];
    }
    return offset == 0 && stride == storage.count();
  }
}
