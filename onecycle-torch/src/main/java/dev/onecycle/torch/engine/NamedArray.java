package dev.onecycle.torch.engine;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** A float array of a network under its name on disk. Writing to it changes the network. */
public final class NamedArray {
  private final String name;
  private final long[] shape;
  private final Tensor flat;
  private final TensorDevice device;
  private final int offset;
  private final int[] places;

  /**
   * @param flat the tensor that has the values; must outlive this
   * @param offset of the values' part of the tensor
   * @param places of the values in their part, in row-by-row order
   */
  NamedArray(
      String name, long[] shape, Tensor flat, TensorDevice device, int offset, int[] places) {
    this.name = name;
    this.shape = shape;
    this.flat = flat;
    this.device = device;
    this.offset = offset;
    this.places = places;
  }

  /** The name on disk. */
  public String name() {
    return name;
  }

  /** The sizes. */
  public long[] shape() {
    return shape.clone();
  }

  /** The values in row-by-row order. */
  public float[] values() {
    return NativeErrors.named(this::copied);
  }

  private float[] copied() {
    float[] values = new float[places.length];
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      FloatBuffer buffer = FlatBuffer.elements(device.read(part()));
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
    NativeErrors.named(() -> put(values));
  }

  private void put(float[] values) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor part = part();
      Tensor readable = device.read(part);
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
