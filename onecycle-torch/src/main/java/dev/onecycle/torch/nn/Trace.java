package dev.onecycle.torch.nn;

import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.error.InvalidValueException;
import java.util.List;

/**
 * One example on its way through a network: the shape that it has after some layers, and the
 * multiplications of convolutions and matrices so far.
 *
 * @param channels of the image; the number of features or tokens where it is no image
 * @param height in pixels; 1 where it is no image
 * @param width in pixels; 1 where it is no image
 * @param form whether it is an image, features or tokens
 * @param multiplications so far
 * @param layer the name of the layer that it goes into, as in the names of weights; empty before
 *     the first sequence
 */
public record Trace(
    long channels, long height, long width, Form form, long multiplications, String layer) {
  /** The meaning of an example's values. */
  public enum Form {
    /** Pixels, [C, H, W]. */
    IMAGE,
    /** Numbers without a place, [C]. */
    FEATURES,
    /** Numbers of entries of an {@link Layer.Embedding}, [C]. */
    TOKENS
  }

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

  /**
   * A sample before the first layer: numbers [C, L] are an image of height 1, numbers [features]
   * are features.
   */
  public static Trace of(SampleLayout input) {
    List<Integer> shape = input.shape();
    int channels = shape.get(0);
    return switch (input.type()) {
      case INT64 -> new Trace(channels, 1, 1, Form.TOKENS, 0, "");
      case UINT8, FLOAT32 ->
          switch (shape.size()) {
            case 1 -> new Trace(channels, 1, 1, Form.FEATURES, 0, "");
            case 2 -> new Trace(channels, 1, shape.get(1), Form.IMAGE, 0, "");
            default -> new Trace(channels, shape.get(1), shape.get(2), Form.IMAGE, 0, "");
          };
    };
  }

  /** Whether it is an image. */
  public boolean image() {
    return form == Form.IMAGE;
  }

  /** The shape in words: {@code 20 features} or {@code an image of 3×8×8}. */
  String shape() {
    return switch (form) {
      case IMAGE -> "an image of " + channels + "×" + height + "×" + width;
      case FEATURES -> channels + " features";
      case TOKENS -> channels + " tokens";
    };
  }

  /** The same shape on its way into a layer of this name. */
  Trace into(String name) {
    return at(layer.isEmpty() ? name : layer + "." + name);
  }

  /** The same shape on its way into the layer of this whole name. */
  Trace at(String wholeName) {
    return new Trace(channels, height, width, form, multiplications, wholeName);
  }

  /** After a layer that changes the height and width of an image. */
  public Trace sized(long newHeight, long newWidth) {
    return image(channels, newHeight, newWidth);
  }

  /** After a layer that makes an image of any shape. */
  public Trace image(long newChannels, long newHeight, long newWidth) {
    return new Trace(newChannels, newHeight, newWidth, Form.IMAGE, multiplications, layer);
  }

  /** After a layer that makes features. */
  public Trace features(long count) {
    return new Trace(count, 1, 1, Form.FEATURES, multiplications, layer);
  }

  /** The same shape after so many more multiplications. */
  public Trace plus(long more) {
    return new Trace(channels, height, width, form, multiplications + more, layer);
  }

  /** After a convolution by [out, in / groups, kernel height, kernel width]. */
  Trace convolved(String described, int in, int out, Layer.Window window, int groups) {
    requireImage(described);
    requireChannels(described, in);
    double each = (double) in / groups * out * window.area();
    requireWeights(described, each);
    long newHeight = window.rows(height);
    long newWidth = window.columns(width);
    if (newHeight < 1 || newWidth < 1) {
      throw misfit(
          described + " " + window,
          "take larger images, a smaller kernel or less pooling before it");
    }
    return image(out, newHeight, newWidth).plus((long) (each * newHeight * newWidth));
  }

  /** After a pooling. */
  Trace pooled(String kind, Layer.Window window) {
    String described = kind + " " + window;
    requireImage(described);
    if (window.rows(height) < 1 || window.columns(width) < 1) {
      throw misfit(described, "take larger images or less pooling");
    }
    return sized(window.rows(height), window.columns(width));
  }

  /** After a vector of {@code size} for each token. */
  Trace embedded(int count, int size) {
    String described = "Embedding count=" + count;
    if (form != Form.TOKENS) {
      throw misfit(described, "make the network for tokens, and put it first");
    }
    requireWeights(described, (double) count * size);
    return image(size, 1, channels);
  }

  /** After a product with a matrix [out, in]. */
  Trace multiplied(int in, int out) {
    String described = "Linear in=" + in;
    if (image()) {
      throw misfit(described, "put a Flatten or a GlobalAveragePool before it");
    }
    requireChannels(described, in);
    requireWeights(described, (double) in * out);
    return features(out).plus((long) in * out);
  }

  /**
   * Makes sure that a layer gets an image.
   *
   * @param described the layer, such as {@code Conv in=3}
   */
  public void requireImage(String described) {
    requireNumbers(described);
    if (!image()) {
      throw misfit(described, "put it before the layer that makes features of the image");
    }
  }

  /**
   * Makes sure that a layer gets as many channels, or features, as it is made for.
   *
   * @param described the layer, such as {@code Conv in=3}
   */
  public void requireChannels(String described, long wanted) {
    requireNumbers(described);
    if (channels != wanted) {
      throw misfit(described, "make it for " + channels + ", or change the layers before it");
    }
  }

  /**
   * Makes sure that a layer gets no tokens, with which nothing can be computed.
   *
   * @param described the layer, such as {@code Relu}
   * @return this
   */
  public Trace requireNumbers(String described) {
    if (form == Form.TOKENS) {
      throw misfit(described, "put an Embedding before it");
    }
    return this;
  }

  private void requireWeights(String described, double count) {
    if (count > MAX_WEIGHTS) {
      throw InvalidValueException.ofSeveral(
          name(described) + " must have at most " + MAX_WEIGHTS + " weights; make it smaller");
    }
  }

  /**
   * The error of a layer that does not fit the shape that it gets.
   *
   * @param described the layer, such as {@code Conv in=3}
   */
  public InvalidValueException misfit(String described, String advice) {
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
        || form != other.form) {
      throw InvalidValueException.ofSeveral(
          input.name("Residual")
              + " adds "
              + shape()
              + " of its body to "
              + other.shape()
              + " of its shortcut; make both of the same shape");
    }
    requireNumbers("Residual");
    return at(input.layer).plus(other.multiplications - input.multiplications);
  }
}
