package dev.onecycle.torch.settings;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;

/** The rule that updates weights from their gradients, as a value. */
public sealed interface Optimizer {
  /** The name that run records and people use. */
  String name();

  /** The rule in a few words for people, with all of its numbers; equal rules have equal texts. */
  String describe();

  /**
   * The rule as names and plain values, such as {@code {type=adamw, beta2=0.999, epsilon=1e-8}}:
   * its form in JSON and YAML files. {@link #of} reads it.
   */
  Map<String, Object> toMap();

  /** The result of the function for this kind of rule. */
  <T> T match(Function<Sgd, T> sgd, Function<AdamW, T> adamW, Function<Muon, T> muon);

  /**
   * Whether a larger gradient makes a larger step. If not, scaling the gradients of some weights
   * does not scale their steps.
   */
  boolean followsGradientSize();

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

    @Override
    public String describe() {
      return name() + (decoupledDecay ? ", decoupled decay" : "");
    }

    @Override
    public Map<String, Object> toMap() {
      return map("sgd", "nesterov", nesterov, "decoupled_decay", decoupledDecay);
    }

    @Override
    public <T> T match(Function<Sgd, T> sgd, Function<AdamW, T> adamW, Function<Muon, T> muon) {
      return sgd.apply(this);
    }

    @Override
    public boolean followsGradientSize() {
      return true;
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
      Require.that(epsilon <= 1e6, "epsilon", "at most 1e6", epsilon, epsilon);
    }

    @Override
    public String name() {
      return "adamw";
    }

    @Override
    public String describe() {
      return name() + ", beta2 " + Numbers.exact(beta2) + ", epsilon " + Numbers.exact(epsilon);
    }

    @Override
    public Map<String, Object> toMap() {
      return map("adamw", "beta2", beta2, "epsilon", epsilon);
    }

    @Override
    public <T> T match(Function<Sgd, T> sgd, Function<AdamW, T> adamW, Function<Muon, T> muon) {
      return adamW.apply(this);
    }

    @Override
    public boolean followsGradientSize() {
      return false;
    }
  }

  /**
   * Muon: updates the weights of convolutions by their momentum made orthogonal, all other weights
   * as {@link Sgd} with Nesterov's momentum and decoupled decay.
   *
   * <p>The weight of a convolution, [out, in, kernel, kernel], is taken as a matrix of out rows.
   * With u the gradient plus the momentum times the velocity, its update is {@code
   * −lr·matrixRate·O}, where O is u with all its singular values brought near 1, so that a
   * direction with a small gradient is not left behind. The policy's rate is the rate of the other
   * weights, on the scale of SGD's.
   *
   * <p><i>Source:</i> K. Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural
   * networks". <i>Deviation:</i> three iterations by default, as in K. Jordan's airbench; a matrix
   * of more rows than columns takes no longer step.
   *
   * @param matrixRate learning rate of convolutions, divided by the rate of the other weights;
   *     default 0.12
   * @param iterations of Newton and Schulz, which bring the singular values near 1; default 3
   */
  record Muon(double matrixRate, int iterations) implements Optimizer {
    public Muon {
      Require.positive("matrix rate", matrixRate);
      Require.that(matrixRate <= 1e6, "matrix rate", "at most 1e6", matrixRate, matrixRate);
      Require.atLeast("iterations", iterations, 1);
    }

    @Override
    public String name() {
      return "muon";
    }

    @Override
    public String describe() {
      return name() + ", matrix rate " + Numbers.exact(matrixRate) + ", iterations " + iterations;
    }

    @Override
    public Map<String, Object> toMap() {
      return map("muon", "matrix_rate", matrixRate, "iterations", iterations);
    }

    @Override
    public <T> T match(Function<Sgd, T> sgd, Function<AdamW, T> adamW, Function<Muon, T> muon) {
      return muon.apply(this);
    }

    @Override
    public boolean followsGradientSize() {
      return true;
    }
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

  /**
   * The rule that {@link #toMap} gave; the entries may be in any order, and numbers of any type.
   *
   * @throws InvalidValueException naming the entry that is missing, unknown or out of range
   */
  static Optimizer of(Map<String, ?> map) {
    Object type = map.get("type");
    return switch (String.valueOf(type)) {
      case "sgd" -> {
        requireKeys(map, "type", "nesterov", "decoupled_decay");
        yield new Sgd(yesOrNo(map, "nesterov"), yesOrNo(map, "decoupled_decay"));
      }
      case "adamw" -> {
        requireKeys(map, "type", "beta2", "epsilon");
        yield new AdamW(number(map, "beta2"), number(map, "epsilon"));
      }
      case "muon" -> {
        requireKeys(map, "type", "matrix_rate", "iterations");
        double iterations = number(map, "iterations");
        Require.that(
            iterations == (int) iterations, "iterations", "a whole number", iterations, iterations);
        yield new Muon(number(map, "matrix_rate"), (int) iterations);
      }
      default ->
          throw Require.invalid("optimizer type", "one of sgd, adamw, muon", String.valueOf(type));
    };
  }

  private static Map<String, Object> map(
      String type, String first, Object firstValue, String second, Object secondValue) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("type", type);
    map.put(first, firstValue);
    map.put(second, secondValue);
    return map;
  }

  private static void requireKeys(Map<String, ?> map, String... keys) {
    TreeSet<String> expected = new TreeSet<>(List.of(keys));
    Require.that(
        map.keySet().equals(expected),
        "entries of an optimizer of type " + map.get("type"),
        String.join(", ", expected),
        String.join(", ", new TreeSet<>(map.keySet())),
        map);
  }

  private static boolean yesOrNo(Map<String, ?> map, String key) {
    if (map.get(key) instanceof Boolean value) {
      return value;
    }
    throw Require.invalid("optimizer's " + key, "true or false", String.valueOf(map.get(key)));
  }

  private static double number(Map<String, ?> map, String key) {
    if (map.get(key) instanceof Number value) {
      return value.doubleValue();
    }
    throw Require.invalid("optimizer's " + key, "a number", String.valueOf(map.get(key)));
  }
}
