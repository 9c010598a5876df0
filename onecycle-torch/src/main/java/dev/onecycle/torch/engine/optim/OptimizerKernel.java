package dev.onecycle.torch.engine.optim;

import dev.onecycle.torch.engine.FlatBuffer;
import dev.onecycle.torch.engine.Parameter;
import dev.onecycle.torch.engine.ParameterGroup;
import dev.onecycle.torch.engine.Workers;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Optimizer;
import java.util.ArrayList;
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
  private final List<Part> parts;
  private double learningRate = Double.NaN;
  private double momentum = Double.NaN;
  private long updates;

  OptimizerKernel(List<Part> parts) {
    this.parts = parts;
  }

  /**
   * The part of a flat buffer that belongs to a group: first the weights that decay, biases last.
   *
   * @param offset of its first value
   * @param count of its values
   * @param decayed values at its beginning that decay
   * @param biases values at its end that belong to biases
   * @param rate factor of the learning rate
   * @param weightDecay strength of the decay
   */
  record Part(long offset, long count, long decayed, long biases, double rate, double weightDecay) {
    /** Its part of a buffer. */
    Tensor of(Tensor flat) {
      return flat.narrow(0, offset, count);
    }

    private static List<Part> of(List<ParameterGroup> groups, boolean decayNormAndBias) {
      List<Part> parts = new ArrayList<>();
      long offset = 0;
      for (ParameterGroup group : groups) {
        List<Parameter> all = group.parameters();
        long matrices = FlatBuffer.count(all.stream().filter(p -> !p.normOrBias).toList());
        long biases = FlatBuffer.count(all.stream().filter(Parameter::bias).toList());
        long count = group.count();
        parts.add(
            new Part(
                offset,
                count,
                decayNormAndBias ? count : matrices,
                biases,
                group.rate(),
                group.weightDecay()));
        offset += count;
      }
      return parts;
    }
  }

  /** The parts of its buffers, one a group. */
  final List<Part> parts() {
    return parts;
  }

  /** The learning rate of a part. */
  final double learningRate(Part part) {
    return learningRate * part.rate;
  }

  /**
   * The optimizer of the settings.
   *
   * @param settings whose precision is chosen
   * @param values the weights
   * @param groups that the weights belong to, in their order
   * @param workers threads to compute with
   */
  public static OptimizerKernel of(
      LearnerSettings settings, Tensor values, List<ParameterGroup> groups, Workers workers) {
    List<Part> parts = Part.of(groups, settings.decayNormAndBias());
    return settings
        .optimizer()
        .match(
            sgd -> new Sgd(sgd, settings, parts, values),
            adamW -> new AdamW(adamW, parts, values),
            muon -> new Muon(muon, settings, parts, values, groups, workers));
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
    for (Part part : parts) {
      if (part.weightDecay > 0) {
        gradients
            .narrow(0, part.offset, part.decayed)
            .add_(values.narrow(0, part.offset, part.decayed), new Scalar(part.weightDecay));
      }
    }
  }

  final void shrinkWeights(Tensor values) {
    for (Part part : parts) {
      if (part.weightDecay > 0) {
        values
            .narrow(0, part.offset, part.decayed)
            .mul_(new Scalar(1 - learningRate(part) * part.weightDecay));
      }
    }
  }

  /**
   * Scales the gradients of the biases to give them a learning rate of their own; their weight
   * decay stays at the rate of the other weights.
   */
  final void speedUp(Tensor gradients, double biasRate) {
    if (biasRate != 1) {
      for (Part part : parts) {
        gradients
            .narrow(0, part.offset + part.count - part.biases, part.biases)
            .mul_(new Scalar(biasRate));
      }
    }
  }

  /** Moves each part of the weights against a direction, by its learning rate. */
  final void move(Tensor values, Tensor direction) {
    for (Part part : parts) {
      part.of(values).add_(part.of(direction), new Scalar(-learningRate(part)));
    }
  }

  static final class Sgd extends OptimizerKernel {
    private final Optimizer.Sgd rule;
    private final double biasRate;
    private final Tensor velocity;

    Sgd(Optimizer.Sgd rule, LearnerSettings settings, List<Part> parts, Tensor values) {
      super(parts);
      this.rule = rule;
      biasRate = settings.biasRate();
      velocity = torch.zeros_like(values);
    }

    @Override
    void apply(Tensor values, Tensor gradients) {
      speedUp(gradients, biasRate);
      if (rule.decoupledDecay()) {
        shrinkWeights(values);
      } else {
        addDecayToGradients(values, gradients);
      }
      velocity.mul_(new Scalar(momentum())).add_(gradients);
      if (rule.nesterov()) {
        gradients.add_(velocity, new Scalar(momentum()));
        move(values, gradients);
      } else {
        move(values, velocity);
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

    AdamW(Optimizer.AdamW rule, List<Part> parts, Tensor values) {
      super(parts);
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
      for (Part part : parts()) {
        part.of(values)
            .addcdiv_(
                part.of(first), part.of(root), new Scalar(-learningRate(part) / firstCorrection));
      }
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
