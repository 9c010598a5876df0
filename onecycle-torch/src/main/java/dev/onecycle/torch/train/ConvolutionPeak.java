package dev.onecycle.torch.train;

import dev.onecycle.torch.engine.ConvolutionTimes;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Precision;

/**
 * The highest speed of 3×3 convolutions on this machine, over the shapes of small images; the speed
 * of training is compared with it.
 *
 * @param forward operations a second of forward passes; a multiplication and an addition are two
 * @param training operations a second of forward passes with both gradients
 */
public record ConvolutionPeak(double forward, double training) {
  private static final int IMAGES = 64;

  /** Channels of input and output, and pixels of a side. */
  private static final int[][] SHAPES = {
    {64, 64, 31}, {64, 64, 15}, {64, 256, 15}, {128, 128, 15}, {128, 128, 31}, {256, 256, 15}
  };

  /**
   * Measures; takes a few seconds.
   *
   * @param precision bf16 or fp32; auto for the choice of training
   * @param threads that compute at once; 0 for one a core
   */
  public static ConvolutionPeak measure(Precision precision, int threads) {
    Compute compute =
        Compute.of(LearnerSettings.builder().precision(precision).threads(threads).build());
    boolean bfloat16 = compute.precision() == Precision.BF16;
    double forward = 0;
    double training = 0;
    for (int[] s : SHAPES) {
      double[] seconds =
          ConvolutionTimes.measure(IMAGES, s[0], s[1], s[2], bfloat16, compute.threads());
      double operations = 2.0 * compute.threads() * IMAGES * s[0] * s[1] * 9 * s[2] * s[2];
      forward = Math.max(forward, operations / seconds[0]);
      training = Math.max(training, 3 * operations / seconds[1]);
    }
    return new ConvolutionPeak(forward, training);
  }
}
