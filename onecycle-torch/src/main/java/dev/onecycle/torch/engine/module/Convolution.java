package dev.onecycle.torch.engine.module;

import dev.onecycle.torch.engine.Cpu;
import dev.onecycle.torch.engine.Parameter;
import dev.onecycle.torch.engine.TensorHandles;
import dev.onecycle.torch.nn.Layer;
import java.util.List;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** Two-dimensional convolution, with the choice of algorithms for it and its gradients. */
final class Convolution implements Module {
  private static final long[] ONE = {1, 1};
  private static final long[] ZERO = {0, 0};

  /**
   * Rows of up to this many pixels are computed side by side. The engine's weight gradients of bf16
   * work on pieces of 32 pixels of a row, and leave the rest of a piece idle.
   */
  private static final int PIECE = 32;

  private static final int SHORT_ROW = 10;

  /**
   * From so many channels on, in and out, Winograd's algorithm is faster:
   * docs/internals/performance-log.md.
   */
  private static final int FEW_CHANNELS = 64;

  private static final int MANY_CHANNELS = 128;

  /** The algorithms of one convolution and its gradients. */
  private enum Algorithm {
    DIRECT,
    /** The weights' gradient from images side by side. */
    SIDE_BY_SIDE,
    /** The weights' gradient by Winograd's algorithm. */
    WINOGRAD_OF_WEIGHTS,
    /** All by Winograd's algorithm. */
    WINOGRAD;

    boolean transformsImages() {
      return this == WINOGRAD;
    }
  }

  private final Parameter weight;
  private final @Nullable Parameter bias;
  private final long[] stride;
  private final long[] padding;
  private final boolean sameSize;
  private final Layer.Window window;

  /** For sizes at which the engine is wrong. */
  private final Module careful;

  private Convolution(Parameter weight, @Nullable Parameter bias, int stride, int padding) {
    this.weight = weight;
    this.bias = bias;
    this.stride = new long[] {stride, stride};
    this.padding = new long[] {padding, padding};
    sameSize = stride == 1 && padding > 0 && weight.shape[2] == 2L * padding + 1;
    window = new Layer.Window((int) weight.shape[2], stride, padding);
    careful =
        Autograd.of(
            bias == null ? List.of(weight) : List.of(weight, bias),
            (x, weights, context) -> Functions.convolution(x, weights, window, 1));
  }

  /**
   * The module of a convolution. One of single pixels with a stride reads only some pixels: they
   * are picked first, since the engine is slow at strides.
   */
  static Module of(Parameter weight, @Nullable Parameter bias, int stride, int padding) {
    boolean picks = stride > 1 && weight.shape[2] == 1 && padding == 0;
    return picks
        ? Modules.sequence(List.of(Modules.everyOther(stride), new Convolution(weight, bias, 1, 0)))
        : new Convolution(weight, bias, stride, padding);
  }

  @Override
  public Tensor forward(Tensor x, ForwardContext context) {
    Tensor kernel = weight.cast(context.compute());
    if (ConvolutionWay.of(x, kernel, window, 1) != ConvolutionWay.ENGINE) {
      return careful.forward(x, context);
    }
    TensorOptional offset =
        bias == null ? new TensorOptional() : new TensorOptional(bias.cast(context.compute()));
    boolean inputLearns = context.inputLearns();
    Algorithm algorithm = algorithm(x, context);
    return context.keep(
        algorithm.transformsImages()
            ? Winograd.forward(x, kernel)
            : torch.conv2d(x, kernel, offset, stride, padding, ONE, 1),
        gradient -> back(x, kernel, gradient, inputLearns, algorithm),
        weight.learns() || (bias != null && bias.learns()));
  }

  private Algorithm algorithm(Tensor x, ForwardContext context) {
    if (!sameSize || !x.is_cpu()) {
      return Algorithm.DIRECT;
    }
    if (context.compute() == ScalarType.BFloat16) {
      return x.size(3) <= SHORT_ROW ? Algorithm.SIDE_BY_SIDE : Algorithm.DIRECT;
    }
    long channels = Math.min(weight.shape[0], weight.shape[1]);
    boolean transforms =
        bias == null
            && weight.shape[2] == 3
            && Cpu.gainsByWinograd()
            && Winograd.covers(x.size(2), x.size(3));
    return !transforms || channels < FEW_CHANNELS
        ? Algorithm.DIRECT
        : channels < MANY_CHANNELS ? Algorithm.WINOGRAD_OF_WEIGHTS : Algorithm.WINOGRAD;
  }

  private @Nullable Tensor back(
      Tensor x, Tensor kernel, Tensor gradient, boolean inputLearns, Algorithm algorithm) {
    boolean learns = weight.learns();
    boolean direct = !algorithm.transformsImages();
    T_TensorTensorTensor_T gradients =
        gradients(
            gradient,
            x,
            kernel,
            inputLearns && direct,
            learns && algorithm == Algorithm.DIRECT,
            bias != null && bias.learns());
    if (learns) {
      weight.learn(
          switch (algorithm) {
            case DIRECT -> gradients.get1();
            case SIDE_BY_SIDE -> weightGradientSideBySide(x, kernel, gradient);
            case WINOGRAD_OF_WEIGHTS, WINOGRAD -> Winograd.weightGradient(x, gradient);
          });
    }
    if (bias != null && bias.learns()) {
      bias.learn(gradients.get2());
    }
    if (!inputLearns) {
      return null;
    }
    return direct ? TensorHandles.of(gradients.get0()) : Winograd.inputGradient(gradient, kernel);
  }

  private T_TensorTensorTensor_T gradients(
      Tensor gradient, Tensor x, Tensor kernel, boolean ofInput, boolean ofWeight, boolean ofBias) {
    BoolPointer wanted = new BoolPointer(3).put(0, ofInput).put(1, ofWeight).put(2, ofBias);
    return torch.convolution_backward(
        gradient,
        x,
        kernel,
        new long[] {kernel.size(0)},
        stride,
        padding,
        ONE,
        false,
        ZERO,
        1,
        wanted);
  }

  /**
   * The weight's gradient from images laid side by side with zeros between them, so that rows are
   * long: the same sums in another order.
   */
  private Tensor weightGradientSideBySide(Tensor x, Tensor kernel, Tensor gradient) {
    long gap = padding[0];
    long count = Math.max(1, (PIECE + gap) / (x.size(3) + gap));
    return gradients(
            sideBySide(gradient, count, gap), sideBySide(x, count, gap), kernel, false, true, false)
        .get1();
  }

  /** Images [N, C, H, W] as [⌈N/count⌉, C, H, count·(W + gap)], channels last. */
  static Tensor sideBySide(Tensor images, long count, long gap) {
    long n = images.size(0);
    long channels = images.size(1);
    long height = images.size(2);
    long width = images.size(3);
    long groups = (n + count - 1) / count;
    long row = count * (width + gap) * channels;
    Tensor wide =
        torch.zeros(
            new long[] {groups, height, count * (width + gap), channels},
            new TensorOptions(images.scalar_type()));
    Tensor from = images.permute(0, 2, 3, 1);
    long whole = n / count;
    long[] strides = {height * row, (width + gap) * channels, row, channels, 1};
    wide.as_strided(new long[] {whole, count, height, width, channels}, strides)
        .copy_(from.narrow(0, 0, whole * count).reshape(whole, count, height, width, channels));
    long rest = n - whole * count;
    if (rest > 0) {
      wide.as_strided(
              new long[] {rest, height, width, channels},
              new long[] {(width + gap) * channels, row, channels, 1},
              new LongOptional(whole * height * row))
          .copy_(from.narrow(0, whole * count, rest));
    }
    return wide.permute(0, 3, 1, 2);
  }
}
