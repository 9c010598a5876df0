package dev.onecycle.torch.internal;

import dev.onecycle.torch.train.LearnerSettings;
import dev.onecycle.torch.train.Optimizer;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * An optimizer over flat buffers: holds the rate and momentum of its last update, and its state.
 *
 * <p>Its results are those of libtorch's own optimizers, whose state cannot be read from here.
 */
abstract sealed class Updater implements AutoCloseable {
  private final double weightDecay;
  private final boolean decayNormAndBias;
  private double learningRate = Double.NaN;
  private double momentum = Double.NaN;

  private Updater(LearnerSettings settings) {
    weightDecay = settings.weightDecay();
    decayNormAndBias = settings.decayNormAndBias();
  }

  static Updater of(LearnerSettings settings, long count) {
    return settings.optimizer() instanceof Optimizer.Sgd sgd
        ? new Sgd(settings, sgd, count)
        : new AdamW(settings, (Optimizer.AdamW) settings.optimizer(), count);
  }

  /** Sets what the next update will use. */
  final void set(double newLearningRate, double newMomentum) {
    learningRate = newLearningRate;
    momentum = newMomentum;
  }

  final double learningRate() {
    return learningRate;
  }

  final double momentum() {
    return momentum;
  }

  /** Moves the weights by their gradients, in the open scope and without autograd. */
  abstract void update(Weights weights);

  /** The buffers that carry over from step to step, each as long as the weights. */
  abstract List<Tensor> state();

  /** The number of updates made, which some rules depend on. */
  abstract long updates();

  abstract void updates(long count);

  @Override
  public final void close() {
    state().forEach(Tensor::close);
  }

  final void addDecayToGradients(Weights weights) {
    if (weightDecay > 0) {
      decayed(weights.gradients, weights)
          .add_(decayed(weights.values, weights), new Scalar(weightDecay));
    }
  }

  final void shrinkWeights(Weights weights) {
    if (weightDecay > 0) {
      decayed(weights.values, weights).mul_(new Scalar(1 - learningRate * weightDecay));
    }
  }

  private Tensor decayed(Tensor flat, Weights weights) {
    return decayNormAndBias ? flat : flat.narrow(0, 0, weights.matrices);
  }

  private static final class Sgd extends Updater {
    private final Optimizer.Sgd rule;
    private final Tensor velocity;
    private long updates;

    Sgd(LearnerSettings settings, Optimizer.Sgd rule, long count) {
      super(settings);
      this.rule = rule;
      velocity = torch.zeros(count);
    }

    @Override
    void update(Weights weights) {
      if (rule.decoupledDecay()) {
        shrinkWeights(weights);
      } else {
        addDecayToGradients(weights);
      }
      velocity.mul_(new Scalar(momentum())).add_(weights.gradients);
      if (rule.nesterov()) {
        weights.gradients.add_(velocity, new Scalar(momentum()));
        weights.values.add_(weights.gradients, new Scalar(-learningRate()));
      } else {
        weights.values.add_(velocity, new Scalar(-learningRate()));
      }
      updates++;
    }

    @Override
    List<Tensor> state() {
      return List.of(velocity);
    }

    @Override
    long updates() {
      return updates;
    }

    @Override
    void updates(long count) {
      updates = count;
    }
  }

  private static final class AdamW extends Updater {
    private final Optimizer.AdamW rule;
    private final Tensor first;
    private final Tensor second;
    private long updates;

    AdamW(LearnerSettings settings, Optimizer.AdamW rule, long count) {
      super(settings);
      this.rule = rule;
      first = torch.zeros(count);
      second = torch.zeros(count);
    }

    @Override
    void update(Weights weights) {
      updates++;
      shrinkWeights(weights);
      first.lerp_(weights.gradients, new Scalar(1 - momentum()));
      second
          .mul_(new Scalar(rule.beta2()))
          .addcmul_(weights.gradients, weights.gradients, new Scalar(1 - rule.beta2()));
      double firstCorrection = 1 - Math.pow(momentum(), updates);
      double secondCorrection = 1 - Math.pow(rule.beta2(), updates);
      Tensor root =
          second
              .sqrt()
              .div_(new Scalar(Math.sqrt(secondCorrection)))
              .add_(new Scalar(rule.epsilon()));
      weights.values.addcdiv_(first, root, new Scalar(-learningRate() / firstCorrection));
    }

    @Override
    List<Tensor> state() {
      return List.of(first, second);
    }

    @Override
    long updates() {
      return updates;
    }

    @Override
    void updates(long count) {
      updates = count;
    }
  }
}
