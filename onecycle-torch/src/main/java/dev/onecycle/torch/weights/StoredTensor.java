package dev.onecycle.torch.weights;

import dev.onecycle.error.BadDataException;
import java.util.OptionalInt;

/**
 * An array of a weight file: its name, its shape, the type that it has in the file, and its values.
 * Whole numbers stay whole numbers, such as the counters of batch norms.
 */
public final class StoredTensor {
  private final String name;
  private final long[] shape;
  private final Elements elements;

  StoredTensor(String name, long[] shape, Elements elements) {
    this.name = name;
    this.shape = shape;
    this.elements = elements;
  }

  /** A float32 array as one of a file; the values are shared. */
  public static StoredTensor of(NamedTensor tensor) {
    return new StoredTensor(tensor.name(), tensor.shape(), Elements.of(tensor.values()));
  }

  /** The name in the file. */
  public String name() {
    return name;
  }

  /** Sizes; empty for a single number. */
  public long[] shape() {
    return shape.clone();
  }

  /** The type in the file. */
  public ElementType type() {
    return elements.type();
  }

  /** The number of values. */
  public int count() {
    return elements.count();
  }

  /** The same array under another name; the values are shared. */
  public StoredTensor named(String newName) {
    return new StoredTensor(newName, shape, elements);
  }

  /**
   * The array as float32, values row by row. F32, F16, BF16, I16, I8, U8 and BOOL (0 and 1) are
   * exact; F64 is rounded to the nearest. The values of a floating type are shared, not copied.
   *
   * @throws BadDataException where float32 cannot hold a whole number of it
   */
  public NamedTensor toFloat32() {
    return new NamedTensor(name, shape, elements.toFloat32(name));
  }

  /**
   * The values of a whole type, row by row, copied; truth values as 0 and 1.
   *
   * @throws IllegalStateException for a floating type
   */
  public long[] wholeNumbers() {
    if (!type().isWhole()) {
      throw new IllegalStateException(name + " must be of a whole type but is " + type());
    }
    return elements.wholes().clone();
  }

  /** The index of the first value that is not finite as float32, if there is one. */
  OptionalInt firstNotFinite() {
    float[] values = elements.floats();
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        return OptionalInt.of(i);
      }
    }
    return OptionalInt.empty();
  }
}
