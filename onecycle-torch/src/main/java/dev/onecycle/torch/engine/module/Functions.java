package dev.onecycle.torch.engine.module;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.torch.engine.custom.TensorLayer;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Trace;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** The layers that leave their way back to {@link Autograd}, as functions of tensors. */
final class Functions {
  private static final long NO_PADDING_TOKEN = -1;

  private Functions() {}

  /**
   * @param weights the weight, and the bias where there is one
   */
  static Tensor convolution(Tensor x, List<Tensor> weights, Layer.Window window, int groups) {
    Tensor weight = weights.get(0);
    Tensor bias = weights.size() == 1 ? null : weights.get(1);
    return switch (ConvolutionWay.of(x, weight, window, groups)) {
      case ENGINE -> engineConvolution(x, weight, bias, window, groups);
      case ENGINE_IN_FLOAT32 ->
          engineConvolution(
                  x.to(ScalarType.Float),
                  weight.to(ScalarType.Float),
                  bias == null ? null : bias.to(ScalarType.Float),
                  window,
                  groups)
              .to(x.scalar_type());
      case PLAIN -> PlainConvolution.of(x, weight, bias, window, groups);
    };
  }

  private static Tensor engineConvolution(
      Tensor x, Tensor weight, @Nullable Tensor bias, Layer.Window window, int groups) {
    return torch.conv2d(
        x,
        weight,
        bias == null ? new TensorOptional() : new TensorOptional(bias),
        Modules.sizes(window.stride()),
        Modules.sizes(window.padding()),
        Modules.sizes(window.dilation()),
        groups);
  }

  static Tensor averagePool(Tensor x, Layer.AveragePool pool) {
    return torch.avg_pool2d(
        x,
        Modules.sizes(pool.window().kernel()),
        Modules.sizes(pool.window().stride()),
        Modules.sizes(pool.window().padding()),
        false,
        true,
        new LongOptional());
  }

  /** Over the features, or over the channels of each pixel. */
  static Tensor layerNorm(Tensor x, List<Tensor> weights, double epsilon) {
    boolean image = x.dim() == 4;
    Tensor channelsAtTheEnd = image ? x.permute(0, 2, 3, 1) : x;
    Tensor normed =
        torch.layer_norm(
            channelsAtTheEnd,
            new long[] {x.size(1)},
            new TensorOptional(weights.get(0)),
            new TensorOptional(weights.get(1)),
            epsilon,
            true);
    return image ? normed.permute(0, 3, 1, 2) : normed;
  }

  /**
   * libtorch 2.10 ends the process where it goes back through images in channels-last order whose
   * own gradient nobody wants; such images are normalised as rows of pixels.
   */
  static Tensor groupNorm(Tensor x, int groups, List<Tensor> weights, double epsilon) {
    boolean weightsAlone = weights.get(0).requires_grad() && !x.requires_grad();
    Tensor images = weightsAlone && x.dim() == 4 ? x.flatten(2, 3) : x;
    return torch
        .group_norm(
            images,
            groups,
            new TensorOptional(weights.get(0)),
            new TensorOptional(weights.get(1)),
            epsilon,
            true)
        .view_as(x);
  }

  /** Tokens [N, L] to [N, size, 1, L], channels last. */
  static Tensor embedding(Tensor tokens, Tensor vectors) {
    return torch
        .embedding(vectors, tokens, NO_PADDING_TOKEN, false, false)
        .permute(0, 2, 1)
        .unsqueeze(2);
  }

  /** A user's layer, whose result must have the shape that it tells. */
  static Tensor custom(TensorLayer layer, Tensor x, List<Tensor> weights, ForwardContext context) {
    Tensor result =
        layer.forward(
            x,
            weights,
            new TensorLayer.Pass(
                context.training(), context.training() ? context.dropout() : null));
    long[] expected = shape(x.size(0), layer.trace(trace(x)));
    long[] found = shape(result);
    if (!Arrays.equals(found, expected) || result.scalar_type().value != x.scalar_type().value) {
      throw InvalidValueException.ofSeveral(
          "result of layer "
              + layer
              + " must be "
              + Arrays.toString(expected)
              + " of "
              + x.scalar_type()
              + ", as its trace tells, but was "
              + Arrays.toString(found)
              + " of "
              + result.scalar_type()
              + "; correct its trace or its forward");
    }
    return result;
  }

  private static Trace trace(Tensor x) {
    return x.dim() == 4
        ? new Trace(x.size(1), x.size(2), x.size(3), Trace.Form.IMAGE, 0, "")
        : new Trace(x.size(1), 1, 1, Trace.Form.FEATURES, 0, "");
  }

  private static long[] shape(long images, Trace trace) {
    return trace.image()
        ? new long[] {images, trace.channels(), trace.height(), trace.width()}
        : new long[] {images, trace.channels()};
  }

  private static long[] shape(Tensor tensor) {
    long[] shape = new long[(int) tensor.dim()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = tensor.size(i);
    }
    return shape;
  }
}
