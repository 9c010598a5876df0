package dev.onecycle.torch.predict;

import dev.onecycle.data.image.DecodeOptions;
import dev.onecycle.error.Require;
import dev.onecycle.torch.settings.Device;
import dev.onecycle.torch.settings.Precision;

/**
 * How a {@link Predictor} computes.
 *
 * @param device that it computes on
 * @param precision of convolutions and matrix products; {@link Precision#AUTO} takes bfloat16 where
 *     the machine computes faster with it, as training does
 * @param threads that compute; 0 for one a core
 * @param replicas samples, or batches of them, that are computed at the same time; the threads are
 *     dealt out to them. 0 for one a thread: then no thread waits for another, which is fastest
 *     under load. With 1, all threads share the work on one sample; on a machine that does nothing
 *     else, a single large image is then answered sooner
 * @param maxBatch the most samples that are computed together; memory grows with it
 * @param maxPixels the most pixels of an image; larger ones are refused before they are decoded
 */
public record PredictorOptions(
    Device device, Precision precision, int threads, int replicas, int maxBatch, int maxPixels) {
  private static final int MAX_BATCH = 65_536;

  public PredictorOptions {
    Require.atLeast("threads", threads, 0);
    Require.atLeast("replicas", replicas, 0);
    Require.that(
        maxBatch >= 1 && maxBatch <= MAX_BATCH,
        "max_batch",
        "in [1, " + MAX_BATCH + "]",
        maxBatch,
        maxBatch);
  }

  /** The device and precision of this machine, all cores, at most 32 samples together. */
  public static PredictorOptions defaults() {
    return new PredictorOptions(
        Device.AUTO, Precision.AUTO, 0, 0, 32, DecodeOptions.STANDARD_MAX_PIXELS);
  }

  /** The same options with another device. */
  public PredictorOptions withDevice(Device other) {
    return new PredictorOptions(other, precision, threads, replicas, maxBatch, maxPixels);
  }

  /** The same options with another precision. */
  public PredictorOptions withPrecision(Precision other) {
    return new PredictorOptions(device, other, threads, replicas, maxBatch, maxPixels);
  }

  /** The same options with so many threads. */
  public PredictorOptions withThreads(int count) {
    return new PredictorOptions(device, precision, count, replicas, maxBatch, maxPixels);
  }

  /** The same options with so many samples, or batches, at the same time. */
  public PredictorOptions withReplicas(int count) {
    return new PredictorOptions(device, precision, threads, count, maxBatch, maxPixels);
  }

  /** The same options with another bound on the samples that are computed together. */
  public PredictorOptions withMaxBatch(int count) {
    return new PredictorOptions(device, precision, threads, replicas, count, maxPixels);
  }

  /** The same options with another bound on the pixels of an image. */
  public PredictorOptions withMaxPixels(int count) {
    return new PredictorOptions(device, precision, threads, replicas, maxBatch, count);
  }
}
