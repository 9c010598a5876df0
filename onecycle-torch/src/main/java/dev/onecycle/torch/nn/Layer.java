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
 *
 * <p>A layer of one's own implements {@code dev.onecycle.torch.engine.custom.TensorLayer}.
 */
public interface Layer {
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
   * A number of rows and of columns.
   *
   * @param height in pixels
   * @param width in pixels
   */
  record Size(int height, int width) {
    /** As many rows as columns. */
    public Size(int both) {
      this(both, both);
    }

    /** Whether there are as many rows as columns. */
    public boolean square() {
      return height == width;
    }

    @Override
    public String toString() {
      return square() ? Integer.toString(height) : height + "×" + width;
    }
  }

  /**
   * The window of a convolution or a pooling that slides over an image: it gives ⌊(H + 2·padding −
   * dilation·(kernel − 1) − 1)/stride⌋ + 1 rows of H rows, and the same of columns.
   *
   * @param kernel the rows and columns that it reads
   * @param stride pixels from one window to the next
   * @param padding rows and columns around the image
   * @param dilation pixels from one that it reads to the next; 1 for neighbours
   */
  record Window(Size kernel, Size stride, Size padding, Size dilation) {
    public Window {
      atLeast("kernel", kernel, 1);
      atLeast("stride", stride, 1);
      atLeast("padding", padding, 0);
      atLeast("dilation", dilation, 1);
    }

    /** A window without dilation. */
    public Window(Size kernel, Size stride, Size padding) {
      this(kernel, stride, padding, new Size(1));
    }

    /** A square window without dilation. */
    public Window(int kernel, int stride, int padding) {
      this(new Size(kernel), new Size(stride), new Size(padding));
    }

    private static void atLeast(String name, Size size, int least) {
      Require.atLeast(name, Math.min(size.height(), size.width()), least);
    }

    /** Whether rows and columns are treated alike, and neighbouring pixels are read. */
    public boolean plain() {
      return kernel.square() && stride.square() && padding.square() && !dilated();
    }

    /** Whether it skips pixels between those that it reads. */
    public boolean dilated() {
      return !dilation.equals(new Size(1));
    }

    /** The pixels that it reads of a channel. */
    public long area() {
      return (long) kernel.height() * kernel.width();
    }

    /** The rows that it gives of so many; less than 1 where the image is too small. */
    public long rows(long height) {
      return places(height, kernel.height(), stride.height(), padding.height(), dilation.height());
    }

    /** The columns that it gives of so many; less than 1 where the image is too small. */
    public long columns(long width) {
      return places(width, kernel.width(), stride.width(), padding.width(), dilation.width());
    }

    private static long places(long size, long kernel, long stride, long padding, long dilation) {
      return Math.floorDiv(size + 2 * padding - dilation * (kernel - 1) - 1, stride) + 1;
    }

    @Override
    public String toString() {
      return "kernel="
          + kernel
          + (stride.equals(new Size(1)) ? "" : " stride=" + stride)
          + (padding.equals(new Size(0)) ? "" : " padding=" + padding)
          + (dilated() ? " dilation=" + dilation : "");
    }
  }

  /**
   * Convolution: [N, in, H, W] to [N, out, rows, columns], see {@link Window}; weight [out, in /
   * groups, kernel height, kernel width].
   *
   * @param in channels of its images
   * @param out channels of the result
   * @param window the pixels under one value of the result
   * @param groups the parts of the channels that do not see each other; 1 for a usual convolution,
   *     {@code in} for one of each channel by itself
   * @param bias whether a trained number is added to each channel of the result
   * @param init of the weights
   */
  record Conv(int in, int out, Window window, int groups, boolean bias, Init init)
      implements Layer {
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
      this(in, out, new Window(kernel, stride, padding), 1, bias, Init.HE);
    }

    /** A convolution of any window and groups, with the sources' initial weights. */
    public Conv(int in, int out, Window window, int groups, boolean bias) {
      this(in, out, window, groups, bias, Init.HE);
    }

    public Conv {
      Require.atLeast("in", in, 1);
      Require.atLeast("out", out, 1);
      Require.atLeast("groups", groups, 1);
      Require.that(
          in % groups == 0 && out % groups == 0,
          "groups",
          "a divisor of in=" + in + " and out=" + out,
          groups,
          groups);
      Require.that(
          init != Init.IDENTITY || (groups == 1 && window.plain()),
          "init",
          "he or uniform for a convolution with groups, dilation or a window that is not square,",
          init,
          init);
    }

    /** The same convolution with other initial weights. */
    public Conv withInit(Init other) {
      return new Conv(in, out, window, groups, bias, other);
    }

    @Override
    public Trace trace(Trace input) {
      return input.convolved("Conv in=" + in, in, out, window, groups);
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
      return input.convolved("Whitening in=" + in, in, out(), new Window(kernel, 1, 0), 1);
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
      return input.requireNumbers("Relu");
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
      return input.requireNumbers("Gelu");
    }
  }

  /**
   * Every value times its sigmoid, x/(1 + e⁻ˣ).
   *
   * <p><i>Source:</i> Hendrycks and Gimpel 2016 (arXiv 1606.08415, section 2); Ramachandran et al.
   * 2017 (arXiv 1710.05941), who call it swish.
   */
  record Silu() implements Layer {
    @Override
    public Trace trace(Trace input) {
      return input.requireNumbers("Silu");
    }
  }

  /**
   * {@link Silu} by straight lines: x·min(max(x + 3, 0), 6)/6.
   *
   * <p><i>Source:</i> Howard et al. 2019 (arXiv 1905.02244, section 5.2).
   */
  record Hardswish() implements Layer {
    @Override
    public Trace trace(Trace input) {
      return input.requireNumbers("Hardswish");
    }
  }

  /**
   * Layer normalisation: over the features of each example, [N, features], or over the channels of
   * each pixel, [N, features, H, W]; weight and bias [features].
   *
   * <p><i>Source:</i> Ba et al. 2016 (arXiv 1607.06450); over the channels of each pixel, Liu et
   * al. 2022 (arXiv 2201.03545).
   */
  record LayerNorm(int features) implements Layer {
    public LayerNorm {
      Require.atLeast("features", features, 1);
    }

    @Override
    public Trace trace(Trace input) {
      input.requireChannels("LayerNorm features=" + features, features);
      return input;
    }
  }

  /**
   * Group normalisation: over each group of channels of each image, [N, features, H, W]; weight and
   * bias [features].
   *
   * <p><i>Source:</i> Wu and He 2018 (arXiv 1803.08494).
   *
   * @param groups that divide the features
   */
  record GroupNorm(int groups, int features) implements Layer {
    public GroupNorm {
      Require.atLeast("groups", groups, 1);
      Require.atLeast("features", features, 1);
      Require.that(
          features % groups == 0, "groups", "a divisor of features=" + features, groups, groups);
    }

    @Override
    public Trace trace(Trace input) {
      input.requireChannels("GroupNorm features=" + features, features);
      return input;
    }
  }

  /**
   * A trained vector for each token: int64 [N, L] to [N, size, 1, L], a row of pixels, which
   * convolutions and poolings read; weight [count, size].
   *
   * @param count tokens are in [0, count)
   * @param size of a vector
   */
  record Embedding(int count, int size) implements Layer {
    public Embedding {
      Require.atLeast("count", count, 1);
      Require.atLeast("size", size, 1);
    }

    @Override
    public Trace trace(Trace input) {
      return input.embedded(count, size);
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

  /**
   * The largest value of each window: [N, C, H, W] to [N, C, rows, columns], see {@link Window};
   * padding counts for nothing.
   */
  record MaxPool(Window window) implements Layer {
    /** Square windows. */
    public MaxPool(int kernel, int stride, int padding) {
      this(new Window(kernel, stride, padding));
    }

    /** Square windows side by side. */
    public MaxPool(int size) {
      this(size, size, 0);
    }

    public MaxPool {
      requirePooling(window);
    }

    @Override
    public Trace trace(Trace input) {
      return input.pooled("MaxPool", window);
    }
  }

  /**
   * The mean of each window: [N, C, H, W] to [N, C, rows, columns], see {@link Window}; padding
   * counts as zeros, as in PyTorch.
   */
  record AveragePool(Window window) implements Layer {
    /** Square windows. */
    public AveragePool(int kernel, int stride, int padding) {
      this(new Window(kernel, stride, padding));
    }

    public AveragePool {
      requirePooling(window);
      Require.that(!window.dilated(), "dilation", "1 for a mean", window.dilation(), window);
    }

    @Override
    public Trace trace(Trace input) {
      return input.pooled("AveragePool", window);
    }
  }

  private static void requirePooling(Window window) {
    Require.that(
        2L * window.padding().height() <= window.kernel().height()
            && 2L * window.padding().width() <= window.kernel().width(),
        "padding",
        "at most half of the kernel, which is " + window.kernel() + ",",
        window.padding(),
        window);
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
      return input
          .requireNumbers("Flatten")
          .features(input.channels() * input.height() * input.width());
    }
  }

  /** Every value times a constant. */
  record Scale(double factor) implements Layer {
    public Scale {
      Require.that(Double.isFinite(factor), "factor", "finite", factor, factor);
    }

    @Override
    public Trace trace(Trace input) {
      return input.requireNumbers("Scale");
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
      return input.requireNumbers("Dropout");
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
