package dev.onecycle.torch.engine.optim;

import dev.onecycle.torch.engine.FlatBuffer;
import dev.onecycle.torch.engine.Parameter;
import dev.onecycle.torch.engine.Workers;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Optimizer;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * An optimizer over flat buffers, with its state and the rate and momentum of its last update.
 *
 * <p>{@link Sgd} and {@link AdamW} give the results of libtorch's own optimizers, whose state
 * cannot be read from Java.
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
   * The optimizer of the settings.
   *
   * @param settings whose precision is chosen
   * @param values the weights
   * @param parameters that the weights belong to, in the order of {@link FlatBuffer#ordered}
   * @param workers threads to compute with
   */
  public static OptimizerKernel of(
      LearnerSettings settings, Tensor values, List<Parameter> parameters, Workers workers) {
    long matrices = FlatBuffer.count(parameters.stream().filter(p -> !p.normOrBias).toList());
    long biases = FlatBuffer.count(parameters.stream().filter(Parameter::bias).toList());
    long decayed = settings.decayNormAndBias() ? values.numel() : matrices;
    return settings
        .optimizer()
        .match(
            sgd -> new Sgd(sgd, settings, decayed, values, biases),
            adamW -> new AdamW(adamW, settings.weightDecay(), decayed, values),
            muon -> new Muon(muon, settings, decayed, values, biases, parameters, workers));
  }

  /** Sets the rate and the momentum of the next update. */
  public final void set(double newLearningRate, double newMomentum) {
    learningRate = newLearningRate;
    momentum = newMomentum;
  }

  /** The rate of the last update, or of the next one. */
  public final double learningRate() {
    return learningRate;
  }

  /** The momentum of the last update, or of the next one. */
  public final double momentum() {
    return momentum;
  }

  /** Updates the weights from their gradients, in the open scope and without autograd. */
  public final void update(Tensor values, Tensor gradients) {
    updates++;
    apply(values, gradients);
  }

  abstract void apply(Tensor values, Tensor gradients);

  /** The buffers that an update leaves to the next one, each as long as the weights. */
  public abstract List<Tensor> state();

  /** The names of the buffers on disk. */
  public abstract List<String> names();

  /** The number of updates made, including the present one. */
  public final long updates() {
    return updates;
  }

  /** Sets the number of updates made. */
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
   * Scales the gradients of the biases, which come last, to give them a learning rate of their own;
   * their weight decay stays at the rate of the other weights.
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
    void apply(Tensor values, Tensor gradients) {
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
    void apply(Tensor values, Tensor gradients) {
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
