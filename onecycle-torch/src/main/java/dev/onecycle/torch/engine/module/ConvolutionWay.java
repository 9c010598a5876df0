package dev.onecycle.torch.engine.module;

import dev.onecycle.torch.engine.Cpu;
import dev.onecycle.torch.nn.Layer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How to compute a convolution of images in channels-last order: by the engine, except where its
 * kernels are wrong.
 *
 * <p>oneDNN 3.7.1, the engine's library of kernels, takes the first cache of an AMD processor that
 * {@linkplain Cpu#hidesItsCaches hides its caches} for one byte. It then lays kernels whose
 * channels do not fill blocks of 16, 32 or 64 out in another order, and writes the zeros of the
 * rest over values, also beyond the kernel's memory (docs/internals/decisions.md).
 */
enum ConvolutionWay {
  ENGINE,
  /** By the engine, on values cast to float32. */
  ENGINE_IN_FLOAT32,
  /** By {@link PlainConvolution}. */
  PLAIN;

  private static final int LARGEST_BLOCK = 64;
  private static final int MOST_TRIED = 512;

  /**
   * The way for a convolution.
   *
   * @param weight [K, C / groups, kernel height, kernel width]
   */
  static ConvolutionWay of(Tensor x, Tensor weight, Layer.Window window, int groups) {
    return Cpu.hidesItsCaches() && x.is_cpu()
        ? ofHiddenCaches(
            x.scalar_type().intern() == ScalarType.BFloat16,
            weight.size(1),
            weight.size(0) / groups,
            window,
            groups)
        : ENGINE;
  }

  /**
   * The way where the engine is wrong for blocks that are not full, for single pixels of many
   * channels, and in bfloat16 for the gradient of a convolution of each channel. In float32 it has
   * right kernels for that, where no pixels are left out.
   *
   * @param in the channels of a group
   * @param out the results of a group
   */
  static ConvolutionWay ofHiddenCaches(
      boolean inBfloat16, long in, long out, Layer.Window window, int groups) {
    boolean ofEachChannel = groups > 1 && in == 1 && out == 1 && full(groups) && !window.dilated();
    if (ofEachChannel) {
      return inBfloat16 ? ENGINE_IN_FLOAT32 : ENGINE;
    }
    return full(in) && full(out) && window.area() > 1 ? ENGINE : PLAIN;
  }

  /**
   * Whether the engine may be wrong for a convolution of which the kernel alone is known, as those
   * of a TorchScript file.
   */
  static boolean isDoubtful(Tensor weight) {
    return Cpu.hidesItsCaches()
        && weight.dim() > 2
        && !(full(weight.size(0)) && full(weight.size(1)) && weight.size(-1) > 1);
  }

  /** Whether channels fill the blocks that the engine may take for them, up to the tried number. */
  static boolean full(long channels) {
    return channels == LARGEST_BLOCK / 4
        || channels == LARGEST_BLOCK / 2
        || (channels % LARGEST_BLOCK == 0 && channels <= MOST_TRIED);
  }
}
