package dev.onecycle.torch.engine;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * A float array of the network under its name on disk, in place: writing to it changes the network.
 */
public final class NamedArray {
  private final String name;
  private final long[] shape;
  private final Tensor flat;
  private final TensorDevice placement;
  private final int offset;
  private final int[] places;

  /**
   * @param flat that the values are a part of; must outlive this
   * @param offset of that part
   * @param places of the values in that part, in row-by-row order
   */
  NamedArray(
      String name, long[] shape, Tensor flat, TensorDevice placement, int offset, int[] places) {
    this.name = name;
    this.shape = shape;
    this.flat = flat;
    this.placement = placement;
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
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      FloatBuffer buffer = FlatBuffer.elements(placement.read(part()));
      for (int i = 0; i < values.length; i++) {
        values[i] = buffer.get(places[i]);
      }
    }
    return values;
  }

  /** Replaces the values, in row-by-row order. */
  public void set(float[] values) {
    if (values.length != places.length) {
      throw new IllegalArgumentException(
          name + " must have " + places.length + " values but was given " + values.length);
    }
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor part = part();
      Tensor readable = placement.read(part);
      FloatBuffer buffer = FlatBuffer.elements(readable);
      for (int i = 0; i < values.length; i++) {
        buffer.put(places[i], values[i]);
      }
      if (readable != part) {
        part.copy_(readable);
      }
    }
  }

  private Tensor part() {
    return flat.narrow(0, offset, places.length);
  }
}
