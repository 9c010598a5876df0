package dev.onecycle.data.sample;

import dev.onecycle.error.Require;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The type and the shape of one sample.
 *
 * @param type of its values
 * @param shape its sizes: [C, H, W] for an image; [features], [C, L] or [C, H, W] for numbers;
 *     [length] for tokens
 */
public record SampleLayout(Type type, List<Integer> shape) {
  private static final int MAX_SIZES = 3;

  /** The type of a sample's values. */
  public enum Type {
    /** Pixels of an image, a byte each, stored height, width, channel (channels last). */
    UINT8(1),
    /** Numbers, stored in the order of the shape and the byte order of the machine. */
    FLOAT32(Float.BYTES),
    /** Tokens: the numbers of entries of a vocabulary, in the byte order of the machine. */
    INT64(Long.BYTES);

    private final int bytes;

    Type(int bytes) {
      this.bytes = bytes;
    }
  }

  public SampleLayout {
    shape = List.copyOf(shape);
    int sizes = shape.size();
    Require.that(
        switch (type) {
          case UINT8 -> sizes == MAX_SIZES;
          case FLOAT32 -> sizes >= 1 && sizes <= MAX_SIZES;
          case INT64 -> sizes == 1;
        },
        "shape of a sample",
        switch (type) {
          case UINT8 -> "[channels, height, width] for an image";
          case FLOAT32 -> "[features], [channels, length] or [channels, height, width]";
          case INT64 -> "[length] for tokens";
        },
        shape,
        shape);
    double count = type.bytes;
    for (int size : shape) {
      count *= Require.atLeast("size of a sample", size, 1);
    }
    Require.that(
        count <= Integer.MAX_VALUE,
        "size of a sample",
        "at most " + Integer.MAX_VALUE + " bytes",
        shape,
        shape);
  }

  /** Images of bytes. */
  public static SampleLayout image(int channels, int height, int width) {
    return new SampleLayout(Type.UINT8, List.of(channels, height, width));
  }

  /** Arrays of numbers. */
  public static SampleLayout numbers(Integer... shape) {
    return new SampleLayout(Type.FLOAT32, List.of(shape));
  }

  /** Sequences of tokens. */
  public static SampleLayout tokens(int length) {
    return new SampleLayout(Type.INT64, List.of(length));
  }

  /** Whether a sample is an image of bytes. */
  public boolean isImage() {
    return type == Type.UINT8;
  }

  /** The number of values of a sample. */
  public int values() {
    return shape.stream().reduce(1, (a, b) -> a * b);
  }

  /** The number of bytes of a sample. */
  public int bytes() {
    return values() * type.bytes;
  }

  /**
   * The number of channels: the first size. Numbers are normalised by channel; of an array
   * [features], each feature is one.
   */
  public int channels() {
    return shape.get(0);
  }

  /** "image" or "sample", for messages. */
  public String noun() {
    return isImage() ? "image" : "sample";
  }

  /** {@code 3×32×32} for an image; {@code float32 [2, 64]} or {@code int64 [16]} otherwise. */
  @Override
  public String toString() {
    return switch (type) {
      case UINT8 -> shape.stream().map(String::valueOf).collect(Collectors.joining("×"));
      case FLOAT32 -> "float32 " + shape;
      case INT64 -> "int64 " + shape;
    };
  }
}
