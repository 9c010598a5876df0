package dev.onecycle.torch.internal;

import dev.onecycle.error.Require;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** What each layer computes. */
final class Modules {
  private static final long[] ONE = {1, 1};

  private Modules() {}

  /** The weight in the type that the pass computes in; gradients flow back to the float32 one. */
  private static Tensor cast(Parameter parameter, Pass pass) {
    return parameter.tensor().to(pass.compute());
  }

  private static TensorOptional cast(
      @Nullable Parameter parameter, Pass pass, TensorOptional none) {
    return parameter == null ? none : new TensorOptional(cast(parameter, pass));
  }

  static Module convolution(Parameter weight, @Nullable Parameter bias, int stride, int padding) {
    TensorOptional none = new TensorOptional();
    long[] strides = {stride, stride};
    long[] paddings = {padding, padding};
    return (x, pass) ->
        torch.conv2d(x, cast(weight, pass), cast(bias, pass, none), strides, paddings, ONE, 1);
  }

  static Module linear(Parameter weight, @Nullable Parameter bias) {
    TensorOptional none = new TensorOptional();
    return (x, pass) -> torch.linear(x, cast(weight, pass), cast(bias, pass, none));
  }

  static Module batchNorm(
      Parameter weight, Parameter bias, Parameter mean, Parameter variance, double epsilon) {
    return (x, pass) -> {
      if (pass.training()) {
        requireVariance(x);
      }
      return torch.batch_norm(
          x,
          new TensorOptional(weight.tensor()),
          new TensorOptional(bias.tensor()),
          new TensorOptional(mean.tensor()),
          new TensorOptional(variance.tensor()),
          pass.training(),
          pass.batchNormMomentum(),
          epsilon,
          true);
    };
  }

  /** The variance of a single value would make the running statistics NaN. */
  private static void requireVariance(Tensor x) {
    if (x.numel() == x.size(1)) {
      throw Require.invalid(
          "batch size",
          "at least 2 where a batch norm sees one value of a channel",
          x.size(0),
          "set a larger one, or use larger images");
    }
  }

  static Module relu() {
    return (x, pass) -> torch.relu(x);
  }

  static Module reluInPlace() {
    return (x, pass) -> torch.relu_(x);
  }

  static Module maxPool(int size) {
    return (x, pass) -> torch.max_pool2d(x, size, size);
  }

  static Module globalAverage() {
    return (x, pass) -> torch.adaptive_avg_pool2d(x, ONE).flatten(1, -1);
  }

  static Module globalMax() {
    return (x, pass) -> torch.adaptive_max_pool2d(x, ONE).get0().flatten(1, -1);
  }

  static Module scale(double factor) {
    Scalar scalar = new Scalar(factor);
    return (x, pass) -> x.mul(scalar);
  }

  static Module reflectionPad(int left, int right, int top, int bottom) {
    return (x, pass) -> torch.reflection_pad2d(x, left, right, top, bottom);
  }

  static Module dropout(double share) {
    Scalar kept = new Scalar(1 / (1 - share));
    return (x, pass) ->
        pass.training() && share > 0
            ? x.mul(torch.empty_like(x).bernoulli_(1 - share, pass.dropout()).mul_(kept))
            : x;
  }

  static Module sequence(List<Module> modules) {
    Module[] parts = modules.toArray(Module[]::new);
    return (x, pass) -> {
      Tensor out = x;
      for (Module part : parts) {
        out = part.forward(out, pass);
      }
      return out;
    };
  }

  /**
   * @param overwrite whether the body's result may be overwritten by the sum
   */
  static Module residual(Module body, Module shortcut, boolean overwrite) {
    return (x, pass) -> {
      Tensor out = body.forward(x, pass);
      Tensor input = shortcut.forward(x, pass);
      return overwrite ? out.add_(input) : out.add(input);
    };
  }
}
