package dev.onecycle.torch.engine.module;

import dev.onecycle.torch.engine.Parameter;
import dev.onecycle.torch.engine.TensorHandles;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A module whose way back is the engine's autograd: any differentiable function of its input and
 * its weights. The graph of a pass lives from the module's forward pass to its way back.
 */
final class Autograd implements Module {
  private final List<Parameter> weights;
  private final Function function;

  /** A differentiable function; must not change its arguments in place. */
  @FunctionalInterface
  interface Function {
    /**
     * @param weights in the type of the pass
     */
    Tensor of(Tensor x, List<Tensor> weights, ForwardContext context);
  }

  private Autograd(List<Parameter> weights, Function function) {
    this.weights = List.copyOf(weights);
    this.function = function;
  }

  static Module of(List<Parameter> weights, Function function) {
    return new Autograd(weights, function);
  }

  @Override
  public Tensor forward(Tensor x, ForwardContext context) {
    boolean inputLearns = context.inputLearns();
    if (context.tape() == null || (!inputLearns && weights.stream().noneMatch(Parameter::learns))) {
      return function.of(
          x, cast(weights.stream().map(Parameter::tensor).toList(), context), context);
    }
    List<Tensor> leaves = new ArrayList<>();
    try (AutoGradMode recording = new AutoGradMode(true)) {
      Tensor input = leaf(x, inputLearns);
      List<Tensor> own = new ArrayList<>();
      if (inputLearns) {
        leaves.add(input);
      }
      for (Parameter weight : weights) {
        Tensor leaf = leaf(weight.tensor(), weight.learns());
        own.add(leaf);
        if (weight.learns()) {
          leaves.add(leaf);
        }
      }
      Tensor output = function.of(input, cast(own, context), context);
      return context.keep(
          output.detach(), gradient -> back(output, leaves, inputLearns, gradient), true);
    }
  }

  private @Nullable Tensor back(
      Tensor output, List<Tensor> leaves, boolean inputLearns, Tensor gradient) {
    TensorVector gradients =
        torch.grad(
            new TensorVector(output),
            new TensorVector(leaves.toArray(Tensor[]::new)),
            new TensorVector(gradient),
            new BoolOptional(false),
            false,
            true);
    int at = inputLearns ? 1 : 0;
    for (Parameter weight : weights) {
      if (weight.learns()) {
        Tensor own = gradients.get(at++);
        if (own.defined()) {
          weight.learn(own);
        }
      }
    }
    Tensor ofInput = inputLearns ? ofInput(gradients.get(0), leaves.get(0), gradient) : null;
    output.close();
    leaves.forEach(Tensor::close);
    return ofInput;
  }

  /** In memory of its own, since the module before it may overwrite it. */
  static Tensor ofInput(Tensor found, Tensor input, Tensor gradient) {
    if (!found.defined()) {
      return torch.zeros_like(input);
    }
    Tensor dense = found.dim() == 4 ? Modules.channelsLast(found) : found.contiguous();
    return dense.is_alias_of(gradient) ? dense.clone() : TensorHandles.of(dense);
  }

  /** The same values, at which the engine's graph begins. */
  private static Tensor leaf(Tensor values, boolean learns) {
    Tensor leaf = values.detach();
    return learns ? leaf.set_requires_grad(true) : leaf;
  }

  private static List<Tensor> cast(List<Tensor> weights, ForwardContext context) {
    ScalarType compute = context.compute();
    return weights.stream().map(weight -> weight.to(compute)).toList();
  }
}
