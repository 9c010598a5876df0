package dev.onecycle.data.image.decode;

import java.io.IOException;
import java.util.concurrent.Semaphore;

/**
 * Room for decoded pixels: many threads that each hold a large image would need more memory than
 * there is, whatever the files' sizes.
 */
final class DecodeMemoryLimiter {
  private static final int UNIT = 1 << 16;

  /** What a pixel takes while it is decoded: three or four bytes, and as many in the decoder. */
  private static final int BYTES_A_PIXEL = 8;

  /** Half of the heap. */
  private static final int UNITS =
      (int)
          Math.max(
              1, Math.min(1 << 20, Runtime.getRuntime().maxMemory() / 2 / BYTES_A_PIXEL / UNIT));

  private static final Semaphore ROOM = new Semaphore(UNITS, true);

  private DecodeMemoryLimiter() {}

  /** What decodes. */
  interface Work<T> {
    T run() throws IOException;
  }

  /** Runs the work once there is room; an image larger than all of it has all of it. */
  static <T> T holding(long pixels, Work<T> work) throws IOException {
    int units = (int) Math.min(UNITS, 1 + pixels / UNIT);
    ROOM.acquireUninterruptibly(units);
    try {
      return work.run();
    } finally {
      ROOM.release(units);
    }
  }
}
