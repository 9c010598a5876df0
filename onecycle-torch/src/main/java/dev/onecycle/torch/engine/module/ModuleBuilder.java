package dev.onecycle.torch.engine.module;

import dev.onecycle.error.Require;
import dev.onecycle.torch.engine.Parameter;
import dev.onecycle.torch.engine.Parameter.Initial;
import dev.onecycle.torch.engine.custom.TensorLayer;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Script;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.bytedeco.pytorch.global.torch;

/**
 * Turns layers into modules, and collects their parameters, running statistics and constants.
 *
 * <p>Names grow from the parts of sequences, joined by dots.
 */
public final class ModuleBuilder {
  /** The end of the name of running variances, as in PyTorch. */
  public static final String RUNNING_VARIANCE = "running_var";

  private static final double EPSILON = 1e-5;

  /** Trained weights. */
  public final List<Parameter> parameters = new ArrayList<>();

  /** Running statistics of batch norms. */
  public final List<Parameter> statistics = new ArrayList<>();

  /** Arrays that are set once, before the first step. */
  public final List<Parameter> constants = new ArrayList<>();

  /** Weights that stay as they are. */
  public final List<Parameter> frozen = new ArrayList<>();

  private final Predicate<String> isFrozen;
  private final boolean trainFrozenNorms;

  /** Networks in TorchScript files, to be bound once all arrays are laid out. */
  public final List<ScriptModule> scripts = new ArrayList<>();

  private final Set<String> names = new HashSet<>();

  /** Whether a layer draws random numbers in training. */
  public boolean drops;

  /** Whether these are the engine's own, of which a process has one sequence. */
  public boolean drawsFromEngine;

  /** The batch norms that average over training batches: those that are not fixed. */
  public final List<Layer.BatchNorm> averaging = new ArrayList<>();

  /** A builder of networks whose weights are all trained. */
  public ModuleBuilder() {
    this(name -> false, false);
  }

  /**
   * @param isFrozen whether the weight of a name stays as it is
   * @param trainFrozenNorms whether batch norms are trained all the same
   */
  ModuleBuilder(Predicate<String> isFrozen, boolean trainFrozenNorms) {
    this.isFrozen = isFrozen;
    this.trainFrozenNorms = trainFrozenNorms;
  }

  /** A builder of networks that are never trained. */
  public static ModuleBuilder untrained() {
    return new ModuleBuilder(name -> true, false);
  }

  /** All arrays that no step changes: constants, then frozen weights. */
  public List<Parameter> fixed() {
    return Stream.concat(constants.stream(), frozen.stream()).toList();
  }

  /** The module of a layer; the names of its weights begin with the prefix. */
  public Module build(String prefix, Layer layer) {
    Module module = module(prefix, layer);
    return layer instanceof Layer.Sequential
        ? module
        : Modules.timed(layer.getClass().getSimpleName(), module);
  }

  private Module module(String prefix, Layer layer) {
    if (layer instanceof Layer.Conv conv) {
      return convolution(prefix, conv);
    }
    if (layer instanceof Layer.BatchNorm norm) {
      return batchNorm(prefix, norm);
    }
    if (layer instanceof Layer.Linear linear) {
      return linear(prefix, linear);
    }
    if (layer instanceof Layer.Sequential sequential) {
      return sequence(prefix, sequential);
    }
    if (layer instanceof Layer.Residual residual) {
      return residual(prefix, residual);
    }
    if (layer instanceof Layer.Dropout dropout) {
      drops = true;
      return Modules.dropout(dropout.rate());
    }
    if (layer instanceof Layer.Relu) {
      return Modules.relu();
    }
    if (layer instanceof Layer.Gelu) {
      return Modules.gelu();
    }
    if (layer instanceof Layer.ViewMean mean) {
      return TestTimeAugmentation.of(mean.views(), build(prefix, mean.body()), prefix.isEmpty());
    }
    if (layer instanceof Layer.Whitening whitening) {
      return whitening(prefix, whitening);
    }
    if (layer instanceof Layer.MaxPool pool) {
      return Modules.maxPool(pool.window());
    }
    if (layer instanceof Layer.GlobalAveragePool) {
      return Modules.globalAverage();
    }
    if (layer instanceof Layer.GlobalMaxPool) {
      return Modules.globalMax();
    }
    if (layer instanceof Layer.Flatten) {
      return Modules.flatten();
    }
    if (layer instanceof Layer.Scale scale) {
      return Modules.scale(scale.factor());
    }
    if (layer instanceof Layer.ReflectionPad pad) {
      return Modules.reflectionPad(pad.left(), pad.right(), pad.top(), pad.bottom());
    }
    return byAutograd(prefix, layer);
  }

  /** The module of a layer without a way back of its own. */
  private Module byAutograd(String prefix, Layer layer) {
    if (layer instanceof Layer.Silu) {
      return Autograd.of(List.of(), (x, weights, context) -> torch.silu(x));
    }
    if (layer instanceof Layer.Hardswish) {
      return Autograd.of(List.of(), (x, weights, context) -> torch.hardswish(x));
    }
    if (layer instanceof Layer.AveragePool pool) {
      return Autograd.of(List.of(), (x, weights, context) -> Functions.averagePool(x, pool));
    }
    if (layer instanceof Layer.LayerNorm norm) {
      return Autograd.of(
          scaleAndShift(prefix, norm.features()),
          (x, weights, context) -> Functions.layerNorm(x, weights, EPSILON));
    }
    if (layer instanceof Layer.GroupNorm norm) {
      return Autograd.of(
          scaleAndShift(prefix, norm.features()),
          (x, weights, context) -> Functions.groupNorm(x, norm.groups(), weights, EPSILON));
    }
    if (layer instanceof Layer.Embedding embedding) {
      long[] shape = {embedding.count(), embedding.size()};
      Parameter weight = add(prefix, "weight", shape, false, Initial.Kind.NORMAL, 1);
      return Autograd.of(
          List.of(weight), (x, weights, context) -> Functions.embedding(x, weights.get(0)));
    }
    if (layer instanceof Script script) {
      return script(prefix, script);
    }
    if (layer instanceof TensorLayer custom) {
      drops |= custom.drawsRandomNumbers();
      List<Parameter> own = custom.weights().stream().map(w -> add(prefix, w)).toList();
      return Autograd.of(
          own, (x, weights, context) -> Functions.custom(custom, x, weights, context));
    }
    throw Require.invalid(
        "layer",
        "one of " + Layer.class.getName() + " or a TensorLayer",
        layer.getClass().getName(),
        "implement dev.onecycle.torch.engine.custom.TensorLayer");
  }

  /** The arrays are given their values where the module is bound. */
  private Module script(String prefix, Script script) {
    ScriptModule module = new ScriptModule(script);
    for (Script.Array array : script.arrays()) {
      long[] shape = array.shape().stream().mapToLong(Long::longValue).toArray();
      String name = unique(join(prefix, array.name()));
      Parameter parameter =
          new Parameter(
              name,
              shape,
              shape.length < 2,
              new Initial(Initial.Kind.CONSTANT, 0),
              script.layout() == Script.Layout.CHANNELS_FIRST);
      module.add(array, parameter);
      (switch (array.role()) {
            case WEIGHT -> isFrozen.test(name) ? frozen : parameters;
            case STATISTIC -> statistics;
            case CONSTANT -> frozen;
          })
          .add(parameter);
    }
    scripts.add(module);
    drops |= script.drawsRandomNumbers();
    drawsFromEngine |= script.drawsRandomNumbers();
    return module;
  }

  private List<Parameter> scaleAndShift(String prefix, int features) {
    return scaleAndShift(prefix, features, !isFrozen.test(join(prefix, "weight")));
  }

  private List<Parameter> scaleAndShift(String prefix, int features, boolean trained) {
    long[] shape = {features};
    return List.of(
        add(join(prefix, "weight"), shape, true, new Initial(Initial.Kind.CONSTANT, 1), trained),
        add(join(prefix, "bias"), shape, true, new Initial(Initial.Kind.CONSTANT, 0), trained));
  }

  private Parameter add(String prefix, TensorLayer.Weight weight) {
    long[] shape = weight.shape().stream().mapToLong(Long::longValue).toArray();
    Initial.Kind kind =
        switch (weight.initial()) {
          case CONSTANT -> Initial.Kind.CONSTANT;
          case UNIFORM -> Initial.Kind.UNIFORM;
          case NORMAL -> Initial.Kind.NORMAL;
        };
    return add(prefix, weight.name(), shape, weight.normOrBias(), kind, weight.scale());
  }

  private Module convolution(String prefix, Layer.Conv conv) {
    Layer.Window window = conv.window();
    double fanOut = (double) conv.out() / conv.groups() * window.area();
    double fanIn = (double) conv.in() / conv.groups() * window.area();
    long[] shape = {
      conv.out(), conv.in() / conv.groups(), window.kernel().height(), window.kernel().width()
    };
    Parameter weight =
        switch (conv.init()) {
          case HE ->
              add(prefix, "weight", shape, false, Initial.Kind.NORMAL, Math.sqrt(2 / fanOut));
          case UNIFORM ->
              add(prefix, "weight", shape, false, Initial.Kind.UNIFORM, 1 / Math.sqrt(fanIn));
          case IDENTITY ->
              add(prefix, "weight", shape, false, Initial.Kind.IDENTITY, 1 / Math.sqrt(fanIn));
        };
    Parameter bias =
        conv.bias()
            ? add(
                prefix,
                "bias",
                new long[] {conv.out()},
                true,
                Initial.Kind.UNIFORM,
                1 / Math.sqrt(fanIn))
            : null;
    if (conv.groups() == 1 && window.plain()) {
      return Convolution.of(weight, bias, window.stride().height(), window.padding().height());
    }
    return Autograd.of(
        bias == null ? List.of(weight) : List.of(weight, bias),
        (x, weights, context) -> Functions.convolution(x, weights, window, conv.groups()));
  }

  private Module whitening(String prefix, Layer.Whitening layer) {
    long[] shape = {layer.out(), layer.in(), layer.kernel(), layer.kernel()};
    Parameter weight =
        new Parameter(
            unique(join(prefix, "weight")), shape, false, new Initial(Initial.Kind.CONSTANT, 0));
    constants.add(weight);
    Parameter bias = add(prefix, "bias", new long[] {layer.out()}, true, Initial.Kind.CONSTANT, 0);
    return Convolution.of(weight, bias, 1, 0);
  }

  private Module linear(String prefix, Layer.Linear linear) {
    double bound = 1 / Math.sqrt(linear.in());
    long[] shape = {linear.out(), linear.in()};
    Parameter weight = add(prefix, "weight", shape, false, Initial.Kind.UNIFORM, bound);
    Parameter bias =
        linear.bias()
            ? add(prefix, "bias", new long[] {linear.out()}, true, Initial.Kind.UNIFORM, bound)
            : null;
    return Modules.linear(weight, bias);
  }

  private Module batchNorm(String prefix, Layer.BatchNorm norm) {
    long[] shape = {norm.features()};
    boolean fixed = isFrozen.test(join(prefix, "weight")) && !trainFrozenNorms;
    if (!fixed) {
      averaging.add(norm);
    }
    List<Parameter> scaleAndShift = scaleAndShift(prefix, norm.features(), !fixed);
    // Named as PyTorch names them, with its first values.
    Parameter mean = statistic(prefix, "running_mean", shape, 0);
    Parameter variance = statistic(prefix, RUNNING_VARIANCE, shape, 1);
    return Modules.batchNorm(
        scaleAndShift.get(0), scaleAndShift.get(1), mean, variance, EPSILON, fixed);
  }

  private Module sequence(String prefix, Layer.Sequential sequential) {
    List<Module> modules = new ArrayList<>();
    int trainedBefore = parameters.size();
    int untrained = 0;
    Layer before = Layer.identity();
    for (Layer.Named part : sequential.parts()) {
      modules.add(
          part.layer() instanceof Layer.Relu
              ? Modules.timed("Relu", reluAfter(before))
              : build(join(prefix, part.name()), part.layer()));
      before = part.layer();
      untrained = parameters.size() == trainedBefore ? modules.size() : untrained;
    }
    return Modules.sequence(modules, untrained);
  }

  private static Module reluAfter(Layer before) {
    if (endsInBatchNorm(before)) {
      return Modules.reluOfBatchNorm();
    }
    // Nothing else reads the results of these layers: they may be overwritten.
    boolean fresh =
        before instanceof Layer.Conv
            || before instanceof Layer.Residual
            || before instanceof Layer.Linear;
    return fresh ? Modules.reluInPlace() : Modules.relu();
  }

  private Module residual(String prefix, Layer.Residual residual) {
    Module body = build(prefix, residual.body());
    Module shortcut = build(join(prefix, "downsample"), residual.shortcut());
    return Modules.residual(body, shortcut, endsInBatchNorm(residual.body()));
  }

  private static boolean endsInBatchNorm(Layer layer) {
    return layer instanceof Layer.BatchNorm
        || (layer instanceof Layer.Residual residual && endsInBatchNorm(residual.body()))
        || (layer instanceof Layer.Sequential s
            && !s.parts().isEmpty()
            && endsInBatchNorm(s.parts().get(s.parts().size() - 1).layer()));
  }

  private Parameter add(
      String prefix,
      String name,
      long[] shape,
      boolean normOrBias,
      Initial.Kind kind,
      double scale) {
    String whole = join(prefix, name);
    return add(whole, shape, normOrBias, new Initial(kind, scale), !isFrozen.test(whole));
  }

  private Parameter add(
      String name, long[] shape, boolean normOrBias, Initial initial, boolean trained) {
    Parameter parameter = new Parameter(unique(name), shape, normOrBias, initial);
    (trained ? parameters : frozen).add(parameter);
    return parameter;
  }

  private Parameter statistic(String prefix, String name, long[] shape, double value) {
    Parameter statistic =
        new Parameter(
            unique(join(prefix, name)), shape, true, new Initial(Initial.Kind.CONSTANT, value));
    statistics.add(statistic);
    return statistic;
  }

  /** Files know weights by their names alone. */
  private String unique(String name) {
    if (!names.add(name)) {
      throw Require.invalid(
          "names of weights",
          "distinct",
          name + " twice",
          "give one of the layers another name; the shortcut of a Residual is named downsample");
    }
    return name;
  }

  private static String join(String prefix, String name) {
    return prefix.isEmpty() ? name : prefix + "." + name;
  }
}
