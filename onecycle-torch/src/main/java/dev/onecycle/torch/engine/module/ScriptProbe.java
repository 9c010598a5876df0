package dev.onecycle.torch.engine.module;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.BadDataException;
import dev.onecycle.torch.engine.Natives;
import dev.onecycle.torch.nn.Script;
import dev.onecycle.torch.nn.Script.Array;
import dev.onecycle.torch.nn.Script.Layout;
import dev.onecycle.torch.nn.Script.Role;
import dev.onecycle.torch.nn.ScriptFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Tries a TorchScript file: loads it, runs it forward and back, and reads from that which arrays
 * and which habits it has. A damaged or hostile file can end the process, or never come to an end:
 * run it in a process of its own, {@code dev.onecycle.torch.script.ScriptTrial}.
 */
public final class ScriptProbe {
  private static final int EVALUATED = 3;
  private static final int TRAINED = 4;
  private static final double TOLERANCE = 1e-3;
  private static final long SEED = 7;

  private final ScriptFile file;
  private final ImageShape input;
  private final int classes;
  private final LoadedScript script;

  private ScriptProbe(ScriptFile file, ImageShape input, int classes, LoadedScript script) {
    this.file = file;
    this.input = input;
    this.classes = classes;
    this.script = script;
  }

  /**
   * Tries a file with images of a shape.
   *
   * @param classes the scores that it must give
   * @throws BadDataException naming what makes it unusable
   */
  public static Script run(ScriptFile file, ImageShape input, int classes) {
    Natives.load();
    try (LoadedScript script = LoadedScript.load(file)) {
      ScriptProbe probe = new ScriptProbe(file, input, classes, script);
      try (PointerScope scope = new PointerScope();
          NoGradGuard noGrad = new NoGradGuard()) {
        return probe.tried();
      }
    }
  }

  /** The results of a pass in training, copied. */
  private record Pass(List<Tensor> results, boolean drew) {
    boolean same(Pass other) {
      for (int i = 0; i < results.size(); i++) {
        if (!equal(results.get(i), other.results.get(i))) {
          return false;
        }
      }
      return true;
    }
  }

  private Script tried() {
    requireSound();
    Tensor zeros =
        torch
            .zeros(EVALUATED, input.channels(), input.height(), input.width())
            .contiguous(MemoryFormat.Contiguous);
    Tensor scores = firstScores(zeros);
    requireScores(scores, EVALUATED);
    if (!equal(scores, script.forward(zeros, false, false))) {
      throw unusable(
          "give equal scores for equal images in evaluation",
          "does not",
          "let it keep no state and draw no random numbers there");
    }
    torch.manual_seed(SEED);
    Tensor noise = torch.randn(TRAINED, input.channels(), input.height(), input.width());
    Map<String, Tensor> before = copies(numbers(script.buffers()));
    Pass first = trained(noise);
    Map<String, Tensor> after = copies(numbers(script.buffers()));
    restore(before);
    if (!first.same(trained(noise))) {
      throw unusable(
          "give equal results for equal weights, statistics, images and random numbers",
          "does not",
          "let training depend on no counter; a batch norm needs a momentum, not None");
    }
    restore(before);
    List<Array> arrays = new ArrayList<>();
    script
        .parameters()
        .forEach(
            (name, tensor) ->
                arrays.add(
                    new Array(
                        name,
                        shape(tensor),
                        tensor.requires_grad() ? Role.WEIGHT : Role.CONSTANT)));
    before.forEach(
        (name, tensor) ->
            arrays.add(
                new Array(
                    name,
                    shape(tensor),
                    equal(tensor, buffer(after, name)) ? Role.CONSTANT : Role.STATISTIC)));
    return new Script(file, input, classes, arrays, layout(noise), first.drew);
  }

  /** Every array is of float32 and finite, and no two share memory. */
  private void requireSound() {
    if (script.parameters().values().stream().noneMatch(Tensor::requires_grad)) {
      throw unusable(
          "hold weights to train",
          "holds none",
          "save it unfrozen, by torch.jit.script(network).save(file)");
    }
    Map<Long, String> places = new LinkedHashMap<>();
    Map<String, Tensor> all = new LinkedHashMap<>(script.parameters());
    all.putAll(numbers(script.buffers()));
    all.forEach(
        (name, tensor) -> {
          if (tensor.scalar_type().value != ScalarType.Float.value) {
            throw unusable(
                "hold " + name + " in float32",
                "holds it in " + tensor.scalar_type(),
                "convert it by network.float()");
          }
          if (tensor.numel() == 0) {
            throw unusable("hold values in " + name, "holds none", "leave it out");
          }
          String other = places.put(tensor.data_ptr().address(), name);
          if (other != null) {
            throw unusable(
                "hold each array once",
                "holds one as " + other + " and " + name,
                "give each layer weights of its own");
          }
          if (!tensor.isfinite().all().item_bool()) {
            throw unusable(
                "hold finite numbers",
                "holds NaN or infinity in " + name,
                "train it anew, or export it before it diverged");
          }
        });
  }

  private Tensor firstScores(Tensor images) {
    try {
      return script.forward(images, false, false);
    } catch (BadDataException e) {
      throw new BadDataException(
          e.getMessage() + "; it was given " + EVALUATED + " images of " + input, e);
    }
  }

  private void requireScores(Tensor scores, int images) {
    List<Long> found = shape(scores);
    List<Long> wanted = List.of((long) images, (long) classes);
    if (!found.equals(wanted) || !scores.is_floating_point()) {
      throw unusable(
          "give scores [N, " + classes + "], one for each class of the data,",
          "gives " + found + " for " + images + " images of " + input,
          "change its last layer");
    }
  }

  private Pass trained(Tensor images) {
    torch.manual_seed(SEED);
    Tensor drawnBefore = state();
    List<Tensor> weights =
        script.parameters().values().stream().filter(Tensor::requires_grad).toList();
    List<Tensor> results = new ArrayList<>();
    boolean drew;
    try (AutoGradMode recording = new AutoGradMode(true);
        WithoutKernels slow = script.kernelsAvoided()) {
      Tensor scores = script.forward(images, true, false);
      drew = !equal(drawnBefore, state());
      requireScores(scores, TRAINED);
      results.add(scores.detach().clone());
      if (!scores.requires_grad()) {
        throw unusable(
            "compute scores from its weights in training",
            "gives scores without gradients",
            "compute them outside torch.no_grad()");
      }
      Tensor loss = scores.mul(scores).mean();
      TensorVector gradients =
          torch.grad(
              new TensorVector(loss),
              new TensorVector(weights.toArray(Tensor[]::new)),
              new TensorVector(),
              new BoolOptional(false),
              false,
              true);
      for (long i = 0; i < gradients.size(); i++) {
        if (gradients.get(i).defined()) {
          results.add(gradients.get(i).detach().clone());
        }
      }
    } catch (RuntimeException e) {
      throw script.failed(e);
    }
    results.addAll(copies(numbers(script.buffers())).values());
    return new Pass(results, drew);
  }

  private static Tensor state() {
    return torch.globalContext().defaultGenerator(cpu()).get_state();
  }

  private static org.bytedeco.pytorch.Device cpu() {
    return new org.bytedeco.pytorch.Device("cpu");
  }

  /** Channels last where the network computes the same with it. */
  private Layout layout(Tensor images) {
    Tensor expected = script.forward(images, false, false);
    for (Tensor weight : script.parameters().values()) {
      if (weight.dim() == 4) {
        LoadedScript.bind(weight, weight.detach().contiguous(MemoryFormat.ChannelsLast).clone());
      }
    }
    Tensor found;
    try {
      Tensor pixels = images.contiguous(MemoryFormat.ChannelsLast);
      found = script.forward(pixels, false, false);
      trained(pixels);
    } catch (BadDataException e) {
      return Layout.CHANNELS_FIRST;
    }
    double scale = Math.max(1e-6, expected.abs().max().item_double());
    double difference = found.sub(expected).abs().max().item_double();
    return difference <= TOLERANCE * scale ? Layout.CHANNELS_LAST : Layout.CHANNELS_FIRST;
  }

  /** The buffers of fractions: whole numbers are counters or places. */
  private static Map<String, Tensor> numbers(Map<String, Tensor> buffers) {
    Map<String, Tensor> numbers = new LinkedHashMap<>();
    buffers.forEach(
        (name, tensor) -> {
          if (tensor.is_floating_point() || tensor.is_complex()) {
            numbers.put(name, tensor);
          }
        });
    return numbers;
  }

  private static Map<String, Tensor> copies(Map<String, Tensor> tensors) {
    Map<String, Tensor> copies = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> copies.put(name, tensor.detach().clone()));
    return copies;
  }

  private void restore(Map<String, Tensor> values) {
    values.forEach((name, tensor) -> buffer(script.buffers(), name).copy_(tensor));
  }

  private static Tensor buffer(Map<String, Tensor> buffers, String name) {
    return Objects.requireNonNull(buffers.get(name), name);
  }

  private static List<Long> shape(Tensor tensor) {
    List<Long> shape = new ArrayList<>();
    for (long i = 0; i < tensor.dim(); i++) {
      shape.add(tensor.size(i));
    }
    return shape;
  }

  /** Bit for bit; numbers that are not finite are equal to themselves. */
  private static boolean equal(Tensor one, Tensor other) {
    return shape(one).equals(shape(other)) && torch.allclose(one, other, 0, 0, true);
  }

  private BadDataException unusable(String constraint, String found, String advice) {
    return new BadDataException(
        "model " + file.path() + " must " + constraint + " but " + found + "; " + advice);
  }
}
