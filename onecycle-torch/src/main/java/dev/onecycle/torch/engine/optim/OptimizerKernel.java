package dev.onecycle.torch.engine.optim;

import dev.onecycle.torch.engine.FlatBuffer;
import dev.onecycle.torch.engine.Parameter;
import dev.onecycle.torch.engine.Replica;
import dev.onecycle.torch.engine.Workers;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Optimizer;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * An optimizer over flat buffers: holds the rate and momentum of its last update, and its state.
 *
 * <p>Results of {@link Sgd} and {@link AdamW} are those of libtorch's own, whose state cannot be
 * read from here.
 */
public abstract sealed class OptimizerKernel implements AutoCloseable
    permits OptimizerKernel.Sgd, OptimizerKernel.AdamW, Muon {
  private final double weightDecay;
  private final long decayed;
  private double learningRate = Double.NaN;
  private double momentum = Double.NaN;
  private long updates;

  OptimizerKernel(double weightDecay, long decayed) {
    this.weightDecay = weightDecay;
    this.decayed = decayed;
  }

  /**
   * The optimizer that the settings name.
   *
   * @param values the weights
   * @param parameters what they belong to, laid out as {@link Replica#ordered} says
   * @param workers to compute with
   */
  public static OptimizerKernel of(
      LearnerSettings settings, Tensor values, List<Parameter> parameters, Workers workers) {
    long matrices = FlatBuffer.count(parameters.stream().filter(p -> !p.normOrBias).toList());
    long biases = FlatBuffer.count(parameters.stream().filter(Parameter::bias).toList());
    long decayed = settings.decayNormAndBias() ? values.numel() : matrices;
    if (settings.optimizer() instanceof Optimizer.Sgd sgd) {
      return new Sgd(sgd, settings, decayed, values, biases);
    }
    if (settings.optimizer() instanceof Optimizer.Muon muon) {
      return new Muon(muon, settings, decayed, values, biases, parameters, workers);
    }
    return new AdamW(
        (Optimizer.AdamW) settings.optimizer(), settings.weightDecay(), decayed, values);
  }

  /** Sets what the next update will use. */
  public final void set(double newLearningRate, double newMomentum) {
    learningRate = newLearningRate;
    momentum = newMomentum;
  }

  public final double learningRate() {
    return learningRate;
  }

  public final double momentum() {
    return momentum;
  }

  /** Moves the weights by their gradients, in the open scope and without autograd. */
  public final void update(Tensor values, Tensor gradients) {
    updates++;
    move(values, gradients);
  }

  abstract void move(Tensor values, Tensor gradients);

  /** The buffers that carry over from step to step, each as long as the weights. */
  public abstract List<Tensor> state();

  /** What those buffers are called on disk. */
  public abstract List<String> names();

  /** The number of updates made, the one that is being made among them. */
  public final long updates() {
    return updates;
  }

  public final void updates(long count) {
    updates = count;
  }

  @Override
  public final void close() {
    state().forEach(Tensor::close);
  }

  final void addDecayToGradients(Tensor values, Tensor gradients) {
    if (weightDecay > 0) {
      gradients.narrow(0, 0, decayed).add_(values.narrow(0, 0, decayed), new Scalar(weightDecay));
    }
  }

  final void shrinkWeights(Tensor values) {
    if (weightDecay > 0) {
      values.narrow(0, 0, decayed).mul_(new Scalar(1 - learningRate * weightDecay));
    }
  }

  /**
   * Gives the last weights, the biases, a rate of their own, but for their decay, which stays that
   * of the others.
   */
  static void speedUp(Tensor gradients, long biases, double biasRate) {
    if (biasRate != 1) {
      gradients.narrow(0, gradients.numel() - biases, biases).mul_(new Scalar(biasRate));
    }
  }

  static final class Sgd extends OptimizerKernel {
    private final Optimizer.Sgd rule;
    private final double biasRate;
    private final long biases;
    private final Tensor velocity;

    Sgd(Optimizer.Sgd rule, LearnerSettings settings, long decayed, Tensor values, long biases) {
      super(settings.weightDecay(), decayed);
      this.rule = rule;
      this.biases = biases;
      biasRate = settings.biasRate();
      velocity = torch.zeros_like(values);
    }

    @Override
    void move(Tensor values, Tensor gradients) {
      speedUp(gradients, biases, biasRate);
      if (rule.decoupledDecay()) {
        shrinkWeights(values);
      } else {
        addDecayToGradients(values, gradients);
      }
      velocity.mul_(new Scalar(momentum())).add_(gradients);
      if (rule.nesterov()) {
        gradients.add_(velocity, new Scalar(momentum()));
        values.add_(gradients, new Scalar(-learningRate()));
      } else {
        values.add_(velocity, new Scalar(-learningRate()));
      }
    }

    @Override
    public List<Tensor> state() {
      return List.of(velocity);
    }

    @Override
    public List<String> names() {
      return List.of("velocity");
    }
  }

  static final class AdamW extends OptimizerKernel {
    private final Optimizer.AdamW rule;
    private final Tensor first;
    private final Tensor second;

    AdamW(Optimizer.AdamW rule, double weightDecay, long decayed, Tensor values) {
      super(weightDecay, decayed);
      this.rule = rule;
      first = torch.zeros_like(values);
      second = torch.zeros_like(values);
    }

    @Override
    void move(Tensor values, Tensor gradients) {
      shrinkWeights(values);
      first.lerp_(gradients, new Scalar(1 - momentum()));
      second
          .mul_(new Scalar(rule.beta2()))
          .addcmul_(gradients, gradients, new Scalar(1 - rule.beta2()));
      double firstCorrection = 1 - Math.pow(momentum(), updates());
      double secondCorrection = 1 - Math.pow(rule.beta2(), updates());
      Tensor root =
          second
              .sqrt()
              .div_(new Scalar(Math.sqrt(secondCorrection)))
              .add_(new Scalar(rule.epsilon()));
      values.addcdiv_(first, root, new Scalar(-learningRate() / firstCorrection));
    }

    @Override
    public List<Tensor> state() {
      return List.of(first, second);
    }

    @Override
    public List<String> names() {
      return List.of("first_moment", "second_moment");
    }
  }
}
