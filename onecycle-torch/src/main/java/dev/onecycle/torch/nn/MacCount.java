package dev.onecycle.torch.nn;

import dev.onecycle.data.image.ImageShape;

/**
 * The multiplications of convolutions and matrices in one forward pass.
 *
 * @param count so far
 * @param shape of what comes out: channels, height, width
 */
record MacCount(long count, long channels, long height, long width) {
  static MacCount of(ImageShape input) {
    return new MacCount(0, input.channels(), input.height(), input.width());
  }

  MacCount through(Layer layer) {
    if (layer instanceof Layer.Conv conv) {
      return convolved(conv.in(), conv.out(), conv.kernel(), conv.stride(), conv.padding());
    }
    if (layer instanceof Layer.Whitening whitening) {
      return convolved(whitening.in(), whitening.out(), whitening.kernel(), 1, 0);
    }
    if (layer instanceof Layer.Linear linear) {
      return new MacCount(count + (long) linear.in() * linear.out(), linear.out(), 1, 1);
    }
    if (layer instanceof Layer.MaxPool pool) {
      return new MacCount(count, channels, height / pool.size(), width / pool.size());
    }
    if (layer instanceof Layer.GlobalAveragePool || layer instanceof Layer.GlobalMaxPool) {
      return new MacCount(count, channels, 1, 1);
    }
    if (layer instanceof Layer.Flatten) {
      return new MacCount(count, channels * height * width, 1, 1);
    }
    if (layer instanceof Layer.ReflectionPad pad) {
      return new MacCount(
          count, channels, height + pad.top() + pad.bottom(), width + pad.left() + pad.right());
    }
    if (layer instanceof Layer.ViewMean mean) {
      return through(mean.body());
    }
    if (layer instanceof Layer.Residual residual) {
      MacCount body = through(residual.body());
      long shortcut = through(residual.shortcut()).count - count;
      return new MacCount(body.count + shortcut, body.channels, body.height, body.width);
    }
    if (layer instanceof Layer.Sequential sequence) {
      MacCount at = this;
      for (Layer.Named part : sequence.parts()) {
        at = at.through(part.layer());
      }
      return at;
    }
    return this; // works value by value
  }

  private MacCount convolved(int in, int out, int kernel, int stride, int padding) {
    long newHeight = (height + 2L * padding - kernel) / stride + 1;
    long newWidth = (width + 2L * padding - kernel) / stride + 1;
    long each = (long) in * out * kernel * kernel;
    return new MacCount(count + each * newHeight * newWidth, out, newHeight, newWidth);
  }
}
