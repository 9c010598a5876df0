package dev.onecycle.torch.engine;

/** The places of a tensor's elements in memory. */
public final class TensorLayout {
  private TensorLayout() {}

  /** Strides in elements: channels last for four dimensions, row by row for others. */
  public static long[] strides(long[] shape) {
    if (shape.length == 4) {
      long channels = shape[1];
      long width = shape[3];
      return new long[] {channels * shape[2] * width, 1, width * channels, channels};
    }
    return rowByRow(shape);
  }

  /** Strides in elements, row by row. */
  static long[] rowByRow(long[] shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= shape[i];
    }
    return strides;
  }

  /**
   * The place of every element in a buffer of the given strides.
   *
   * @return {@code at[i]} is the place of the i-th element in row-by-row order
   */
  static int[] places(long[] shape, long[] strides) {
    int count = 1;
    for (long size : shape) {
      count = Math.multiplyExact(count, Math.toIntExact(size));
    }
    int[] places = new int[count];
    int[] index = new int[shape.length];
    for (int i = 0; i < count; i++) {
      long place = 0;
      for (int d = 0; d < shape.length; d++) {
        place += index[d] * strides[d];
      }
      places[i] = Math.toIntExact(place);
      for (int d = shape.length - 1; d >= 0 && ++index[d] == shape[d]; d--) {
        index[d] = 0;
      }
    }
    return places;
  }
}
