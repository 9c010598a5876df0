package dev.onecycle.data.image.decode;

import java.util.concurrent.Semaphore;

/**
 * A bound on the memory of images that are being decoded, because large images on many threads
 * would need more than the heap.
 */
final class DecodeMemoryLimiter {
  private static final int UNIT = 1 << 16;

  /**
   * Memory per pixel, which is highest where an image is resized: four bytes in the image, three in
   * its pixels, three in the pixels turned upright, and four in the image of these. A decoder needs
   * less, and an image of 16 bits a channel some bytes more, for which the other half of the heap
   * has room.
   */
  private static final int BYTES_PER_PIXEL = 14;

  /** Half of the heap, in units. */
  private static final int UNITS =
      (int)
          Math.max(
              1, Math.min(1 << 20, Runtime.getRuntime().maxMemory() / 2 / BYTES_PER_PIXEL / UNIT));

  private static final Semaphore MEMORY = new Semaphore(UNITS, true);

  private DecodeMemoryLimiter() {}

  /** The decoding and the conversion of an image. */
  interface Work<T> {
    T run() throws BadImage;
  }

  /** Runs the work once there is enough memory; an image above the bound takes all of it. */
  static <T> T holding(long pixels, Work<T> work) throws BadImage {
    int units = (int) Math.min(UNITS, 1 + pixels / UNIT);
    MEMORY.acquireUninterruptibly(units);
    try {
      return work.run();
    } finally {
      MEMORY.release(units);
    }
  }
}
