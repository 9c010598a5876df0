package dev.onecycle.torch.settings;

import dev.onecycle.data.sample.Targets;
import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The loss of a training, as a value: a function of a network's outputs and the targets. The loss
 * of a batch is the mean over its samples, of each sample the mean over its outputs; cross-entropy
 * has one number a sample.
 *
 * <p>A loss of one's own implements {@code dev.onecycle.torch.engine.custom.TensorLoss}.
 */
public interface Loss {
  /** The loss in a few words with all its numbers: equal losses have equal texts. */
  String describe();

  /**
   * Makes sure that the loss is one for targets.
   *
   * @throws dev.onecycle.error.InvalidValueException where it is not, with the losses that are
   */
  void requireFits(Targets targets);

  /** Cross-entropy, every class with weight 1, without label smoothing. */
  static CrossEntropy crossEntropy() {
    return new CrossEntropy(List.of(), 0);
  }

  /** The usual loss for targets: cross-entropy, binary cross-entropy, or mean squared error. */
  static Loss usual(Targets targets) {
    return targets instanceof Targets.Classes
        ? crossEntropy()
        : targets instanceof Targets.Labels ? new BinaryCrossEntropy() : new MeanSquaredError();
  }

  /**
   * The negative logarithm of the probability of a sample's class, by softmax of the outputs.
   *
   * @param classWeights the weight of each class in the training loss, by label; none where all are
   *     equal. The loss of a batch is the weighted mean, as PyTorch's {@code
   *     CrossEntropyLoss(weight=…)} has it
   * @param smoothing the share of each target that is spread over all classes, in [0, 1).
   *     <i>Source:</i> Szegedy et al. 2015 (arXiv 1512.00567, section 7)
   */
  record CrossEntropy(List<Double> classWeights, double smoothing) implements Loss {
    public CrossEntropy {
      Require.inHalfOpen("label smoothing", smoothing, 0, 1);
      classWeights = List.copyOf(classWeights);
      classWeights.forEach(weight -> Require.positive("class weight", weight));
    }

    /** The same with other weights of classes. */
    public CrossEntropy withClassWeights(List<Double> weights) {
      return new CrossEntropy(weights, smoothing);
    }

    @Override
    public String describe() {
      return "cross-entropy"
          + (smoothing == 0 ? "" : ", label smoothing " + Numbers.exact(smoothing))
          + (classWeights.isEmpty()
              ? ""
              : classWeights.stream()
                  .map(weight -> Numbers.rounded(weight, 6))
                  .collect(Collectors.joining(", ", ", class weights ", "")));
    }

    @Override
    public void requireFits(Targets targets) {
      if (!(targets instanceof Targets.Classes)) {
        throw misfit(this, "classes", targets);
      }
      int weights = classWeights.size();
      Require.that(
          weights == 0 || weights == targets.outputs(),
          "class weights",
          targets.outputs() + ", as many as the classes,",
          weights,
          weights);
    }
  }

  /**
   * The cross-entropy of each output's own probability, the logistic function of the output: for
   * several labels a sample. Of classes, each is a label.
   */
  record BinaryCrossEntropy() implements Loss {
    @Override
    public String describe() {
      return "binary cross-entropy";
    }

    @Override
    public void requireFits(Targets targets) {
      if (targets instanceof Targets.Numbers) {
        throw misfit(this, "labels or classes", targets);
      }
    }
  }

  /** The square of the difference of an output and its number. */
  record MeanSquaredError() implements Loss {
    @Override
    public String describe() {
      return "mean squared error";
    }

    @Override
    public void requireFits(Targets targets) {
      requireNumbers(this, targets);
    }
  }

  /**
   * Half the square of a difference up to {@code delta}, and a line from there on, so that single
   * far targets do not rule: delta · (|difference| − delta / 2).
   *
   * <p><i>Source:</i> P. J. Huber 1964, "Robust estimation of a location parameter".
   *
   * @param delta where the square becomes a line, in the unit of the targets
   */
  record Huber(double delta) implements Loss {
    public Huber {
      Require.positive("delta", delta);
    }

    @Override
    public String describe() {
      return "Huber, delta " + Numbers.exact(delta);
    }

    @Override
    public void requireFits(Targets targets) {
      requireNumbers(this, targets);
    }
  }

  private static void requireNumbers(Loss loss, Targets targets) {
    if (!(targets instanceof Targets.Numbers)) {
      throw misfit(loss, "numbers", targets);
    }
  }

  private static RuntimeException misfit(Loss loss, String wanted, Targets targets) {
    return Require.invalid(
        "targets of the loss " + loss.describe(),
        wanted,
        targets.describe(),
        "take " + usual(targets).describe() + " as the loss");
  }
}
