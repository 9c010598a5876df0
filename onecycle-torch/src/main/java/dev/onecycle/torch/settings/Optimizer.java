package dev.onecycle.torch.settings;

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

  /**
   * Muon: convolutions move by their momentum made orthogonal, all else as by {@link Sgd} with
   * Nesterov's momentum and decoupled decay.
   *
   * <p>The weight of a convolution, [out, in, kernel, kernel], is taken as a matrix of out rows.
   * With u the gradient plus the momentum times the velocity, it moves by {@code −lr·matrixRate·O},
   * where O is u with all its singular values brought near 1, so that no direction is left behind
   * for having a small gradient. The policy's rate is thus that of the other weights, on the scale
   * of SGD's.
   *
   * <p><i>Source:</i> K. Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural
   * networks". <i>Deviation:</i> three iterations unless told otherwise, as in K. Jordan's
   * airbench; a matrix of more rows than columns takes no longer step.
   *
   * @param matrixRate learning rate of convolutions over that of the other weights; default 0.12
   * @param iterations of Newton and Schulz, which bring the singular values near 1; default 3
   */
  record Muon(double matrixRate, int iterations) implements Optimizer {
    public Muon {
      Require.positive("matrix rate", matrixRate);
      Require.atLeast("iterations", iterations, 1);
    }

    @Override
    public String name() {
      return "muon";
    }
  }

  /** The rule in a few words for people, with whatever else it depends on. */
  default String describe() {
    if (this instanceof Sgd sgd) {
      return name() + (sgd.decoupledDecay() ? ", decoupled decay" : "");
    }
    if (this instanceof Muon muon) {
      return name()
          + ", matrix rate "
          + Numbers.exact(muon.matrixRate())
          + ", iterations "
          + muon.iterations();
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

  /** Muon with the better of two rates of convolutions that were tried for {@code fast}. */
  static Optimizer muon() {
    return new Muon(0.12, 3);
  }

  /** AdamW with PyTorch's defaults. */
  static Optimizer adamW() {
    return new AdamW(0.999, 1e-8);
  }
}
