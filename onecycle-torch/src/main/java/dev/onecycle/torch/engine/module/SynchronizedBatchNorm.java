package dev.onecycle.torch.engine.module;

import dev.onecycle.torch.engine.FlatBuffer;
import dev.onecycle.torch.engine.Parameter;
import dev.onecycle.torch.engine.TensorHandles;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * A batch norm in training whose statistics are of the whole batch, of which it sees a part.
 *
 * <p>The parts exchange, for each channel, the sum and the sum of squares of their values on the
 * way forward, and the sums that the gradient by the values needs on the way back; in float64, so
 * that the sums of squares lose nothing by subtraction. The result is the one of a batch norm of
 * the whole batch but for rounding.
 *
 * <p><i>Source:</i> S. Ioffe and C. Szegedy (2015), "Batch Normalization", section 3, algorithm 1
 * and the gradients after it.
 */
final class SynchronizedBatchNorm {
  private final Parameter weight;
  private final Parameter bias;
  private final Parameter runningMean;
  private final Parameter runningVariance;
  private final double epsilon;

  SynchronizedBatchNorm(
      Parameter weight,
      Parameter bias,
      Parameter runningMean,
      Parameter runningVariance,
      double epsilon) {
    this.weight = weight;
    this.bias = bias;
    this.runningMean = runningMean;
    this.runningVariance = runningVariance;
    this.epsilon = epsilon;
  }

  /** The mean and the biased variance of each channel, [C], over so many values of the batch. */
  private record Statistics(Tensor mean, Tensor variance, double count) {}

  Tensor forward(Tensor x, ForwardContext context, PartSums parts) {
    Statistics batch = statistics(x, context.batchNormMomentum(), parts);
    return context.keep(
        normalized(x, batch, weight.tensor(), bias.tensor()),
        gradient -> back(gradient, x, batch, parts),
        true);
  }

  /** The statistics of the batch, by which the running ones change. */
  private Statistics statistics(Tensor x, double momentum, PartSums parts) {
    // Their type, float32, is the one of the results; they are not read.
    TensorOptional unused = new TensorOptional(torch.zeros_like(runningMean.tensor()));
    T_TensorTensor_T own = torch.batch_norm_update_stats(x, unused, unused, 0);
    float[] means = values(TensorHandles.of(own.get0()));
    float[] variances = values(TensorHandles.of(own.get1()));
    int channels = means.length;
    double count = (double) x.numel() / channels;
    double[] sums = new double[2 * channels + 1];
    for (int c = 0; c < channels; c++) {
      double mean = means[c];
      sums[c] = count * mean;
      sums[channels + c] = count * (variances[c] + mean * mean);
    }
    sums[2 * channels] = count;
    double[] all = parts.of(sums);
    double whole = all[2 * channels];
    Modules.requireVariance(whole);
    float[] mean = new float[channels];
    float[] variance = new float[channels];
    float[] unbiased = new float[channels];
    for (int c = 0; c < channels; c++) {
      double middle = all[c] / whole;
      // Rounding may make the variance of a constant channel negative.
      double spread = Math.max(0, all[channels + c] - whole * middle * middle);
      mean[c] = (float) middle;
      variance[c] = (float) (spread / whole);
      unbiased[c] = (float) (spread / (whole - 1));
    }
    Scalar share = new Scalar(momentum);
    Tensor batchMean = like(runningMean.tensor(), mean);
    runningMean.tensor().lerp_(batchMean, share);
    runningVariance.tensor().lerp_(like(runningVariance.tensor(), unbiased), share);
    return new Statistics(batchMean, like(batchMean, variance), whole);
  }

  private Tensor normalized(Tensor x, Statistics batch, Tensor scale, Tensor shift) {
    return torch.batch_norm(
        x,
        new TensorOptional(scale),
        new TensorOptional(shift),
        new TensorOptional(batch.mean),
        new TensorOptional(batch.variance),
        false,
        0,
        epsilon,
        true);
  }

  /**
   * The gradient by the values. With g the gradient by the results, x̂ the values before scale and
   * shift, N their number a channel, and sums over the batch:
   *
   * <pre>weight / √(variance + ε) · (g − Σg / N − x̂ · Σ(g·x̂) / N)</pre>
   *
   * <p>The first term is that of a norm whose statistics are constants. The others are a norm of
   * the values with another scale and shift. So each is one pass over the values.
   */
  private Tensor back(Tensor gradient, Tensor x, Statistics batch, PartSums parts) {
    TensorOptional none = new TensorOptional();
    T_TensorTensorTensor_T own =
        torch.native_batch_norm_backward(
            gradient,
            x,
            new TensorOptional(weight.tensor()),
            new TensorOptional(batch.mean),
            new TensorOptional(batch.variance),
            none,
            none,
            false,
            epsilon,
            new BoolPointer(3).put(0, true).put(1, true).put(2, true));
    Tensor byScale = TensorHandles.of(own.get1());
    Tensor byShift = TensorHandles.of(own.get2());
    weight.learn(byScale);
    bias.learn(byShift);
    float[] scaleSums = values(byScale);
    float[] shiftSums = values(byShift);
    int channels = scaleSums.length;
    double[] sums = new double[2 * channels];
    for (int c = 0; c < channels; c++) {
      sums[c] = scaleSums[c];
      sums[channels + c] = shiftSums[c];
    }
    double[] all = parts.of(sums);
    for (int c = 0; c < channels; c++) {
      scaleSums[c] = (float) (-all[c] / batch.count);
      shiftSums[c] = (float) (-all[channels + c] / batch.count);
    }
    Tensor factor =
        batch.variance.add(new Scalar(epsilon)).rsqrt_().mul_(weight.tensor()); // [C], float32
    Tensor scale = like(factor, scaleSums).mul_(factor);
    Tensor shift = like(factor, shiftSums).mul_(factor);
    return TensorHandles.of(own.get0()).add_(normalized(x, batch, scale, shift));
  }

  private static float[] values(Tensor tensor) {
    FloatBuffer elements = FlatBuffer.elements(tensor.cpu().contiguous());
    float[] values = new float[elements.remaining()];
    elements.get(values);
    return values;
  }

  /** A tensor of these values where another one is. */
  private static Tensor like(Tensor other, float[] values) {
    Tensor host = torch.empty(values.length);
    FlatBuffer.elements(host).put(values);
    return torch.empty_like(other).copy_(host);
  }
}
