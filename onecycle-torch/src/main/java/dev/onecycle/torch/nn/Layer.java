package dev.onecycle.torch.nn;

import dev.onecycle.error.Require;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A layer of a network, as a value: its kind and its sizes, without weights.
 *
 * <p>Layers compose into networks ({@link Sequential}, {@link Residual}) and compare by value; a
 * learner makes weights for them. Images are float [N, C, H, W]. The names of a {@link
 * Sequential}'s parts, joined by dots, name the weights on disk.
 */
public sealed interface Layer {
  /** The layers that it consists of, in the order of computing; empty for most. */
  default List<Layer> children() {
    return List.of();
  }

  /** The same layer with each of its {@link #children} replaced by the result of {@code change}. */
  default Layer mapChildren(UnaryOperator<Layer> change) {
    return this;
  }

  /**
   * The shape and the multiplications of one image after this layer.
   *
   * @throws dev.onecycle.error.InvalidValueException naming the layer that does not fit the shape
   *     that it gets
   */
  Trace trace(Trace input);

  /**
   * Convolution: [N, in, H, W] to [N, out, (H + 2·padding − kernel)/stride + 1, same of W]; weight
   * [out, in, kernel, kernel].
   *
   * @param in channels of its images
   * @param out channels of the result
   * @param window the pixels under one value of the result
   * @param bias whether a trained number is added to each channel of the result
   * @param init of the weights
   */
  record Conv(int in, int out, Window window, boolean bias, Init init) implements Layer {
    /**
     * The square window of a convolution.
     *
     * @param size its height and width in pixels
     * @param stride pixels from one window to the next
     * @param padding rows and columns of zeros around the image
     */
    public record Window(int size, int stride, int padding) {
      public Window {
        Require.atLeast("kernel", size, 1);
        Require.atLeast("stride", stride, 1);
        Require.atLeast("padding", padding, 0);
      }
    }

    /** The distribution of the weights before the first step. */
    public enum Init {
      /** He et al. 2015 (arXiv 1502.01852, section 2.2) for ReLU, over the fan out. */
      HE,
      /**
       * As {@link #UNIFORM}, but each of the first filters, as many as there are channels, copies
       * its channel (K. Jordan 2024, arXiv 2404.00498, section 3.3).
       */
      IDENTITY,
      /** Uniform within ±1/√(fan in), PyTorch's own. */
      UNIFORM
    }

    /** A convolution with the sources' initial weights, {@link Init#HE}. */
    public Conv(int in, int out, int kernel, int stride, int padding, boolean bias) {
      this(in, out, new Window(kernel, stride, padding), bias, Init.HE);
    }

    public Conv {
      Require.atLeast("in", in, 1);
      Require.atLeast("out", out, 1);
    }

    /** The same convolution with other initial weights. */
    public Conv withInit(Init other) {
      return new Conv(in, out, window, bias, other);
    }

    public int kernel() {
      return window.size();
    }

    public int stride() {
      return window.stride();
    }

    public int padding() {
      return window.padding();
    }

    @Override
    public Trace trace(Trace input) {
      return input.convolved("Conv", in, out, kernel(), stride(), padding());
    }
  }

  /**
   * Turns patches of neighbouring pixels into uncorrelated values of variance 1, and their
   * negatives: [N, in, H, W] to [N, 2·in·kernel², H − kernel + 1, W − kernel + 1]; weight
   * [2·in·kernel², in, kernel, kernel] fixed, bias [2·in·kernel²] trained.
   *
   * <p>The weight is computed from training images before the first step, see {@code
   * Learner.prepare}.
   *
   * <p><i>Source:</i> D. Page 2019, "How to train your ResNet 8"; with the negatives, K. Jordan
   * 2024 (arXiv 2404.00498, section 3.2).
   */
  record Whitening(int in, int kernel) implements Layer {
    public Whitening {
      Require.atLeast("in", in, 1);
      Require.atLeast("kernel", kernel, 1);
    }

    /** The number of channels of the result. */
    public int out() {
      return 2 * in * kernel * kernel;
    }

    @Override
    public Trace trace(Trace input) {
      return input.convolved("Whitening", in, out(), kernel, 1, 0);
    }
  }

  /**
   * Batch normalisation over [N, features, H, W]; weight and bias [features].
   *
   * <p><i>Source:</i> Ioffe and Szegedy 2015 (arXiv 1502.03167).
   */
  record BatchNorm(int features) implements Layer {
    public BatchNorm {
      Require.atLeast("features", features, 1);
    }

    @Override
    public Trace trace(Trace input) {
      input.requireChannels("BatchNorm features=" + features, features);
      return input;
    }
  }

  /** The positive part of every value. */
  record Relu() implements Layer {
    @Override
    public Trace trace(Trace input) {
      return input;
    }
  }

  /**
   * Every value times the probability that a standard normal one is smaller, x·Φ(x).
   *
   * <p><i>Source:</i> Hendrycks and Gimpel 2016 (arXiv 1606.08415).
   */
  record Gelu() implements Layer {
    @Override
    public Trace trace(Trace input) {
      return input;
    }
  }

  /**
   * In evaluation, the mean of the body's results for several views of the images; in training, the
   * body alone. [N, C, H, W] to [N, classes].
   *
   * <p><i>Source:</i> K. Jordan 2024 (arXiv 2404.00498, section 3.5).
   */
  record ViewMean(Layer body, Views views) implements Layer {
    /** The views of an image. */
    public enum Views {
      /** The image and its mirror image. */
      FLIP,
      /**
       * As {@link #FLIP}, and, at half that weight each, the same of the image shifted by a pixel
       * up and left, and down and right, its edges reflected: six views.
       */
      FLIP_AND_SHIFT
    }

    @Override
    public List<Layer> children() {
      return List.of(body);
    }

    @Override
    public Layer mapChildren(UnaryOperator<Layer> change) {
      return new ViewMean(change.apply(body), views);
    }

    /** Of one view, as in training. */
    @Override
    public Trace trace(Trace input) {
      input.requireImage("ViewMean");
      if (views == Views.FLIP_AND_SHIFT && Math.min(input.height(), input.width()) < 2) {
        throw input.misfit("ViewMean of shifted views", "take images of at least 2×2 pixels");
      }
      return body.trace(input);
    }
  }

  /** Fully connected: [N, in] to [N, out]; weight [out, in], bias [out]. */
  record Linear(int in, int out, boolean bias) implements Layer {
    public Linear {
      Require.atLeast("in", in, 1);
      Require.atLeast("out", out, 1);
    }

    @Override
    public Trace trace(Trace input) {
      return input.multiplied(in, out);
    }
  }

  /** The largest value of each size × size window, windows side by side. */
  record MaxPool(int size) implements Layer {
    public MaxPool {
      Require.atLeast("size", size, 1);
    }

    @Override
    public Trace trace(Trace input) {
      String described = "MaxPool size=" + size;
      input.requireImage(described);
      if (Math.min(input.height(), input.width()) < size) {
        throw input.misfit(described, "take larger images or less pooling");
      }
      return input.sized(input.height() / size, input.width() / size);
    }
  }

  /** The mean of each channel: [N, C, H, W] to [N, C]. */
  record GlobalAveragePool() implements Layer {
    @Override
    public Trace trace(Trace input) {
      input.requireImage("GlobalAveragePool");
      return input.features(input.channels());
    }
  }

  /** The largest value of each channel: [N, C, H, W] to [N, C]. */
  record GlobalMaxPool() implements Layer {
    @Override
    public Trace trace(Trace input) {
      input.requireImage("GlobalMaxPool");
      return input.features(input.channels());
    }
  }

  /** [N, C, H, W] to [N, C·H·W]. */
  record Flatten() implements Layer {
    @Override
    public Trace trace(Trace input) {
      return input.features(input.channels() * input.height() * input.width());
    }
  }

  /** Every value times a constant. */
  record Scale(double factor) implements Layer {
    public Scale {
      Require.that(Double.isFinite(factor), "factor", "finite", factor, factor);
    }

    @Override
    public Trace trace(Trace input) {
      return input;
    }
  }

  /**
   * In training, sets each value to zero with a probability, and scales the others up; does nothing
   * in evaluation.
   *
   * <p><i>Source:</i> Srivastava et al. 2014. The values are drawn from (seed, step).
   *
   * @param rate the probability, in [0, 1)
   */
  record Dropout(double rate) implements Layer {
    public Dropout {
      Require.inHalfOpen("dropout", rate, 0, 1);
    }

    @Override
    public Trace trace(Trace input) {
      return input;
    }
  }

  /**
   * Reflection padding without repeating the edge: [N, C, H, W] to [N, C, H + top + bottom, W +
   * left + right], in PyTorch's order of arguments.
   */
  record ReflectionPad(int left, int right, int top, int bottom) implements Layer {
    public ReflectionPad {
      Require.atLeast("left", left, 0);
      Require.atLeast("right", right, 0);
      Require.atLeast("top", top, 0);
      Require.atLeast("bottom", bottom, 0);
    }

    /** The same padding on all four sides. */
    public ReflectionPad(int all) {
      this(all, all, all, all);
    }

    @Override
    public Trace trace(Trace input) {
      String described =
          "ReflectionPad left=" + left + " right=" + right + " top=" + top + " bottom=" + bottom;
      input.requireImage(described);
      if (Math.max(left, right) >= input.width() || Math.max(top, bottom) >= input.height()) {
        throw input.misfit(described, "pad by less than a side");
      }
      return input.sized(input.height() + top + bottom, input.width() + left + right);
    }
  }

  /** Layers one after the other, each with the name of its weights. */
  record Sequential(List<Named> parts) implements Layer {
    public Sequential {
      parts = List.copyOf(parts);
      long names = parts.stream().map(Named::name).distinct().count();
      Require.that(names == parts.size(), "names of a sequence", "distinct", parts, parts);
    }

    @Override
    public List<Layer> children() {
      return parts.stream().map(Named::layer).toList();
    }

    @Override
    public Layer mapChildren(UnaryOperator<Layer> change) {
      return new Sequential(
          parts.stream().map(p -> new Named(p.name(), change.apply(p.layer()))).toList());
    }

    @Override
    public Trace trace(Trace input) {
      Trace at = input;
      for (Named part : parts) {
        at = part.layer().trace(at.into(part.name())).at(input.layer());
      }
      return at;
    }
  }

  /** A layer and the name of its weights: letters, digits and underscores. */
  record Named(String name, Layer layer) {
    public Named {
      Require.that(name.matches("\\w+"), "name", "letters, digits and underscores", name, name);
    }
  }

  /**
   * The sum of two paths from one input (He et al. 2015, arXiv 1512.03385).
   *
   * @param body the long path; its weights have no further prefix
   * @param shortcut the short path, {@code downsample} on disk; an empty {@link Sequential} is the
   *     identity
   */
  record Residual(Layer body, Layer shortcut) implements Layer {
    @Override
    public List<Layer> children() {
      return List.of(body, shortcut);
    }

    @Override
    public Layer mapChildren(UnaryOperator<Layer> change) {
      return new Residual(change.apply(body), change.apply(shortcut));
    }

    @Override
    public Trace trace(Trace input) {
      return body.trace(input).added(shortcut.trace(input.into("downsample")), input);
    }
  }

  /** A sequence whose parts are named 0, 1, 2 …. */
  static Sequential sequence(Layer... layers) {
    Named[] parts = new Named[layers.length];
    for (int i = 0; i < layers.length; i++) {
      parts[i] = new Named(Integer.toString(i), layers[i]);
    }
    return new Sequential(List.of(parts));
  }

  /** A sequence of named parts. */
  static Sequential sequence(Named... parts) {
    return new Sequential(List.of(parts));
  }

  /** A layer and its name. */
  static Named named(String name, Layer layer) {
    return new Named(name, layer);
  }

  /** The layer that returns its input. */
  static Sequential identity() {
    return new Sequential(List.of());
  }
}
