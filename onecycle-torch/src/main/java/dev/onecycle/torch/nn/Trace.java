package dev.onecycle.torch.nn;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.Require;

/**
 * One image on its way through a network: the shape that it has after some layers, and the
 * multiplications of convolutions and matrices so far.
 *
 * @param channels of the features; the number of features where they are no longer an image
 * @param height in pixels; 1 where the features are no longer an image
 * @param width in pixels; 1 where the features are no longer an image
 * @param multiplications so far
 */
public record Trace(long channels, long height, long width, long multiplications) {
  /** An image before the first layer. */
  public static Trace of(ImageShape input) {
    return new Trace(input.channels(), input.height(), input.width(), 0);
  }

  /** After a layer that changes the shape without multiplications. */
  Trace shaped(long newChannels, long newHeight, long newWidth) {
    return new Trace(newChannels, newHeight, newWidth, multiplications);
  }

  Trace plus(long more) {
    return new Trace(channels, height, width, multiplications + more);
  }

  /** After a convolution by [out, in, kernel, kernel]. */
  Trace convolved(int in, int out, int kernel, int stride, int padding) {
    requireChannels("a convolution", in);
    long newHeight = (height + 2L * padding - kernel) / stride + 1;
    long newWidth = (width + 2L * padding - kernel) / stride + 1;
    long each = (long) in * out * kernel * kernel;
    return shaped(out, newHeight, newWidth).plus(each * newHeight * newWidth);
  }

  /** After a product with a matrix [out, in]. */
  Trace multiplied(int in, int out) {
    requireChannels("a linear layer", in);
    return shaped(out, 1, 1).plus((long) in * out);
  }

  private void requireChannels(String layer, long in) {
    Require.that(
        channels == in,
        "channels into " + layer,
        "the " + in + " that it has weights for",
        channels,
        this);
  }
}
