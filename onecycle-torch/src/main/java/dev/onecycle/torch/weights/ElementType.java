package dev.onecycle.torch.weights;

import java.util.Arrays;
import java.util.Optional;

/** The type of an array's numbers in a file, by its name in safetensors. */
public enum ElementType {
  F64(8),
  F32(4),
  F16(2),
  BF16(2),
  I64(8),
  I32(4),
  I16(2),
  I8(1),
  U8(1),
  BOOL(1);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one number. */
  public int bytes() {
    return bytes;
  }

  /** Whether it is a type of whole numbers or truth values. */
  public boolean isWhole() {
    return compareTo(I64) >= 0;
  }

  static Optional<ElementType> named(String name) {
    return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
  }
}
