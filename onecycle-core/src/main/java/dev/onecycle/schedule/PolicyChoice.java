package dev.onecycle.schedule;

import dev.onecycle.error.Require;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The choice of a policy before its length and peak are known.
 *
 * @param kind of policy
 * @param divider peak over starting rate; empty for the kind's default
 * @param finalDivider starting rate over final rate; empty for the kind's default
 * @param annihilation share of the steps in which the rate is annihilated; empty for the default
 * @param momentumHigh momentum at low rates, or throughout; empty for the kind's default
 * @param momentumLow momentum at the peak; empty for {@code momentumHigh} where that is given
 */
public record PolicyChoice(
    Kind kind,
    OptionalDouble divider,
    OptionalDouble finalDivider,
    OptionalDouble annihilation,
    OptionalDouble momentumHigh,
    OptionalDouble momentumLow) {
  /** The policies by name. */
  public enum Kind {
    /** {@link OneCycle}. */
    ONECYCLE,
    /** {@link CompatibilityPolicies#seed}: the sources' notebook. */
    SEED,
    /** {@link CompatibilityPolicies#pytorch}, two phases, cosine: PyTorch's default. */
    PYTORCH,
    /** {@link CompatibilityPolicies#pytorch}, three phases, linear. */
    PYTORCH3,
    /** {@link CompatibilityPolicies#fastai2}. */
    FASTAI2,
    /** {@link BaselinePolicies#constant}. */
    CONSTANT,
    /** {@link BaselinePolicies#stepDecay}: a tenth at 1/2 and 3/4 of the run. */
    STEP,
    /** {@link BaselinePolicies#cosine}, with a warm-up over a twentieth of the run. */
    COSINE,
    /** {@link BaselinePolicies#triangular}: two cycles from peak/divider up. */
    TRIANGULAR;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final Set<Kind> WITH_DIVIDER =
      Set.of(Kind.ONECYCLE, Kind.SEED, Kind.PYTORCH, Kind.PYTORCH3, Kind.TRIANGULAR);
  private static final Set<Kind> WITH_FINAL_DIVIDER =
      Set.of(Kind.ONECYCLE, Kind.PYTORCH, Kind.PYTORCH3);
  private static final Set<Kind> WITH_ANNIHILATION =
      Set.of(Kind.ONECYCLE, Kind.SEED, Kind.PYTORCH3);
  private static final Set<Kind> WITH_CYCLED_MOMENTUM =
      Set.of(Kind.ONECYCLE, Kind.SEED, Kind.PYTORCH, Kind.PYTORCH3);

  public PolicyChoice {
    requireKnown(kind, "divider", divider, WITH_DIVIDER);
    requireKnown(kind, "final divider", finalDivider, WITH_FINAL_DIVIDER);
    requireKnown(kind, "annihilation", annihilation, WITH_ANNIHILATION);
    requireKnown(kind, "low momentum", momentumLow, WITH_CYCLED_MOMENTUM);
    if (kind == Kind.FASTAI2 && momentumHigh.isPresent()) {
      requireKnown(kind, "momentum", momentumHigh, WITH_CYCLED_MOMENTUM);
    }
  }

  private static void requireKnown(
      Kind kind, String setting, OptionalDouble value, Set<Kind> with) {
    if (value.isPresent() && !with.contains(kind)) {
      throw Require.invalid(
          setting, "left out with the policy " + kind + ", which has none,", value.getAsDouble());
    }
  }

  /** The 1cycle policy with every default. */
  public static PolicyChoice oneCycle() {
    return of(Kind.ONECYCLE);
  }

  /** A policy with every default. */
  public static PolicyChoice of(Kind kind) {
    OptionalDouble none = OptionalDouble.empty();
    return new PolicyChoice(kind, none, none, none, none, none);
  }

  /** The same choice, its momentum held at one value. */
  public PolicyChoice withMomentum(double constant) {
    return new PolicyChoice(
        kind,
        divider,
        finalDivider,
        annihilation,
        OptionalDouble.of(constant),
        OptionalDouble.empty());
  }

  /** The momentum at the peak rate, at which the range test must run. */
  public double momentumAtPeak() {
    return WITH_CYCLED_MOMENTUM.contains(kind) || kind == Kind.FASTAI2
        ? momentumLow.orElse(momentumHigh.orElse(OneCycle.DEFAULT_MOMENTUM_LOW))
        : momentumHigh.orElse(0.9);
  }

  /** The policy over a number of optimizer steps, up to a peak rate. */
  public Policy over(long steps, double peak) {
    double high = momentumHigh.orElse(OneCycle.DEFAULT_MOMENTUM_HIGH);
    double low = momentumAtPeak();
    double share = annihilation.orElse(OneCycle.DEFAULT_ANNIHILATION);
    return switch (kind) {
      case ONECYCLE ->
          OneCycle.of(steps, peak, share)
              .withDividers(
                  divider.orElse(OneCycle.DEFAULT_DIVIDER),
                  finalDivider.orElse(OneCycle.DEFAULT_FINAL_DIVIDER))
              .withMomentum(high, low);
      case SEED ->
          CompatibilityPolicies.seed(
              steps,
              peak,
              divider.orElse(10),
              annihilation.isPresent() ? 100 * share : 13.68,
              high,
              low);
      case PYTORCH ->
          CompatibilityPolicies.pytorch(
              steps,
              peak,
              0.3,
              Anneal.COSINE,
              false,
              divider.orElse(25),
              finalDivider.orElse(1e4),
              high,
              low);
      case PYTORCH3 ->
          CompatibilityPolicies.pytorch(
              steps,
              peak,
              (1 - share) / 2,
              Anneal.LINEAR,
              true,
              divider.orElse(10),
              finalDivider.orElse(100),
              high,
              low);
      case FASTAI2 -> CompatibilityPolicies.fastai2(steps, peak);
      case CONSTANT -> BaselinePolicies.constant(steps, peak, low);
      case STEP -> BaselinePolicies.stepDecay(steps, peak, low, List.of(0.5, 0.75), 0.1);
      case COSINE -> BaselinePolicies.cosine(steps, peak, low, 0.05);
      case TRIANGULAR ->
          BaselinePolicies.triangular(
              steps, peak / divider.orElse(10), peak, Math.max(1, steps / 4), low);
    };
  }
}
