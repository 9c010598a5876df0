package dev.onecycle.torch.engine.module;

import dev.onecycle.torch.nn.Layer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Convolution as a product of the kernel and the patches of each image: slow, without the engine's
 * kernels for convolutions, and differentiable by the engine's autograd.
 */
final class PlainConvolution {
  private PlainConvolution() {}

  /**
   * Images [N, C, H, W] to [N, K, H', W'], channels last, in the type of the images; computed in
   * float32, or in float64 where the images are.
   *
   * @param weight [K, C / groups, kernel height, kernel width]
   * @param bias [K]
   */
  static Tensor of(
      Tensor x, Tensor weight, @Nullable Tensor bias, Layer.Window window, int groups) {
    ScalarType type = x.scalar_type().intern();
    ScalarType compute = type == ScalarType.Double ? type : ScalarType.Float;
    long out = weight.size(0);
    long patch = weight.size(1) * weight.size(2) * weight.size(3);
    Tensor patches =
        torch
            .im2col(
                x.to(compute).contiguous(),
                Modules.sizes(window.kernel()),
                Modules.sizes(window.dilation()),
                Modules.sizes(window.padding()),
                Modules.sizes(window.stride()))
            .reshape(x.size(0), groups, patch, -1);
    Tensor kernels = weight.to(compute).reshape(1, groups, out / groups, patch);
    Tensor y =
        torch
            .matmul(kernels, patches)
            .reshape(x.size(0), out, window.rows(x.size(2)), window.columns(x.size(3)));
    Tensor moved = bias == null ? y : y.add(bias.to(compute).reshape(1, out, 1, 1));
    return Modules.channelsLast(moved.to(type));
  }
}
