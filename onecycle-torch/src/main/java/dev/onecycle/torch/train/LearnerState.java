package dev.onecycle.torch.train;

import dev.onecycle.error.DivergedException;
import dev.onecycle.error.Require;
import dev.onecycle.torch.weights.NamedTensor;
import java.util.List;
import java.util.stream.Stream;

/**
 * Everything in a learner that training changes. Random streams are not among it: each step draws
 * from its own, which its number names.
 *
 * @param weights and running statistics, by name
 * @param optimizer the buffers that an update leaves to the next one: for SGD and Muon {@code
 *     velocity}, for AdamW {@code first_moment} and {@code second_moment}; each as long as all
 *     weights
 * @param updates that the optimizer has made
 */
public record LearnerState(List<NamedTensor> weights, List<NamedTensor> optimizer, long updates) {
  public LearnerState {
    weights = List.copyOf(weights);
    optimizer = List.copyOf(optimizer);
    Require.atLeast("updates", updates, 0);
  }

  /**
   * Makes sure that all values are finite: an update at a far too high rate can spoil the weights
   * after a finite loss.
   *
   * @param step the last one, zero-based
   * @param learningRate of that step
   * @throws DivergedException naming the array
   */
  public void requireFinite(long step, double learningRate) {
    Stream.concat(weights.stream(), optimizer.stream())
        .forEach(
            tensor ->
                tensor
                    .firstNotFinite()
                    .ifPresent(
                        i -> {
                          throw new DivergedException(
                                  tensor.name(), tensor.values()[i], step, learningRate)
                              .withSoundBefore(step + 1);
                        }));
  }
}
