package dev.onecycle.torch.engine.module;

import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * What one forward pass needs to know.
 *
 * @param training whether batch norms use and update batch statistics, and dropout drops
 * @param compute the type of convolutions and matrix products; weights stay float32
 * @param batchNormMomentum weight of the batch in the running statistics
 * @param dropout where dropout draws from; needed in training only
 * @param tape where the way back is kept; null where there is none
 */
public record ForwardContext(
    boolean training,
    ScalarType compute,
    double batchNormMomentum,
    @Nullable GeneratorOptional dropout,
    @Nullable Tape tape) {

  /** As in evaluation: running statistics, no dropout, no way back. */
  public static ForwardContext evaluation(ScalarType compute) {
    return new ForwardContext(false, compute, 0, null, null);
  }

  /** The same pass, its way back kept on another tape. */
  ForwardContext on(@Nullable Tape other) {
    return new ForwardContext(training, compute, batchNormMomentum, dropout, other);
  }

  /** Keeps the way back of a module, where there is one. */
  Tensor keep(Tensor output, Tape.Back back) {
    if (tape != null) {
      tape.add(output, back, false);
    }
    return output;
  }

  /** The same for a way back that overwrites the gradient it is given. */
  Tensor keepOverwriting(Tensor output, Tape.Back back) {
    if (tape != null) {
      tape.add(output, back, true);
    }
    return output;
  }

  /** A tape for a branch of the network, where there is a way back. */
  @Nullable Tape branch() {
    return tape == null ? null : tape.branch();
  }

  /** Whether a gradient of what goes into the next module is wanted. */
  boolean inputLearns() {
    return tape != null && tape.inputLearns();
  }
}
