package dev.onecycle.torch.weights;

import dev.onecycle.error.BadDataException;
import dev.onecycle.text.Bytes;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Numbers of a file in memory: floats for the floating types, longs for whole numbers and truth
 * values, so that neither loses a digit that float32 can hold.
 */
final class Elements {
  static final int MAX_COUNT = Integer.MAX_VALUE - 8;

  private final ElementType type;
  private final float[] floats;
  private final long[] wholes;

  private Elements(ElementType type, float[] floats, long[] wholes) {
    this.type = type;
    this.floats = floats;
    this.wholes = wholes;
  }

  /**
   * Zeros.
   *
   * @throws BadDataException where the heap has no room for them
   */
  static Elements zeros(ElementType type, int count) {
    try {
      return new Elements(
          type, new float[type.isWhole() ? 0 : count], new long[type.isWhole() ? count : 0]);
    } catch (OutOfMemoryError e) {
      throw lacksHeap(bytes(type, count), e);
    }
  }

  /** Float32 numbers; not a copy. */
  static Elements of(float[] values) {
    return new Elements(ElementType.F32, values, new long[0]);
  }

  /** The memory that numbers take here; on disk they may be smaller. */
  static long bytes(ElementType type, long count) {
    return count * (type.isWhole() ? Long.BYTES : Float.BYTES);
  }

  /**
   * Makes sure that the heap has room, before any of it is taken.
   *
   * @throws BadDataException where it has not
   */
  static void requireHeap(long bytes) {
    if (bytes > free()) {
      System.gc();
      if (bytes > free()) {
        throw lacksHeap(bytes, null);
      }
    }
  }

  private static long free() {
    Runtime runtime = Runtime.getRuntime();
    return runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory();
  }

  private static BadDataException lacksHeap(long bytes, @Nullable Throwable cause) {
    String message =
        "its arrays need "
            + Bytes.text(bytes)
            + " of the Java heap, which has not that much free; give Java more, by -Xmx";
    return cause == null ? new BadDataException(message) : new BadDataException(message, cause);
  }

  ElementType type() {
    return type;
  }

  int count() {
    return type.isWhole() ? wholes.length : floats.length;
  }

  /** The numbers of a floating type; not a copy. */
  float[] floats() {
    return floats;
  }

  /** The numbers of a whole type; not a copy. */
  long[] wholes() {
    return wholes;
  }

  /**
   * Decodes the remaining bytes of a piece.
   *
   * @param piece in the byte order of the file; whole numbers of elements
   * @param at the index of its first element
   */
  void decode(ByteBuffer piece, int at) {
    int end = at + piece.remaining() / type.bytes();
    switch (type) {
      case F32 -> piece.asFloatBuffer().get(floats, at, end - at);
      case F64 -> {
        for (int i = at; i < end; i++) {
          floats[i] = (float) piece.getDouble();
        }
      }
      case F16 -> {
        for (int i = at; i < end; i++) {
          floats[i] = half(piece.getShort());
        }
      }
      case BF16 -> {
        for (int i = at; i < end; i++) {
          floats[i] = Float.intBitsToFloat(piece.getShort() << 16);
        }
      }
      case I64 -> piece.asLongBuffer().get(wholes, at, end - at);
      case I32 -> {
        for (int i = at; i < end; i++) {
          wholes[i] = piece.getInt();
        }
      }
      case I16 -> {
        for (int i = at; i < end; i++) {
          wholes[i] = piece.getShort();
        }
      }
      case I8 -> {
        for (int i = at; i < end; i++) {
          wholes[i] = piece.get();
        }
      }
      case U8 -> {
        for (int i = at; i < end; i++) {
          wholes[i] = piece.get() & 0xFF;
        }
      }
      case BOOL -> {
        for (int i = at; i < end; i++) {
          wholes[i] = piece.get() == 0 ? 0 : 1;
        }
      }
    }
  }

  /** The number that IEEE 754's binary16 encodes; float32 holds each of them. */
  static float half(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = bits >>> 10 & 0x1F;
    int fraction = bits & 0x3FF;
    if (exponent == 0) {
      return Math.copySign(fraction * 0x1p-24f, Float.intBitsToFloat(sign | 0x3F80_0000));
    }
    int wide = exponent == 0x1F ? 0xFF : exponent + 127 - 15;
    return Float.intBitsToFloat(sign | wide << 23 | fraction << 13);
  }

  /**
   * The elements of a view, row by row. The view must lie inside.
   *
   * @param strides steps between neighbours of each dimension, in elements
   */
  Elements view(long offset, long[] shape, long[] strides) {
    long product = 1;
    for (long size : shape) {
      product *= size;
    }
    int count = Math.toIntExact(product);
    Elements view = zeros(type, count);
    long[] index = new long[shape.length];
    long at = offset;
    for (int i = 0; i < count; i++) {
      if (type.isWhole()) {
        view.wholes[i] = wholes[Math.toIntExact(at)];
      } else {
        view.floats[i] = floats[Math.toIntExact(at)];
      }
      for (int d = shape.length - 1; d >= 0; d--) {
        at += strides[d];
        if (++index[d] < shape[d]) {
          break;
        }
        at -= shape[d] * strides[d];
        index[d] = 0;
      }
    }
    return view;
  }

  /**
   * All of them as float32.
   *
   * @param name for the message
   * @throws BadDataException where float32 cannot hold a whole number
   */
  float[] toFloat32(String name) {
    if (!type.isWhole()) {
      return floats;
    }
    float[] values = new float[wholes.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = wholes[i];
      if (values[i] >= 0x1p63f || (long) values[i] != wholes[i]) {
        throw new BadDataException(
            name + " holds " + wholes[i] + ", a whole number that float32 cannot hold");
      }
    }
    return values;
  }
}
