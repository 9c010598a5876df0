package dev.onecycle.data.image.decode;

import java.io.IOException;
import java.util.concurrent.Semaphore;

/**
 * A bound on the memory of images that are being decoded, because large images on many threads
 * would need more than the heap.
 */
final class DecodeMemoryLimiter {
  private static final int UNIT = 1 << 16;

  /** Memory per pixel: three or four bytes in the image, and as many in the decoder. */
  private static final int BYTES_PER_PIXEL = 8;

  /** Half of the heap, in units. */
  private static final int UNITS =
      (int)
          Math.max(
              1, Math.min(1 << 20, Runtime.getRuntime().maxMemory() / 2 / BYTES_PER_PIXEL / UNIT));

  private static final Semaphore MEMORY = new Semaphore(UNITS, true);

  private DecodeMemoryLimiter() {}

  /** The decoding of an image. */
  interface Work<T> {
    T run() throws IOException;
  }

  /** Runs the work once there is enough memory; an image above the bound takes all of it. */
  static <T> T holding(long pixels, Work<T> work) throws IOException {
    int units = (int) Math.min(UNITS, 1 + pixels / UNIT);
    MEMORY.acquireUninterruptibly(units);
    try {
      return work.run();
    } finally {
      MEMORY.release(units);
    }
  }
}
