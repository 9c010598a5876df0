package dev.onecycle.torch.engine.module;

import dev.onecycle.error.BadDataException;
import dev.onecycle.torch.engine.Parameter;
import dev.onecycle.torch.nn.Script;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A TorchScript file as a module. Its weights, statistics and constants are views of the buffers of
 * the network, so that replicas share one set of weights; its way back is the engine's autograd.
 *
 * <p>Its random numbers are libtorch's own, of which a process has one sequence: it is seeded
 * before each pass that draws from it, and the network has one replica.
 */
public final class ScriptModule implements Module, AutoCloseable {
  private final Script script;
  private final Map<Script.Array, Parameter> arrays = new LinkedHashMap<>();
  private @Nullable LoadedScript loaded;

  ScriptModule(Script script) {
    this.script = script;
  }

  void add(Script.Array array, Parameter parameter) {
    arrays.put(array, parameter);
  }

  /**
   * Loads the file, puts its values into the arrays, which must be laid out, and makes it compute
   * with them. Must not run inside a native scope.
   */
  public void bind() {
    LoadedScript own = LoadedScript.load(script.file());
    loaded = own;
    arrays.forEach(
        (array, parameter) -> {
          Tensor tensor =
              Optional.ofNullable(own.parameters().get(array.name()))
                  .or(() -> Optional.ofNullable(own.buffers().get(array.name())))
                  .orElseThrow(
                      () ->
                          new BadDataException(
                              "model " + script.file() + " must hold " + array.name()));
          Tensor memory = parameter.tensor();
          memory.copy_(tensor.detach());
          LoadedScript.bind(tensor, memory);
        });
  }

  private LoadedScript loaded() {
    if (loaded == null) {
      throw new IllegalStateException(script.file() + " is not bound yet");
    }
    return loaded;
  }

  @Override
  public Tensor forward(Tensor x, ForwardContext context) {
    LoadedScript own = loaded();
    GeneratorOptional random = context.dropout();
    if (context.training() && script.drawsRandomNumbers() && random != null) {
      torch.manual_seed(random.get().current_seed());
    }
    Tensor images = laidOut(x);
    boolean inBfloat16 = context.compute() == ScalarType.BFloat16;
    boolean inputLearns = context.inputLearns();
    if (context.tape() == null || (!inputLearns && learning().isEmpty())) {
      return checked(own.forward(images, context.training(), inBfloat16), x);
    }
    try (AutoGradMode recording = new AutoGradMode(true)) {
      Tensor input = inputLearns ? images.detach().set_requires_grad(true) : images;
      Tensor output = checked(own.forward(input, true, inBfloat16), x);
      return context.keep(
          output.detach(),
          gradient -> back(own, output, inputLearns ? input : null, gradient),
          true);
    }
  }

  private Tensor laidOut(Tensor x) {
    Tensor images = x.to(ScalarType.Float);
    return script.layout() == Script.Layout.CHANNELS_LAST ? images : images.contiguous();
  }

  private Tensor checked(Tensor scores, Tensor x) {
    if (scores.dim() != 2 || scores.size(0) != x.size(0) || scores.size(1) != script.outputs()) {
      throw new BadDataException(
          "model "
              + script.file().path()
              + " must give scores ["
              + x.size(0)
              + ", "
              + script.outputs()
              + "] but gives others");
    }
    return scores;
  }

  private List<Map.Entry<Script.Array, Parameter>> learning() {
    return arrays.entrySet().stream()
        .filter(entry -> entry.getKey().role() == Script.Role.WEIGHT && entry.getValue().learns())
        .toList();
  }

  private @Nullable Tensor back(
      LoadedScript own, Tensor output, @Nullable Tensor input, Tensor gradient) {
    List<Tensor> leaves = new ArrayList<>();
    List<Map.Entry<Script.Array, Parameter>> learning = learning();
    learning.forEach(entry -> leaves.add(own.parameters().get(entry.getKey().name())));
    if (input != null) {
      leaves.add(input);
    }
    TensorVector gradients;
    try (WithoutKernels slow = own.kernelsAvoided()) {
      gradients =
          torch.grad(
              new TensorVector(output),
              new TensorVector(leaves.toArray(Tensor[]::new)),
              new TensorVector(gradient.to(output.scalar_type())),
              new BoolOptional(false),
              false,
              true);
    } catch (RuntimeException e) {
      throw own.failed(e);
    }
    for (int i = 0; i < learning.size(); i++) {
      Tensor share = gradients.get(i);
      if (share.defined()) {
        learning.get(i).getValue().learn(share);
      }
    }
    Tensor ofInput =
        input == null ? null : Autograd.ofInput(gradients.get(learning.size()), input, gradient);
    output.close();
    return ofInput;
  }

  @Override
  public void close() {
    if (loaded != null) {
      loaded.close();
      loaded = null;
    }
  }
}
