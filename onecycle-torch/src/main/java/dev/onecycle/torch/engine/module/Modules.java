package dev.onecycle.torch.engine.module;

import dev.onecycle.error.Require;
import dev.onecycle.torch.engine.Parameter;
import dev.onecycle.torch.engine.StepClock;
import dev.onecycle.torch.engine.TensorHandles;
import dev.onecycle.torch.nn.Layer;
import java.util.List;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** The modules of all layers but convolutions, see {@link Convolution}. */
final class Modules {
  private static final long[] ONE = {1, 1};

  private Modules() {}

  static Module linear(Parameter weight, @Nullable Parameter bias) {
    return (x, context) -> {
      Tensor matrix = weight.cast(context.compute());
      TensorOptional offset =
          bias == null ? new TensorOptional() : new TensorOptional(bias.cast(context.compute()));
      boolean inputLearns = context.inputLearns();
      return context.keep(
          torch.linear(x, matrix, offset),
          gradient -> {
            if (weight.learns()) {
              weight.learn(gradient.t().mm(x));
            }
            if (bias != null && bias.learns()) {
              bias.learn(gradient.sum(0));
            }
            return inputLearns ? gradient.mm(matrix) : null;
          },
          weight.learns() || (bias != null && bias.learns()));
    };
  }

  /**
   * @param fixed whether it uses its running statistics in training too, and changes in nothing
   */
  static Module batchNorm(
      Parameter weight,
      Parameter bias,
      Parameter mean,
      Parameter variance,
      double epsilon,
      boolean fixed) {
    SynchronizedBatchNorm together =
        new SynchronizedBatchNorm(weight, bias, mean, variance, epsilon);
    return (x, context) -> {
      TensorOptional scale = new TensorOptional(weight.tensor());
      TensorOptional shift = new TensorOptional(bias.tensor());
      TensorOptional means = new TensorOptional(mean.tensor());
      TensorOptional variances = new TensorOptional(variance.tensor());
      if (!context.training() || fixed) {
        return context.keep(
            torch.batch_norm(x, scale, shift, means, variances, false, 0, epsilon, true),
            gradient ->
                TensorHandles.of(
                    torch
                        .native_batch_norm_backward(
                            gradient,
                            x,
                            scale,
                            means,
                            variances,
                            new TensorOptional(),
                            new TensorOptional(),
                            false,
                            epsilon,
                            new BoolPointer(3).put(0, true).put(1, false).put(2, false))
                        .get0()));
      }
      if (context.together() != null) {
        return together.forward(x, context, context.together());
      }
      requireVariance(x.numel() / x.size(1));
      T_TensorTensorTensor_T out =
          torch.native_batch_norm(
              x, scale, shift, means, variances, true, context.batchNormMomentum(), epsilon);
      Tensor batchMean = TensorHandles.of(out.get1());
      Tensor batchInverseStd = TensorHandles.of(out.get2());
      return context.keep(
          TensorHandles.first(out),
          gradient -> {
            T_TensorTensorTensor_T gradients =
                torch.native_batch_norm_backward(
                    gradient,
                    x,
                    scale,
                    means,
                    variances,
                    new TensorOptional(batchMean),
                    new TensorOptional(batchInverseStd),
                    true,
                    epsilon,
                    new BoolPointer(3).put(0, true).put(1, true).put(2, true));
            weight.learn(gradients.get1());
            bias.learn(gradients.get2());
            return TensorHandles.of(gradients.get0());
          },
          true);
    };
  }

  /** The variance of a single value would make the running statistics NaN. */
  static void requireVariance(double valuesOfChannel) {
    if (valuesOfChannel == 1) {
      throw Require.invalid(
          "batch size",
          "at least 2 where a batch norm sees one value of a channel",
          1,
          "set a larger one, or use larger images");
    }
  }

  static Module relu() {
    return (x, context) -> passPositive(torch.relu(x), context);
  }

  static Module reluInPlace() {
    return (x, context) -> passPositive(torch.relu_(x), context);
  }

  private static Tensor passPositive(Tensor out, ForwardContext context) {
    return context.keepOverwriting(
        out,
        gradient -> {
          torch.threshold_backward_out(gradient, gradient, out, new Scalar(0));
          return gradient;
        });
  }

  /**
   * The positive part of a batch norm's result, in place.
   *
   * <p>A bfloat16 has the sign of its bits read as a 16-bit integer, and integers are several times
   * faster to compute with. A NaN may become 0, but not unseen: whatever makes a batch norm's
   * result NaN makes its gradient NaN, too.
   */
  static Module reluOfBatchNorm() {
    Module plain = reluInPlace();
    return (x, context) -> {
      if (!context.training() || context.compute() != ScalarType.BFloat16 || !x.is_cpu()) {
        return plain.forward(x, context);
      }
      Tensor bits = x.view(ScalarType.Short);
      torch.relu_(bits);
      return context.keepOverwriting(
          x.alias(),
          gradient -> {
            Tensor gradientBits = gradient.view(ScalarType.Short);
            torch.threshold_backward_out(gradientBits, gradientBits, bits, new Scalar(0));
            return gradient;
          });
    };
  }

  static Module gelu() {
    return (x, context) ->
        context.keep(torch.gelu(x), gradient -> torch.gelu_backward(gradient, x));
  }

  /** Every pixel whose row and column are multiples of the stride. */
  static Module everyOther(int stride) {
    return (x, context) -> {
      boolean inputLearns = context.inputLearns();
      return context.keep(
          channelsLast(picked(x, stride)),
          gradient -> {
            if (!inputLearns) {
              return null;
            }
            Tensor whole = torch.zeros_like(x);
            picked(whole, stride).copy_(gradient);
            return whole;
          });
    };
  }

  private static Tensor picked(Tensor x, int stride) {
    return x.slice(2, new LongOptional(), new LongOptional(), stride)
        .slice(3, new LongOptional(), new LongOptional(), stride);
  }

  static Module maxPool(Layer.Window window) {
    long[] kernel = sizes(window.kernel());
    long[] stride = sizes(window.stride());
    long[] padding = sizes(window.padding());
    long[] dilation = sizes(window.dilation());
    return (x, context) -> {
      if (context.tape() == null) {
        return torch.max_pool2d(x, kernel, stride, padding, dilation, false);
      }
      T_TensorTensor_T out =
          torch.max_pool2d_with_indices(x, kernel, stride, padding, dilation, false);
      Tensor places = TensorHandles.of(out.get1());
      return context.keep(
          TensorHandles.first(out),
          gradient ->
              torch.max_pool2d_with_indices_backward(
                  gradient, x, kernel, stride, padding, dilation, false, places));
    };
  }

  static long[] sizes(Layer.Size size) {
    return new long[] {size.height(), size.width()};
  }

  static Module globalAverage() {
    return (x, context) -> {
      Scalar share = new Scalar(1.0 / (x.size(2) * x.size(3)));
      return context.keep(
          torch.adaptive_avg_pool2d(x, ONE).flatten(1, -1),
          gradient -> channelsLast(gradient.mul(share).unsqueeze(-1).unsqueeze(-1).expand_as(x)));
    };
  }

  static Module globalMax() {
    return (x, context) -> {
      T_TensorTensor_T out = torch.adaptive_max_pool2d(x, ONE);
      Tensor places = TensorHandles.of(out.get1());
      return context.keep(
          out.get0().flatten(1, -1),
          gradient ->
              torch.adaptive_max_pool2d_backward(gradient.unsqueeze(-1).unsqueeze(-1), x, places));
    };
  }

  static Module flatten() {
    return (x, context) ->
        x.dim() == 2 // features already
            ? x
            : context.keep(
                x.flatten(1, -1), gradient -> Autograd.ofInput(gradient.view_as(x), x, gradient));
  }

  static Tensor channelsLast(Tensor images) {
    return images.contiguous(MemoryFormat.ChannelsLast);
  }

  static Module scale(double factor) {
    return (x, context) ->
        context.keep(
            x.mul(new Scalar(factor)), // made here: building needs no engine
            gradient -> gradient.mul(new Scalar(factor)));
  }

  static Module reflectionPad(int left, int right, int top, int bottom) {
    return (x, context) ->
        context.keep(
            torch.reflection_pad2d(x, left, right, top, bottom),
            gradient -> torch.reflection_pad2d_backward(gradient, x, left, right, top, bottom));
  }

  static Module dropout(double rate) {
    double kept = 1 / (1 - rate);
    return (x, context) -> {
      if (!context.training() || rate == 0) {
        return x;
      }
      Tensor mask =
          torch.empty_like(x).bernoulli_(1 - rate, context.dropout()).mul_(new Scalar(kept));
      return context.keep(x.mul(mask), gradient -> gradient.mul(mask));
    };
  }

  /** The same module, timed where there is a profile. */
  static Module timed(String kind, Module module) {
    return (x, context) -> {
      StepClock clock = context.tape() == null ? null : context.tape().clock();
      return clock == null
          ? module.forward(x, context)
          : clock.time(kind, () -> module.forward(x, context));
    };
  }

  static Module sequence(List<Module> modules) {
    return sequence(modules, 0);
  }

  /**
   * @param untrained modules at the beginning that do not learn; nothing of them is kept where
   *     nothing before them learns either
   */
  static Module sequence(List<Module> modules, int untrained) {
    List<Module> first = List.copyOf(modules.subList(0, untrained));
    List<Module> rest = List.copyOf(modules.subList(untrained, modules.size()));
    return (x, context) -> {
      if (context.tape() == null) {
        return freeing(modules, x, context);
      }
      return context.inputLearns()
          ? keeping(modules, x, context)
          : keeping(rest, freeing(first, x, context.on(null)), context);
    };
  }

  private static Tensor keeping(List<Module> parts, Tensor x, ForwardContext context) {
    Tensor out = x;
    for (Module part : parts) {
      out = part.forward(out, context);
    }
    return out;
  }

  /** Without a way back nobody reads the results in between again: each is freed after its use. */
  private static Tensor freeing(List<Module> parts, Tensor x, ForwardContext context) {
    Tensor out = x;
    for (Module part : parts) {
      Tensor in = out;
      out = TensorHandles.outOf(() -> part.forward(in, context));
      if (in != x) {
        in.close();
      }
    }
    return out;
  }

  /**
   * @param overwrite whether the body's result may be overwritten by the sum
   */
  static Module residual(Module body, Module shortcut, boolean overwrite) {
    return (x, context) -> {
      Tape bodyTape = context.branch();
      Tape shortcutTape = context.branch();
      Tensor out = body.forward(x, context.on(bodyTape));
      Tensor input = shortcut.forward(x, context.on(shortcutTape));
      Tensor sum = overwrite ? out.add_(input) : out.add(input);
      return bodyTape == null || shortcutTape == null
          ? sum
          : context.keep(
              sum,
              gradient -> sum(gradient, bodyTape, shortcutTape),
              !bodyTape.isEmpty() || !shortcutTape.isEmpty());
    };
  }

  private static @Nullable Tensor sum(Tensor gradient, Tape bodyTape, Tape shortcutTape) {
    Tensor first = bodyTape.back(gradient);
    Tensor second = shortcutTape.back(gradient);
    if (first == null || second == null) {
      return null; // nothing before them learns
    }
    return first == gradient ? second.add(first) : first.add_(second);
  }
}
