package dev.onecycle.torch.train;

import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;

/** The rule by which a step's gradient moves the weights, as a value. */
public sealed interface Optimizer {
  /** The name by which run records call it. */
  String name();

  /**
   * Stochastic gradient descent with momentum m: {@code v ← m·v + g; w ← w − lr·v}.
   *
   * <p>As PyTorch's SGD without dampening, where the rate multiplies the velocity, not the
   * gradient. <i>Source:</i> Sutskever et al. 2013 for Nesterov's momentum, {@code w ← w − lr·(g +
   * m·v)}.
   *
   * @param nesterov whether to look ahead along the velocity
   * @param decoupledDecay whether weight decay shrinks the weights directly, {@code w ← (1 −
   *     lr·decay)·w} (Loshchilov and Hutter 2017, arXiv 1711.05101); otherwise it is added to the
   *     gradient as in the sources
   */
  record Sgd(boolean nesterov, boolean decoupledDecay) implements Optimizer {
    @Override
    public String name() {
      return nesterov ? "sgd-nesterov" : "sgd";
    }
  }

  /**
   * Adam with decoupled weight decay; the policy's momentum is its β1.
   *
   * <p><i>Source:</i> Loshchilov and Hutter 2017 (arXiv 1711.05101). As in PyTorch, the bias of the
   * first moment is corrected by the β1 of the moment.
   *
   * @param beta2 decay of the second moment, in [0, 1); default 0.999
   * @param epsilon added to the root of the second moment; default 1e-8
   */
  record AdamW(double beta2, double epsilon) implements Optimizer {
    public AdamW {
      Require.inHalfOpen("beta2", beta2, 0, 1);
      Require.positive("epsilon", epsilon);
    }

    @Override
    public String name() {
      return "adamw";
    }
  }

  /** The rule in a few words for people, with whatever else it depends on. */
  default String describe() {
    if (this instanceof Sgd sgd) {
      return name() + (sgd.decoupledDecay() ? ", decoupled decay" : "");
    }
    AdamW adamW = (AdamW) this;
    return name()
        + ", beta2 "
        + Numbers.exact(adamW.beta2())
        + ", epsilon "
        + Numbers.exact(adamW.epsilon());
  }

  /** Plain SGD with momentum, decay added to the gradient: the sources' optimizer. */
  static Optimizer sgd() {
    return new Sgd(false, false);
  }

  /** AdamW with PyTorch's defaults. */
  static Optimizer adamW() {
    return new AdamW(0.999, 1e-8);
  }
}
