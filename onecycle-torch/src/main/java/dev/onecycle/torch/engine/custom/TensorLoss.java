package dev.onecycle.torch.engine.custom;

import dev.onecycle.data.sample.Dataset;
import dev.onecycle.data.sample.Targets;
import dev.onecycle.range.LossScale;
import dev.onecycle.torch.settings.Loss;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * A loss of one's own: a differentiable function of outputs and targets. The engine's autograd
 * computes its gradient.
 *
 * <p>Its {@link #describe} is the condition by which a run is resumed and a stored learning rate is
 * accepted, so it must name everything that changes the loss.
 */
public interface TensorLoss extends Loss {
  /**
   * The loss of each sample. Runs in a native scope of the engine, which frees every tensor that it
   * makes; on several threads at a time, so it keeps no state.
   *
   * @param outputs of the network, float32 [n, outputs]; must not be changed in place
   * @param targets float32 [n, outputs]: of classes, 1 for the class and 0 for the others; of
   *     labels 0 or 1
   * @return float32 [n]
   */
  Tensor each(Tensor outputs, Tensor targets);

  /** Accepts targets of every kind, unless overridden. */
  @Override
  default void requireFits(Targets targets) {}

  /**
   * The scale of the loss on training samples, by which a range test tells learning from noise, and
   * a training whether it has diverged. Empty where it is not known: a range test then takes its
   * scale from the curve, and a training ends as diverged only where a loss is not finite.
   *
   * @param samples whose mean is one loss
   */
  default Optional<LossScale> scale(Dataset train, long samples) {
    return Optional.empty();
  }
}
