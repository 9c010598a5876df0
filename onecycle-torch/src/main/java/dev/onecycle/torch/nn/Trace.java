package dev.onecycle.torch.nn;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.InvalidValueException;

/**
 * One image on its way through a network: the shape that it has after some layers, and the
 * multiplications of convolutions and matrices so far.
 *
 * @param channels of the image; the number of features where it is an image no longer
 * @param height in pixels; 1 where it is an image no longer
 * @param width in pixels; 1 where it is an image no longer
 * @param image whether it is still an image, [C, H, W], or features, [C]
 * @param multiplications so far
 * @param layer the name of the layer that it goes into, as in the names of weights; empty before
 *     the first sequence
 */
public record Trace(
    long channels, long height, long width, boolean image, long multiplications, String layer) {
  /** As many as the engine can keep in one buffer. */
  private static final long MAX_WEIGHTS = Integer.MAX_VALUE / Float.BYTES;

  /** Far more than any memory holds or any processor does; so that no sum overflows. */
  private static final double MAX = 1e15;

  public Trace {
    if ((double) channels * height * width > MAX || multiplications > MAX) {
      throw InvalidValueException.ofSeveral(
          (layer.isEmpty() ? "the layer" : "layer " + layer)
              + " must have at most 1e15 values and multiplications an image; make the network or"
              + " its images smaller");
    }
  }

  /** An image before the first layer. */
  public static Trace of(ImageShape input) {
    return new Trace(input.channels(), input.height(), input.width(), true, 0, "");
  }

  /** The shape in words: {@code 20 features} or {@code an image of 3×8×8}. */
  String shape() {
    return image ? "an image of " + channels + "×" + height + "×" + width : channels + " features";
  }

  /** The same shape on its way into a layer of this name. */
  Trace into(String name) {
    return at(layer.isEmpty() ? name : layer + "." + name);
  }

  /** The same shape on its way into the layer of this whole name. */
  Trace at(String wholeName) {
    return new Trace(channels, height, width, image, multiplications, wholeName);
  }

  /** After a layer that changes the shape of an image without multiplications. */
  Trace sized(long newHeight, long newWidth) {
    return new Trace(channels, newHeight, newWidth, true, multiplications, layer);
  }

  /** After a layer that makes an image features. */
  Trace features(long count) {
    return new Trace(count, 1, 1, false, multiplications, layer);
  }

  Trace plus(long more) {
    return new Trace(channels, height, width, image, multiplications + more, layer);
  }

  /** After a convolution by [out, in, kernel, kernel]. */
  Trace convolved(String kind, int in, int out, int kernel, int stride, int padding) {
    String described = kind + " in=" + in;
    requireImage(described);
    requireChannels(described, in);
    requireWeights(described, (double) in * out * kernel * kernel);
    if (height + 2L * padding < kernel || width + 2L * padding < kernel) {
      throw misfit(
          described + " kernel=" + kernel + " padding=" + padding,
          "take larger images, a smaller kernel or less pooling before it");
    }
    long newHeight = (height + 2L * padding - kernel) / stride + 1;
    long newWidth = (width + 2L * padding - kernel) / stride + 1;
    double each = (double) in * out * kernel * kernel;
    return new Trace(out, newHeight, newWidth, true, multiplications, layer)
        .plus((long) (each * newHeight * newWidth));
  }

  /** After a product with a matrix [out, in]. */
  Trace multiplied(int in, int out) {
    String described = "Linear in=" + in;
    if (image) {
      throw misfit(described, "put a Flatten or a GlobalAveragePool before it");
    }
    requireChannels(described, in);
    requireWeights(described, (double) in * out);
    return features(out).plus((long) in * out);
  }

  void requireImage(String described) {
    if (!image) {
      throw misfit(described, "put it before the layer that makes features of the image");
    }
  }

  void requireChannels(String described, long wanted) {
    if (channels != wanted) {
      throw misfit(described, "make it for " + channels + ", or change the layers before it");
    }
  }

  private void requireWeights(String described, double count) {
    if (count > MAX_WEIGHTS) {
      throw InvalidValueException.ofSeveral(
          name(described) + " must have at most " + MAX_WEIGHTS + " weights; make it smaller");
    }
  }

  /** The error of a layer that does not fit what it gets. */
  InvalidValueException misfit(String described, String advice) {
    return InvalidValueException.ofSeveral(name(described) + " gets " + shape() + "; " + advice);
  }

  private String name(String described) {
    return (layer.isEmpty() ? "the layer" : "layer " + layer) + " (" + described + ")";
  }

  /**
   * The sum of two paths from one input.
   *
   * @param other that has gone the other path
   * @param input what both began with
   */
  Trace added(Trace other, Trace input) {
    if (channels != other.channels
        || height != other.height
        || width != other.width
        || image != other.image) {
      throw InvalidValueException.ofSeveral(
          input.name("Residual")
              + " adds "
              + shape()
              + " of its body to "
              + other.shape()
              + " of its shortcut; make both of the same shape");
    }
    return at(input.layer).plus(other.multiplications - input.multiplications);
  }
}
