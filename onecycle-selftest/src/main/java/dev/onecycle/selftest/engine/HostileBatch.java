package dev.onecycle.selftest.engine;

import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.sample.SampleLayout;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * A batch that says whatever it is told to.
 *
 * @param last label of its last image; the others have label 0
 */
record HostileBatch(int size, SampleLayout layout, ByteBuffer values, int last) implements Batch {
  /** A fault of a batch. */
  enum Fault {
    NONE,
    HEAP,
    TOO_MANY_IMAGES,
    NO_IMAGE,
    NOT_REWOUND,
    CUT,
    LABEL_TOO_HIGH,
    LABEL_NEGATIVE,
    OTHER_SHAPE;

    /** Whether a learner must refuse it where it reads labels, or where it does not. */
    boolean isRefused(boolean labels) {
      return switch (this) {
        case NONE, HEAP -> false;
        case LABEL_TOO_HIGH, LABEL_NEGATIVE -> labels;
        default -> true;
      };
    }
  }

  HostileBatch(int size, ImageShape shape, ByteBuffer values, int last) {
    this(size, shape.layout(), values, last);
  }

  /** A batch with a fault, of images of a shape and so many classes. */
  static HostileBatch of(Fault fault, ImageShape shape, int classes, SplittableRandom random) {
    int size = random.nextInt(2, 9);
    byte[] bytes = new byte[size * shape.bytes()];
    new SplittableRandom(size).nextBytes(bytes);
    ByteBuffer pixels = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    return switch (fault) {
      case NONE -> new HostileBatch(size, shape, pixels, 1);
      case HEAP -> new HostileBatch(size, shape, ByteBuffer.wrap(bytes).asReadOnlyBuffer(), 1);
      case TOO_MANY_IMAGES ->
          new HostileBatch(Math.max(size + 1, 1 << random.nextInt(31)), shape, pixels, 0);
      case NO_IMAGE -> new HostileBatch(-random.nextInt(5), shape, pixels, 0);
      case NOT_REWOUND ->
          new HostileBatch(size, shape, pixels.position(random.nextInt(1, bytes.length)), 0);
      case CUT -> new HostileBatch(size, shape, pixels.limit(random.nextInt(bytes.length)), 0);
      case LABEL_TOO_HIGH ->
          new HostileBatch(size, shape, pixels, classes + random.nextInt(1 << 30));
      case LABEL_NEGATIVE -> new HostileBatch(size, shape, pixels, -1 - random.nextInt(1 << 30));
      case OTHER_SHAPE ->
          new HostileBatch(
              size,
              new ImageShape(
                  shape.channels(), shape.height() + random.nextInt(1, 9), shape.width()),
              pixels,
              0);
    };
  }

  @Override
  public int label(int i) {
    return i == size - 1 ? last : 0;
  }

  @Override
  public int index(int i) {
    return i;
  }

  @Override
  public void close() {}
}
