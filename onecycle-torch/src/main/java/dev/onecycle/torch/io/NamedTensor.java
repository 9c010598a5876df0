package dev.onecycle.torch.io;

import dev.onecycle.error.DivergedException;
import java.util.Arrays;
import java.util.List;

/**
 * A float32 array with its name and shape, values row by row.
 *
 * @param shape sizes; empty for a single number
 * @param values as many as the product of the sizes; owned by the caller
 */
public record NamedTensor(String name, long[] shape, float[] values) {
  public NamedTensor {
    long count = 1;
    for (long size : shape) {
      count = Math.multiplyExact(count, size);
    }
    if (count != values.length) {
      throw new IllegalArgumentException(
          name
              + " must have as many values as its shape "
              + Arrays.toString(shape)
              + " but had "
              + values.length);
    }
  }

  /**
   * Makes sure that every value is a number, so that it may be written.
   *
   * @param step the last one, zero-based
   * @param learningRate of that step
   * @throws DivergedException naming the array
   */
  public void requireFinite(long step, double learningRate) {
    for (float value : notFinite()) {
      throw new DivergedException(name, value, step, learningRate);
    }
  }

  /** The first value that is no number, or none. */
  public List<Float> notFinite() {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return List.of(value);
      }
    }
    return List.of();
  }
}
