package dev.onecycle.torch.weights;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.Require;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.IntStream;

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
      Require.atLeast("size of " + name, size, 0);
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
   * Makes sure that every value is finite.
   *
   * @throws BadDataException naming the array and the first value that is not
   */
  public void requireFinite() {
    firstNotFinite()
        .ifPresent(
            i -> {
              throw new BadDataException(name + " must be finite but holds " + values[i]);
            });
  }

  /** The index of the first value that is not finite, if there is one. */
  public OptionalInt firstNotFinite() {
    return IntStream.range(0, values.length).filter(i -> !Float.isFinite(values[i])).findFirst();
  }
}
