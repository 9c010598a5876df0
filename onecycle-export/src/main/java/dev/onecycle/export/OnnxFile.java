package dev.onecycle.export;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.data.sample.Targets;
import dev.onecycle.error.BadDataException;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Script;
import dev.onecycle.torch.nn.Trace;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.weights.NamedTensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * A trained model in the format of ONNX (operator set 20, IR version 10), as ONNX Runtime and many
 * other runtimes read it.
 *
 * <p>It has one input, a batch of any size: {@code images} [N, C, H, W], {@code samples} or int64
 * {@code tokens}. Its output is {@code scores} [N, outputs], or {@code probabilities}. Batch norms
 * use their running statistics; dropout does nothing. The metadata hold the kind and the names of
 * the targets, and how images become the input.
 *
 * <p>A network with layers of a TorchScript file, or of a user's own, has no translation.
 */
public final class OnnxFile {
  private static final int OPERATORS = 20;
  private static final int IR_VERSION = 10;
  private static final float EPSILON = 1e-5f;

  private final OnnxGraph graph;
  private final Map<String, NamedTensor> weights = new HashMap<>();

  private OnnxFile(ModelFile model) {
    graph = new OnnxGraph(model.network().name());
    model.tensors().forEach(tensor -> weights.put(tensor.name(), tensor));
  }

  /**
   * Writes a model, whole or not at all.
   *
   * @throws BadDataException where a layer has no translation, or the outputs are numbers and
   *     probabilities are wanted
   */
  public static void write(ModelFile model, ExportOptions options, Path file) {
    byte[] bytes = new OnnxFile(model).translated(model, options).toByteArray();
    AtomicFile.write(file, out -> out.write(bytes));
  }

  private ModelProto translated(ModelFile model, ExportOptions options) {
    SampleLayout layout = model.network().input();
    String input = input(layout, model.normalization(), options.normalize());
    String scores = at("", model.network().layers(), input, Trace.of(layout));
    List<Integer> outputs = List.of(model.network().outputs());
    if (options.probabilities()) {
      graph.output("probabilities", probabilities(model.targets(), scores), outputs);
    } else {
      graph.output("scores", scores, outputs);
    }
    ModelProto.Builder proto =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("onecycle")
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPERATORS))
            .setGraph(graph.build());
    Metadata.of(model, options)
        .forEach(
            (key, value) ->
                proto.addMetadataProps(
                    StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return proto.build();
  }

  /** What the network's first layer gets. */
  private String input(SampleLayout layout, Normalization normalization, boolean normalize) {
    switch (layout.type()) {
      case INT64 -> {
        return graph.input("tokens", TensorProto.DataType.INT64, layout.shape());
      }
      case UINT8 -> {
        if (!normalize) {
          return graph.input("images", TensorProto.DataType.FLOAT, layout.shape());
        }
        String pixels = graph.input("images", TensorProto.DataType.UINT8, layout.shape());
        String floats =
            graph.node("Cast", Map.of("to", (long) TensorProto.DataType.FLOAT.getNumber()), pixels);
        return normalised(floats, normalization, 255, 3);
      }
      case FLOAT32 -> {
        String samples = graph.input("samples", TensorProto.DataType.FLOAT, layout.shape());
        int sizes = layout.shape().size();
        String normal = normalize ? normalised(samples, normalization, 1, sizes) : samples;
        // A row of numbers for each channel is an image of height 1.
        return sizes == 2 ? graph.node("Unsqueeze", normal, graph.integers(2)) : normal;
      }
    }
    throw new AssertionError(layout.type());
  }

  private String normalised(String values, Normalization normalization, double unit, int sizes) {
    long[] shape = new long[sizes];
    Arrays.fill(shape, 1);
    shape[0] = normalization.means().size();
    String means = graph.array("means", shape, floats(normalization.means(), mean -> unit * mean));
    String factors =
        graph.array("factors", shape, floats(normalization.stds(), std -> 1 / (unit * std)));
    return graph.node("Mul", graph.node("Sub", values, means), factors);
  }

  private static float[] floats(List<Double> values, ToDoubleFunction<Double> change) {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) change.applyAsDouble(values.get(i));
    }
    return floats;
  }

  private String probabilities(Targets targets, String scores) {
    Metadata.requireScores(targets);
    return targets instanceof Targets.Labels
        ? graph.node("Sigmoid", scores)
        : graph.node("Softmax", Map.of("axis", 1L), scores);
  }

  /** The nodes of a layer. */
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
      return graph.node(
          "Add",
          at(prefix, residual.body(), x, shape),
          at(join(prefix, "downsample"), residual.shortcut(), x, shape));
    }
    if (layer instanceof Layer.ViewMean mean) {
      return views(prefix, mean, x, shape);
    }
    if (layer instanceof Layer.Conv conv) {
      return convolution(prefix, conv.window(), conv.groups(), conv.bias(), x);
    }
    if (layer instanceof Layer.Whitening whitening) {
      Layer.Window window = new Layer.Window(whitening.kernel(), 1, 0);
      return convolution(prefix, window, 1, true, x);
    }
    if (layer instanceof Layer.Linear linear) {
      Map<String, Object> transposed = Map.of("transB", 1L);
      return linear.bias()
          ? graph.node("Gemm", transposed, x, weight(prefix, "weight"), weight(prefix, "bias"))
          : graph.node("Gemm", transposed, x, weight(prefix, "weight"));
    }
    if (layer instanceof Layer.BatchNorm) {
      return graph.node(
          "BatchNormalization",
          Map.of("epsilon", EPSILON),
          x,
          weight(prefix, "weight"),
          weight(prefix, "bias"),
          weight(prefix, "running_mean"),
          weight(prefix, "running_var"));
    }
    if (layer instanceof Layer.LayerNorm) {
      return layerNorm(prefix, x, shape.image());
    }
    if (layer instanceof Layer.GroupNorm norm) {
      return groupNorm(prefix, norm, x, shape.image());
    }
    if (layer instanceof Layer.Embedding) {
      String vectors = graph.node("Gather", weight(prefix, "weight"), x);
      String channels = graph.node("Transpose", Map.of("perm", new long[] {0, 2, 1}), vectors);
      return graph.node("Unsqueeze", channels, graph.integers(2));
    }
    return withoutWeights(prefix, layer, x);
  }

  private String withoutWeights(String prefix, Layer layer, String x) {
    if (layer instanceof Layer.Relu) {
      return graph.node("Relu", x);
    }
    if (layer instanceof Layer.Gelu) {
      return graph.node("Gelu", x);
    }
    if (layer instanceof Layer.Silu) {
      return graph.node("Mul", x, graph.node("Sigmoid", x));
    }
    if (layer instanceof Layer.Hardswish) {
      return graph.node("HardSwish", x);
    }
    if (layer instanceof Layer.MaxPool pool) {
      return graph.node("MaxPool", window(pool.window(), true), x);
    }
    if (layer instanceof Layer.AveragePool pool) {
      Map<String, Object> attributes = window(pool.window(), false);
      attributes.put("count_include_pad", 1L);
      return graph.node("AveragePool", attributes, x);
    }
    if (layer instanceof Layer.GlobalAveragePool) {
      return graph.node("Flatten", graph.node("GlobalAveragePool", x));
    }
    if (layer instanceof Layer.GlobalMaxPool) {
      return graph.node("Flatten", graph.node("GlobalMaxPool", x));
    }
    if (layer instanceof Layer.Flatten) {
      return graph.node("Flatten", x);
    }
    if (layer instanceof Layer.Scale scale) {
      return graph.node("Mul", x, graph.number(scale.factor()));
    }
    if (layer instanceof Layer.Dropout) {
      return x;
    }
    if (layer instanceof Layer.ReflectionPad pad) {
      return padded(x, pad.left(), pad.right(), pad.top(), pad.bottom());
    }
    throw new BadDataException(
        (prefix.isEmpty() ? "the network" : "layer " + prefix)
            + " must be one of onecycle's own to be translated to ONNX but was "
            + layer.getClass().getSimpleName()
            + (layer instanceof Script
                ? "; export the model as TorchScript"
                : "; write its translation in Python, from the weights as safetensors"));
  }

  private String convolution(
      String prefix, Layer.Window window, int groups, boolean bias, String x) {
    Map<String, Object> attributes = window(window, true);
    attributes.put("group", (long) groups);
    return bias
        ? graph.node("Conv", attributes, x, weight(prefix, "weight"), weight(prefix, "bias"))
        : graph.node("Conv", attributes, x, weight(prefix, "weight"));
  }

  private static Map<String, Object> window(Layer.Window window, boolean dilated) {
    Map<String, Object> attributes = new TreeMap<>();
    attributes.put("kernel_shape", both(window.kernel()));
    attributes.put("strides", both(window.stride()));
    long rows = window.padding().height();
    long columns = window.padding().width();
    attributes.put("pads", new long[] {rows, columns, rows, columns});
    if (dilated) {
      attributes.put("dilations", both(window.dilation()));
    }
    return attributes;
  }

  private static long[] both(Layer.Size size) {
    return new long[] {size.height(), size.width()};
  }

  /** Over the channels of each pixel, which ONNX wants last. */
  private String layerNorm(String prefix, String x, boolean image) {
    String last = image ? graph.node("Transpose", Map.of("perm", new long[] {0, 2, 3, 1}), x) : x;
    String normed =
        graph.node(
            "LayerNormalization",
            Map.of("axis", -1L, "epsilon", EPSILON),
            last,
            weight(prefix, "weight"),
            weight(prefix, "bias"));
    return image
        ? graph.node("Transpose", Map.of("perm", new long[] {0, 3, 1, 2}), normed)
        : normed;
  }

  /** Each group as a channel of its own, normed by itself; then scaled by channel. */
  private String groupNorm(String prefix, Layer.GroupNorm norm, String x, boolean image) {
    String scale = graph.numbers(norm.groups(), 1);
    String shift = graph.numbers(norm.groups(), 0);
    String grouped = graph.node("Reshape", x, graph.integers(0, norm.groups(), -1));
    String normed =
        graph.node("InstanceNormalization", Map.of("epsilon", EPSILON), grouped, scale, shift);
    String back = graph.node("Reshape", normed, graph.node("Shape", x));
    long[] byChannel = image ? new long[] {norm.features(), 1, 1} : new long[] {norm.features()};
    String scaled = graph.node("Mul", back, weight(prefix, "weight", byChannel));
    return graph.node("Add", scaled, weight(prefix, "bias", byChannel));
  }

  private String padded(String x, int left, int right, int top, int bottom) {
    String pads = graph.integers(0, 0, top, left, 0, 0, bottom, right);
    return graph.node("Pad", Map.of("mode", "reflect"), x, pads);
  }

  /** The mean of the results for several views, as in evaluation. */
  private String views(String prefix, Layer.ViewMean mean, String x, Trace shape) {
    String sum = bothWays(prefix, mean.body(), x, shape);
    if (mean.views() == Layer.ViewMean.Views.FLIP) {
      return graph.node("Mul", sum, graph.number(1 / 2.0));
    }
    String wide = padded(x, 1, 1, 1, 1);
    for (long corner : new long[] {0, 2}) {
      String window =
          graph.node(
              "Slice",
              wide,
              graph.integers(corner, corner),
              graph.integers(corner + shape.height(), corner + shape.width()),
              graph.integers(2, 3));
      String shifted = bothWays(prefix, mean.body(), window, shape);
      sum = graph.node("Add", sum, graph.node("Mul", shifted, graph.number(0.5)));
    }
    return graph.node("Mul", sum, graph.number(1 / 4.0));
  }

  private String bothWays(String prefix, Layer body, String x, Trace shape) {
    String flipped =
        graph.node(
            "Slice",
            x,
            graph.integers(-1),
            graph.integers(Integer.MIN_VALUE),
            graph.integers(3),
            graph.integers(-1));
    return graph.node("Add", at(prefix, body, x, shape), at(prefix, body, flipped, shape));
  }

  private String weight(String prefix, String name) {
    return weight(prefix, name, new long[0]);
  }

  /** An array of the file, once; with sizes of its own where they are given. */
  private String weight(String prefix, String name, long[] sizes) {
    String whole = join(prefix, name);
    NamedTensor tensor = weights.remove(whole);
    if (tensor != null) {
      graph.array(whole, sizes.length == 0 ? tensor.shape() : sizes, tensor.values());
    }
    return whole;
  }

  private static String join(String prefix, String name) {
    return prefix.isEmpty() ? name : prefix + "." + name;
  }
}
