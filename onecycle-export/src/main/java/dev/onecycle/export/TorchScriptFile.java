package dev.onecycle.export;

import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.data.sample.Targets;
import dev.onecycle.error.BadDataException;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Script;
import dev.onecycle.torch.nn.Trace;
import dev.onecycle.torch.script.ScriptWriter;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.weights.NamedTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/**
 * A trained model as a TorchScript file, as {@code torch.jit.load} of Python, LibTorch and DJL read
 * it.
 *
 * <p>Its {@code forward} takes a batch of any size, [N, C, H, W] of images, numbers or int64 tokens
 * as they are, and gives [N, outputs]. Weights have the names that they have in PyTorch. Batch
 * norms use their running statistics and dropout does nothing: the file is for use, not for
 * training. Its extra files hold the metadata, see {@link OnnxFile}.
 *
 * <p>A network that is a TorchScript file itself is written with its trained weights; a network
 * with layers of a user's own has no translation.
 */
public final class TorchScriptFile {
  private static final String EPSILON = "1e-05";

  private final StringBuilder program =
      new StringBuilder("def forward(self, x: Tensor) -> Tensor:\n");
  private final List<NamedTensor> extra = new ArrayList<>();
  private final Set<String> used = new HashSet<>();
  private int values;

  private TorchScriptFile() {}

  /**
   * Writes a model, whole or not at all.
   *
   * @throws BadDataException where a layer has no translation, or the outputs are numbers and
   *     probabilities are wanted
   */
  public static void write(ModelFile model, ExportOptions options, Path file) {
    if (model.network().layers() instanceof Script script) {
      if (!options.equals(ExportOptions.NETWORK)) {
        throw new BadDataException(
            "a network that is a TorchScript file is exported as it is; leave normalize and"
                + " probabilities out");
      }
      ScriptWriter.write(script, model.tensors(), Metadata.of(model, options), file);
      return;
    }
    TorchScriptFile translation = new TorchScriptFile();
    translation.translate(model, options);
    List<NamedTensor> arrays =
        new ArrayList<>(
            model.tensors().stream()
                .filter(tensor -> translation.used.contains(tensor.name()))
                .toList());
    arrays.addAll(translation.extra);
    ScriptWriter.write(translation.program.toString(), arrays, Metadata.of(model, options), file);
  }

  private void translate(ModelFile model, ExportOptions options) {
    SampleLayout layout = model.network().input();
    String input = input(layout, model.normalization(), options.normalize());
    String scores = at("", model.network().layers(), input, Trace.of(layout));
    program
        .append("  return ")
        .append(options.probabilities() ? probabilities(model.targets(), scores) : scores)
        .append("\n");
  }

  /** A line of the program; gives the name of its value. */
  private String value(String expression) {
    String name = "v" + values++;
    program.append("  ").append(name).append(" = ").append(expression).append("\n");
    return name;
  }

  private String input(SampleLayout layout, Normalization normalization, boolean normalize) {
    if (layout.type() == SampleLayout.Type.INT64) {
      return "x";
    }
    int sizes = layout.shape().size();
    String numbers = "x";
    if (normalize) {
      double unit = layout.isImage() ? 255 : 1;
      long[] shape = new long[sizes];
      Arrays.fill(shape, 1);
      shape[0] = normalization.means().size();
      String means =
          constant("means", shape, normalization.means().stream().mapToDouble(m -> unit * m));
      String factors =
          constant(
              "factors", shape, normalization.stds().stream().mapToDouble(s -> 1 / (unit * s)));
      numbers = value("(x.float() - " + means + ") * " + factors);
    }
    // A row of numbers for each channel is an image of height 1.
    return layout.type() == SampleLayout.Type.FLOAT32 && sizes == 2
        ? value(numbers + ".unsqueeze(2)")
        : numbers;
  }

  private String constant(String name, long[] shape, DoubleStream numbers) {
    double[] all = numbers.toArray();
    float[] floats = new float[all.length];
    for (int i = 0; i < all.length; i++) {
      floats[i] = (float) all[i];
    }
    String whole = "onecycle_" + name;
    extra.add(new NamedTensor(whole, shape, floats));
    return attribute(whole);
  }

  private static String probabilities(Targets targets, String scores) {
    Metadata.requireScores(targets);
    return targets instanceof Targets.Labels
        ? "torch.sigmoid(" + scores + ")"
        : "torch.softmax(" + scores + ", 1)";
  }

  private String at(String prefix, Layer layer, String x, Trace shape) {
    if (layer instanceof Layer.Sequential sequence) {
      String value = x;
      Trace trace = shape;
      for (Layer.Named part : sequence.parts()) {
        value = at(join(prefix, part.name()), part.layer(), value, trace);
        trace = part.layer().trace(trace);
      }
      return value;
    }
    if (layer instanceof Layer.Residual residual) {
      String body = at(prefix, residual.body(), x, shape);
      return value(body + " + " + at(join(prefix, "downsample"), residual.shortcut(), x, shape));
    }
    if (layer instanceof Layer.ViewMean mean) {
      return views(prefix, mean, x, shape);
    }
    if (layer instanceof Layer.Conv conv) {
      return convolution(prefix, conv.window(), conv.groups(), conv.bias(), x);
    }
    if (layer instanceof Layer.Whitening whitening) {
      return convolution(prefix, new Layer.Window(whitening.kernel(), 1, 0), 1, true, x);
    }
    if (layer instanceof Layer.Linear linear) {
      return call("linear", x, weight(prefix, "weight"), bias(prefix, linear.bias()));
    }
    if (layer instanceof Layer.BatchNorm) {
      return call(
          "batch_norm",
          x,
          weight(prefix, "weight"),
          weight(prefix, "bias"),
          weight(prefix, "running_mean"),
          weight(prefix, "running_var"),
          "False",
          "0.0",
          EPSILON,
          "False");
    }
    if (layer instanceof Layer.LayerNorm norm) {
      String last = shape.image() ? value(x + ".permute([0, 2, 3, 1])") : x;
      String normed =
          call(
              "layer_norm",
              last,
              "[" + norm.features() + "]",
              weight(prefix, "weight"),
              weight(prefix, "bias"),
              EPSILON,
              "False");
      return shape.image() ? value(normed + ".permute([0, 3, 1, 2])") : normed;
    }
    if (layer instanceof Layer.GroupNorm norm) {
      return call(
          "group_norm",
          x,
          Integer.toString(norm.groups()),
          weight(prefix, "weight"),
          weight(prefix, "bias"),
          EPSILON,
          "False");
    }
    if (layer instanceof Layer.Embedding) {
      String vectors = call("embedding", weight(prefix, "weight"), x, "-1", "False", "False");
      return value(vectors + ".permute([0, 2, 1]).unsqueeze(2)");
    }
    return withoutWeights(prefix, layer, x);
  }

  private String withoutWeights(String prefix, Layer layer, String x) {
    if (layer instanceof Layer.Relu) {
      return call("relu", x);
    }
    if (layer instanceof Layer.Gelu) {
      return call("gelu", x);
    }
    if (layer instanceof Layer.Silu) {
      return call("silu", x);
    }
    if (layer instanceof Layer.Hardswish) {
      return call("hardswish", x);
    }
    if (layer instanceof Layer.MaxPool pool) {
      return call("max_pool2d", x, windowed(pool.window(), true), "False");
    }
    if (layer instanceof Layer.AveragePool pool) {
      return call("avg_pool2d", x, windowed(pool.window(), false), "False", "True");
    }
    if (layer instanceof Layer.GlobalAveragePool) {
      return value("torch.adaptive_avg_pool2d(" + x + ", [1, 1]).flatten(1)");
    }
    if (layer instanceof Layer.GlobalMaxPool) {
      return value("torch.amax(" + x + ", [2, 3])");
    }
    if (layer instanceof Layer.Flatten) {
      return call("flatten", x, "1");
    }
    if (layer instanceof Layer.Scale scale) {
      return value(x + " * " + number(scale.factor()));
    }
    if (layer instanceof Layer.Dropout) {
      return x;
    }
    if (layer instanceof Layer.ReflectionPad pad) {
      return padded(x, pad.left(), pad.right(), pad.top(), pad.bottom());
    }
    throw new BadDataException(
        (prefix.isEmpty() ? "the network" : "layer " + prefix)
            + " must be one of onecycle's own to be translated to TorchScript but was "
            + layer.getClass().getSimpleName()
            + "; write its translation in Python, from the weights as safetensors");
  }

  private String convolution(
      String prefix, Layer.Window window, int groups, boolean bias, String x) {
    return call(
        "conv2d",
        x,
        weight(prefix, "weight"),
        bias(prefix, bias),
        sizes(window.stride()),
        sizes(window.padding()),
        sizes(window.dilation()),
        Integer.toString(groups));
  }

  private static String windowed(Layer.Window window, boolean dilated) {
    String common =
        sizes(window.kernel()) + ", " + sizes(window.stride()) + ", " + sizes(window.padding());
    return dilated ? common + ", " + sizes(window.dilation()) : common;
  }

  private static String sizes(Layer.Size size) {
    return "[" + size.height() + ", " + size.width() + "]";
  }

  private String padded(String x, long... sides) {
    String list =
        LongStream.of(sides).mapToObj(Long::toString).collect(Collectors.joining(", ", "[", "]"));
    return call("reflection_pad2d", x, list);
  }

  /** The mean of the results for several views, as in evaluation. */
  private String views(String prefix, Layer.ViewMean mean, String x, Trace shape) {
    String sum = bothWays(prefix, mean.body(), x, shape);
    if (mean.views() == Layer.ViewMean.Views.FLIP) {
      return value(sum + " * 0.5");
    }
    String wide = padded(x, 1, 1, 1, 1);
    for (int corner : new int[] {0, 2}) {
      String window =
          value(
              "%s.narrow(2, %d, %d).narrow(3, %d, %d)"
                  .formatted(wide, corner, shape.height(), corner, shape.width()));
      sum = value(sum + " + 0.5 * " + bothWays(prefix, mean.body(), window, shape));
    }
    return value(sum + " * 0.25");
  }

  private String bothWays(String prefix, Layer body, String x, Trace shape) {
    String upright = at(prefix, body, x, shape);
    String flipped = call("flip", x, "[3]");
    return value(upright + " + " + at(prefix, body, flipped, shape));
  }

  private String call(String function, String... arguments) {
    return value("torch." + function + "(" + String.join(", ", arguments) + ")");
  }

  private String bias(String prefix, boolean has) {
    return has ? weight(prefix, "bias") : "None";
  }

  private String weight(String prefix, String name) {
    String whole = join(prefix, name);
    used.add(whole);
    return attribute(whole);
  }

  /** Names of layers may be numbers, which are no identifiers. */
  private static String attribute(String name) {
    String found = "self";
    for (String part : name.split("\\.")) {
      found = "getattr(" + found + ", \"" + part + "\")";
    }
    return found;
  }

  private static String number(double value) {
    return Double.toString(value).replace("E", "e");
  }

  private static String join(String prefix, String name) {
    return prefix.isEmpty() ? name : prefix + "." + name;
  }
}
