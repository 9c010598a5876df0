package dev.onecycle.torch.engine.custom;

import dev.onecycle.error.Require;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.LayerProvider;
import java.util.List;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A layer of one's own: a differentiable function from tensor to tensor. The engine's autograd
 * computes its gradients.
 *
 * <p>Make it a public record of numbers, flags and texts, and name it in a {@link LayerProvider}:
 * then its networks are written to model files and read again. {@link #trace} tells the shape of
 * its result; the engine checks that {@link #forward} keeps to it.
 */
public interface TensorLayer extends Layer {
  /** The trained arrays, in the order in which {@link #forward} gets them; none for most. */
  default List<Weight> weights() {
    return List.of();
  }

  /** Whether {@link #forward} draws random numbers in training. */
  default boolean drawsRandomNumbers() {
    return false;
  }

  /**
   * Computes the result. Runs in a native scope of the engine, which frees every tensor that it
   * makes; on several threads at a time, so it keeps no state.
   *
   * @param x float32 or bfloat16, [N, C, H, W] or [N, features]; must not be changed in place
   * @param weights in the type of x
   * @return [N, …] of the shape that {@link #trace} tells, in the type of x
   */
  Tensor forward(Tensor x, List<Tensor> weights, Pass pass);

  /**
   * The purpose of a forward pass.
   *
   * @param training whether a step follows; false in evaluation
   * @param random the random numbers of this step, to be given to the engine's random operations;
   *     null in evaluation
   */
  record Pass(boolean training, @Nullable GeneratorOptional random) {}

  /**
   * A trained array.
   *
   * @param name on disk, within the layer: letters, digits and underscores
   * @param shape sizes, each at least 1
   * @param initial the values before the first step
   * @param scale the constant, the bound of uniform values, or the standard deviation of normal
   *     ones
   * @param normOrBias whether it is exempt from weight decay where batch norms and biases are
   */
  record Weight(String name, List<Long> shape, Initial initial, double scale, boolean normOrBias) {
    /** The distribution of values before the first step. */
    public enum Initial {
      CONSTANT,
      UNIFORM,
      NORMAL
    }

    public Weight {
      Require.that(name.matches("\\w+"), "name", "letters, digits and underscores", name, name);
      shape = List.copyOf(shape);
      shape.forEach(size -> Require.atLeast("size of " + name, size, 1));
    }
  }
}
