package dev.onecycle.bench.predict;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.onecycle.error.BadDataException;
import java.util.Arrays;

/**
 * The speed of one runtime in one round, as its process prints it.
 *
 * @param setup precision and threads in a few words
 * @param p50 milliseconds of a prediction of one image, median
 * @param p99 milliseconds of a prediction of one image, of which 1 % took longer
 * @param rate images a second in batches
 */
record Measured(String setup, double p50, double p99, double rate) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Makes predictions of so many images. */
  @FunctionalInterface
  interface Work {
    void predict(int images) throws Exception;
  }

  /**
   * Measures work on the calling thread: single images, then batches.
   *
   * @param seconds of each; a third of them again for warming up before
   */
  static Measured of(String setup, int batch, double seconds, Work work) throws Exception {
    repeated(1, seconds / 3, work);
    double[] single = repeated(1, seconds, work);
    repeated(batch, seconds / 3, work);
    double[] batches = repeated(batch, seconds, work);
    double total = Arrays.stream(batches).sum();
    Arrays.sort(single);
    return new Measured(
        setup,
        single[single.length / 2],
        single[Math.min(single.length - 1, (int) (single.length * 0.99))],
        batches.length * batch / (total / 1000));
  }

  /** The milliseconds of each call. */
  private static double[] repeated(int images, double seconds, Work work) throws Exception {
    double[] millis = new double[1024];
    int count = 0;
    long end = System.nanoTime() + (long) (seconds * 1e9);
    while (System.nanoTime() < end || count == 0) {
      long begin = System.nanoTime();
      work.predict(images);
      if (count == millis.length) {
        millis = Arrays.copyOf(millis, 2 * count);
      }
      millis[count++] = (System.nanoTime() - begin) / 1e6;
    }
    return Arrays.copyOf(millis, count);
  }

  /** One line of JSON. */
  String text() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a measurement must be writable as JSON", e);
    }
  }

  static Measured parse(String text) {
    try {
      return JSON.readValue(text, Measured.class);
    } catch (JsonProcessingException e) {
      throw new BadDataException("the runtime printed '" + text + "', which is no measurement", e);
    }
  }
}
