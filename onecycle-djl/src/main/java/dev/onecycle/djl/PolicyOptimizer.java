package dev.onecycle.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.optimizer.Optimizer;
import dev.onecycle.error.Require;
import dev.onecycle.schedule.Policy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * An optimizer of DJL whose learning rate and momentum follow a policy.
 *
 * <p>DJL's own optimizers take a schedule of the rate alone. The rule of an update is PyTorch's:
 *
 * <ul>
 *   <li>{@link #sgd}: g ← gradient + decay · w; v ← momentum · v + g; w ← w − rate · v. DJL's
 *       {@code Sgd} has the rate inside v instead; the two agree where the rate is constant.
 *   <li>{@link #adamW}: Adam with decoupled weight decay (Loshchilov and Hutter 2019, arXiv
 *       1711.05101); the policy's momentum is β1. The bias of the mean is corrected by 1 − Π β1
 *       over the steps so far, which is 1 − β1^t where β1 is constant.
 * </ul>
 *
 * <p>The state of each parameter is a native array that lives until {@link #close}. The n-th update
 * of the model is step n − 1 of the policy, on each of its devices. A parameter that was frozen
 * before takes the step of the others, or the step before it. Use an optimizer for one trainer.
 */
public final class PolicyOptimizer extends Optimizer implements AutoCloseable {
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;

  private final Policy policy;
  private final boolean adam;
  private final double weightDecay;
  private final double clip;
  private final double rescale;
  private final long begin;
  private final Map<Place, State> states = new ConcurrentHashMap<>();
  private volatile @Nullable Fixed fixed;

  /** A parameter on a device. */
  private record Place(String parameter, Device device) {}

  /** The rate and the momentum of a step of a range test. */
  private record Fixed(double rate, double momentum) {}

  /** The memory of an optimizer for one parameter on one device. */
  private static final class State implements AutoCloseable {
    long updates;
    double meanWeight = 1;
    final NDArray mean;
    final @Nullable NDArray square;

    State(NDArray like, boolean adam) {
      mean = detached(like.zerosLike());
      square = adam ? detached(like.zerosLike()) : null;
    }

    /** The optimizer owns it: a trainer closes what it finds in its own manager. */
    private static NDArray detached(NDArray array) {
      array.detach();
      return array;
    }

    @Override
    public void close() {
      mean.close();
      if (square != null) {
        square.close();
      }
    }
  }

  private PolicyOptimizer(Builder builder) {
    super(builder);
    policy = builder.policy;
    adam = builder.adam;
    weightDecay = builder.decay;
    clip = builder.clip;
    rescale = builder.rescale;
    begin = builder.begin;
  }

  /** Stochastic gradient descent by a policy. */
  public static Builder sgd(Policy policy) {
    return new Builder(policy, false);
  }

  /** AdamW by a policy, whose momentum is β1; β2 is 0.999 and ε is 1e-8. */
  public static Builder adamW(Policy policy) {
    return new Builder(policy, true);
  }

  /** The policy. */
  public Policy policy() {
    return policy;
  }

  /** The learning rate of the next update. */
  public double learningRate() {
    Fixed test = fixed;
    return test == null ? policy.learningRate().at(begin + updates()) : test.rate;
  }

  /** The momentum of the next update. */
  public double momentum() {
    Fixed test = fixed;
    return test == null ? policy.momentum().at(begin + updates()) : test.momentum;
  }

  /** The number of updates of the whole model so far. */
  public long updates() {
    return states.values().stream().mapToLong(state -> state.updates).max().orElse(0);
  }

  /**
   * Updates a parameter, and sets its gradient to zero, as DJL's optimizers do.
   *
   * @param grad its gradient; not changed where the engine keeps gradients elsewhere
   */
  @Override
  public void update(String parameterId, NDArray weight, NDArray grad) {
    State state =
        states.computeIfAbsent(
            new Place(parameterId, weight.getDevice()), place -> new State(weight, adam));
    Fixed test = fixed;
    state.updates++;
    // As DJL's own optimizers count: a parameter that was frozen does not begin the policy anew.
    long step = begin + updates() - 1;
    double rate = test == null ? policy.learningRate().at(step) : test.rate;
    double momentum = test == null ? policy.momentum().at(step) : test.momentum;
    try (NDManager scope = weight.getManager().newSubManager()) {
      NDArray gradient = grad.mul((float) rescale);
      gradient.attach(scope);
      if (clip >= 0) {
        gradient = in(scope, gradient.clip((float) -clip, (float) clip));
      }
      NDArray values = in(scope, weight.stopGradient());
      NDArray direction =
          adam
              ? adamDirection(scope, state, values, gradient, momentum)
              : sgdDirection(scope, state, values, gradient, momentum);
      // The engine's own update is the one way to change a weight that keeps a gradient.
      weight
          .getNDArrayInternal()
          .sgdUpdate(
              new NDList(weight, direction), new NDList(weight), (float) rate, 0, 1, -1, 0, true);
    }
  }

  private NDArray sgdDirection(
      NDManager scope, State state, NDArray values, NDArray gradient, double momentum) {
    if (weightDecay != 0) {
      gradient.addi(in(scope, values.mul((float) weightDecay)));
    }
    state.mean.muli((float) momentum).addi(gradient);
    return in(scope, state.mean.duplicate());
  }

  private NDArray adamDirection(
      NDManager scope, State state, NDArray values, NDArray gradient, double beta1) {
    NDArray square = state.square;
    if (square == null) {
      throw new IllegalStateException("Adam keeps a mean of squares");
    }
    state.meanWeight *= beta1;
    state.mean.muli((float) beta1).addi(in(scope, gradient.mul((float) (1 - beta1))));
    square
        .muli((float) BETA2)
        .addi(in(scope, in(scope, gradient.square()).muli((float) (1 - BETA2))));
    double squareCorrection = 1 - Math.pow(BETA2, state.updates);
    NDArray root = in(scope, square.div((float) squareCorrection)).sqrt();
    root.attach(scope);
    NDArray direction =
        in(scope, state.mean.div((float) (1 - state.meanWeight))).divi(root.addi((float) EPSILON));
    return weightDecay == 0
        ? direction
        : direction.addi(in(scope, values.mul((float) weightDecay)));
  }

  private static NDArray in(NDManager scope, NDArray array) {
    array.attach(scope);
    return array;
  }

  /** Every update has this rate and momentum from now on, until {@link Memory#restore}. */
  void fix(double rate, double momentum) {
    fixed = new Fixed(rate, momentum);
  }

  /** Takes the state of every parameter away, so that a range test begins without one. */
  Memory setAside() {
    Memory memory = new Memory(new LinkedHashMap<>(states));
    states.clear();
    return memory;
  }

  /** The states that were set aside. */
  final class Memory {
    private final Map<Place, State> aside;

    private Memory(Map<Place, State> aside) {
      this.aside = aside;
    }

    /** Puts them back; the policy goes on where it was. */
    void restore() {
      states.values().forEach(State::close);
      states.clear();
      states.putAll(aside);
      fixed = null;
    }
  }

  /** Frees the state of every parameter; the next update begins without one, at the first step. */
  @Override
  public void close() {
    states.values().forEach(State::close);
    states.clear();
  }

  /** The choices of an optimizer. */
  public static final class Builder extends OptimizerBuilder<Builder> {
    private final Policy policy;
    private final boolean adam;
    private double decay;
    private double clip = -1;
    private double rescale = 1;
    private int begin;

    private Builder(Policy policy, boolean adam) {
      this.policy = policy;
      this.adam = adam;
    }

    @Override
    protected Builder self() {
      return this;
    }

    /** The weight decay, 0 or more; coupled to the gradient for SGD, decoupled for AdamW. */
    @Override
    public Builder optWeightDecays(float weightDecay) {
      decay = Require.atLeast("weight decay", weightDecay, 0);
      return super.optWeightDecays(weightDecay);
    }

    /** The largest value of a gradient's element, in either direction; negative for none. */
    @Override
    public Builder optClipGrad(float limit) {
      clip = limit;
      return super.optClipGrad(limit);
    }

    /** The factor of every gradient; 1 where the loss is a mean, as DJL's losses are. */
    @Override
    public Builder setRescaleGrad(float factor) {
      rescale = factor;
      return super.setRescaleGrad(factor);
    }

    /** The step of the policy at which the first update stands, to go on with a training. */
    @Override
    public Builder optBeginNumUpdate(int step) {
      begin = Require.atLeast("first step", step, 0);
      return super.optBeginNumUpdate(step);
    }

    /** The optimizer. */
    public PolicyOptimizer build() {
      return new PolicyOptimizer(this);
    }
  }
}
