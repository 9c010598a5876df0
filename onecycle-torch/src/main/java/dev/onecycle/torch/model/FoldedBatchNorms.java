package dev.onecycle.torch.model;

import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.weights.NamedTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model that computes the same outputs with fewer layers: each batch norm right after a
 * convolution or a matrix product becomes a part of its weights. The outputs differ by rounding
 * alone.
 *
 * <p>A batch norm with running statistics maps a channel x to a·x + b with a = weight / √(variance
 * + 1e-5) and b = bias − a·mean (Ioffe and Szegedy 2015, arXiv 1502.03167, section 3.1). So the
 * filters of the channel are multiplied by a, its bias too, and b is added. Computed in float64.
 *
 * <p>Such a model is for use, not for training.
 */
public final class FoldedBatchNorms {
  private static final double EPSILON = 1e-5;

  private final Map<String, NamedTensor> tensors = new LinkedHashMap<>();

  private FoldedBatchNorms(List<NamedTensor> weights) {
    weights.forEach(tensor -> tensors.put(tensor.name(), tensor));
  }

  /** The same model without the batch norms that can be folded. */
  public static ModelFile in(ModelFile model) {
    FoldedBatchNorms folding = new FoldedBatchNorms(model.tensors());
    Network network = model.network();
    Layer layers = folding.at("", network.layers());
    return new ModelFile(
        new Network(network.name(), network.input(), network.outputs(), layers),
        model.targets(),
        model.samples(),
        List.copyOf(folding.tensors.values()));
  }

  private Layer at(String prefix, Layer layer) {
    if (layer instanceof Layer.Sequential sequence) {
      return sequence(prefix, sequence);
    }
    if (layer instanceof Layer.Residual residual) {
      return new Layer.Residual(
          at(prefix, residual.body()), at(join(prefix, "downsample"), residual.shortcut()));
    }
    return layer.mapChildren(child -> at(prefix, child));
  }

  private Layer sequence(String prefix, Layer.Sequential sequence) {
    List<Layer.Named> folded = new ArrayList<>();
    Layer.@Nullable Named before = null;
    for (Layer.Named part : sequence.parts()) {
      String name = join(prefix, part.name());
      Layer.@Nullable Named joined =
          before != null && part.layer() instanceof Layer.BatchNorm ? withBias(before) : null;
      if (before != null && joined != null) {
        fold(join(prefix, before.name()), name);
        folded.set(folded.size() - 1, joined);
        before = null;
      } else {
        before = new Layer.Named(part.name(), at(name, part.layer()));
        folded.add(before);
      }
    }
    return new Layer.Sequential(folded);
  }

  /** The same layer with a bias; null where a batch norm cannot become a part of it. */
  private static Layer.@Nullable Named withBias(Layer.Named part) {
    if (part.layer() instanceof Layer.Conv conv) {
      return new Layer.Named(
          part.name(), new Layer.Conv(conv.in(), conv.out(), conv.window(), conv.groups(), true));
    }
    return part.layer() instanceof Layer.Linear linear
        ? new Layer.Named(part.name(), new Layer.Linear(linear.in(), linear.out(), true))
        : null;
  }

  private void fold(String layer, String norm) {
    NamedTensor weight = taken(layer, "weight");
    @Nullable NamedTensor own = tensors.remove(join(layer, "bias"));
    float[] scale = taken(norm, "weight").values();
    float[] shift = taken(norm, "bias").values();
    float[] mean = taken(norm, "running_mean").values();
    float[] variance = taken(norm, "running_var").values();
    int channels = scale.length;
    float[] filters = weight.values().clone();
    float[] bias = new float[channels];
    int each = filters.length / channels;
    for (int c = 0; c < channels; c++) {
      double factor = scale[c] / Math.sqrt(variance[c] + EPSILON);
      for (int i = c * each; i < (c + 1) * each; i++) {
        filters[i] = (float) (filters[i] * factor);
      }
      double before = own == null ? 0 : own.values()[c];
      bias[c] = (float) (factor * (before - mean[c]) + shift[c]);
    }
    put(new NamedTensor(join(layer, "weight"), weight.shape(), filters));
    put(new NamedTensor(join(layer, "bias"), new long[] {channels}, bias));
  }

  private NamedTensor taken(String layer, String name) {
    String whole = join(layer, name);
    NamedTensor tensor = tensors.remove(whole);
    if (tensor == null) {
      throw new IllegalArgumentException("weights must hold " + whole + " but do not");
    }
    return tensor;
  }

  private void put(NamedTensor tensor) {
    tensors.put(tensor.name(), tensor);
  }

  private static String join(String prefix, String name) {
    return prefix.isEmpty() ? name : prefix + "." + name;
  }
}
