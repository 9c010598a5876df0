package dev.onecycle.torch.engine.module;

import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one forward pass.
 *
 * @param training whether batch norms use and update batch statistics, and dropout drops
 * @param compute the type of convolutions and matrix products; weights stay float32
 * @param batchNormMomentum weight of the batch in the running statistics
 * @param dropout generator of the dropout; needed in training only
 * @param tape records the way back; null where there is none
 * @param together sums over the parts of a batch that batch norms see together in training; null
 *     where they see this part alone
 */
public record ForwardContext(
    boolean training,
    ScalarType compute,
    double batchNormMomentum,
    @Nullable GeneratorOptional dropout,
    @Nullable Tape tape,
    @Nullable PartSums together) {

  /** The context of an evaluation: running statistics, no dropout, no way back. */
  public static ForwardContext evaluation(ScalarType compute) {
    return new ForwardContext(false, compute, 0, null, null, null);
  }

  /** The same context with another tape. */
  ForwardContext on(@Nullable Tape other) {
    return new ForwardContext(training, compute, batchNormMomentum, dropout, other, together);
  }

  /**
   * Records the way back of a module without weights. There is none where nothing before it learns.
   */
  Tensor keep(Tensor output, Tape.Back back) {
    return keep(output, back, false);
  }

  /**
   * Records the way back of a module.
   *
   * @param learns whether the module itself learns
   */
  Tensor keep(Tensor output, Tape.Back back, boolean learns) {
    if (tape != null && (learns || tape.inputLearns())) {
      tape.add(output, back, false);
    }
    return output;
  }

  /** As {@link #keep(Tensor, Tape.Back)}, for a way back that overwrites its gradient. */
  Tensor keepOverwriting(Tensor output, Tape.Back back) {
    if (tape != null && tape.inputLearns()) {
      tape.add(output, back, true);
    }
    return output;
  }

  /** A tape for a branch of the network, where there is a tape. */
  @Nullable Tape branch() {
    return tape == null ? null : tape.branch();
  }

  /** Whether a gradient of the next module's input is needed. */
  boolean inputLearns() {
    return tape != null && tape.inputLearns();
  }
}
