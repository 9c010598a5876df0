package dev.onecycle.torch.internal;

import java.nio.FloatBuffer;

/**
 * A float array of the network under its name on disk, in place: writing to it changes the network.
 */
public final class NamedArray {
  private final String name;
  private final long[] shape;
  private final FloatBuffer buffer;
  private final int offset;
  private final int[] places;

  NamedArray(String name, long[] shape, FloatBuffer buffer, int offset, int[] places) {
    this.name = name;
    this.shape = shape;
    this.buffer = buffer;
    this.offset = offset;
    this.places = places;
  }

  public String name() {
    return name;
  }

  public long[] shape() {
    return shape.clone();
  }

  /** The values in row-by-row order. */
  public float[] values() {
    float[] values = new float[places.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = buffer.get(offset + places[i]);
    }
    return values;
  }

  /** Replaces the values, in row-by-row order. */
  public void set(float[] values) {
    if (values.length != places.length) {
      throw new IllegalArgumentException(
          name + " must have " + places.length + " values but was given " + values.length);
    }
    for (int i = 0; i < values.length; i++) {
      buffer.put(offset + places[i], values[i]);
    }
  }
}
