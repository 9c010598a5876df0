package dev.onecycle.schedule;

import static dev.onecycle.schedule.PolicyChoice.Parameter.ANNIHILATION;
import static dev.onecycle.schedule.PolicyChoice.Parameter.DIVIDER;
import static dev.onecycle.schedule.PolicyChoice.Parameter.FINAL_DIVIDER;
import static dev.onecycle.schedule.PolicyChoice.Parameter.WARMUP_SHARE;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;
import java.math.BigDecimal;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * The choice of a policy before its length and peak are known.
 *
 * <p>A value, begun by {@link #of} and changed by its {@code with} methods, which refuse a
 * parameter that the policy does not have:
 *
 * <pre>{@code
 * PolicyChoice choice = PolicyChoice.of(Kind.PYTORCH).withWarmupShare(0.4).withAnneal(LINEAR);
 * Policy policy = choice.over(9310, 0.8);
 * }</pre>
 */
public final class PolicyChoice {
  /** A parameter of a policy that is a number. */
  public enum Parameter {
    /** Share of the steps in which the rate rises. */
    WARMUP_SHARE,
    /** Peak rate over first rate. */
    DIVIDER,
    /** First rate over last rate; for {@link Kind#FASTAI2} peak rate over last rate. */
    FINAL_DIVIDER,
    /** Share of the steps in which the rate is annihilated. */
    ANNIHILATION;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  /** The policies by name, with the defaults of the parameters that each has. */
  public enum Kind {
    /** {@link OneCycle}. */
    ONECYCLE(
        MomentumRange.cycled(OneCycle.DEFAULT_MOMENTUM_HIGH, OneCycle.DEFAULT_MOMENTUM_LOW),
        null,
        Map.of(
            DIVIDER, OneCycle.DEFAULT_DIVIDER,
            FINAL_DIVIDER, OneCycle.DEFAULT_FINAL_DIVIDER,
            ANNIHILATION, OneCycle.DEFAULT_ANNIHILATION)),
    /** {@link CompatibilityPolicies#seed}: the sources' notebook. */
    SEED(MomentumRange.cycled(0.95, 0.85), null, Map.of(DIVIDER, 10.0, ANNIHILATION, 13.68 / 100)),
    /** {@link CompatibilityPolicies#pytorch} in two phases, PyTorch's default. */
    PYTORCH(
        MomentumRange.cycled(0.95, 0.85),
        Anneal.COS,
        Map.of(WARMUP_SHARE, 0.3, DIVIDER, 25.0, FINAL_DIVIDER, 1e4)),
    /** {@link CompatibilityPolicies#pytorch} in three phases. */
    PYTORCH3(PYTORCH.momentum, PYTORCH.anneal, PYTORCH.numbers),
    /** {@link CompatibilityPolicies#fastai2}. */
    FASTAI2(
        MomentumRange.cycled(0.95, 0.85, 0.95),
        null,
        Map.of(WARMUP_SHARE, 0.25, DIVIDER, 25.0, FINAL_DIVIDER, 1e5)),
    /** {@link BaselinePolicies#constant}. */
    CONSTANT(MomentumRange.constant(0.9), null, Map.of()),
    /** {@link BaselinePolicies#stepDecay}: a tenth at 1/2 and 3/4 of the run. */
    STEP(MomentumRange.constant(0.9), null, Map.of()),
    /** {@link BaselinePolicies#cosine}. */
    COSINE(MomentumRange.constant(0.9), null, Map.of(WARMUP_SHARE, 0.05)),
    /** {@link BaselinePolicies#triangular}: two cycles from peak/divider up. */
    TRIANGULAR(MomentumRange.constant(0.9), null, Map.of(DIVIDER, 10.0));

    private final MomentumRange momentum;
    private final @Nullable Anneal anneal;
    private final Map<Parameter, Double> numbers;

    Kind(MomentumRange momentum, @Nullable Anneal anneal, Map<Parameter, Double> numbers) {
      this.momentum = momentum;
      this.anneal = anneal;
      this.numbers = numbers;
    }

    /** The default of a number; empty where the policy has no such number. */
    public OptionalDouble standard(Parameter parameter) {
      Double value = numbers.get(parameter);
      return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    /** The default curve between rates; empty where the policy has one curve alone. */
    public Optional<Anneal> anneal() {
      return Optional.ofNullable(anneal);
    }

    /** The default momentum: as many values as the policy takes. */
    public MomentumRange momentum() {
      return momentum;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A length of run, a prime, at which every choice of numbers in range makes a policy. */
  private static final long LONG_RUN = 1_000_000_000_039L;

  private final Kind kind;
  private final Map<Parameter, Double> numbers;
  private final @Nullable Anneal anneal;
  private final @Nullable MomentumRange momentum;

  private PolicyChoice(
      Kind kind,
      Map<Parameter, Double> numbers,
      @Nullable Anneal anneal,
      @Nullable MomentumRange momentum) {
    this.kind = kind;
    this.numbers = numbers;
    this.anneal = anneal;
    this.momentum = momentum;
    over(LONG_RUN, 1);
  }

  /** The 1cycle policy with every default. */
  public static PolicyChoice oneCycle() {
    return of(Kind.ONECYCLE);
  }

  /** A policy with every default. */
  public static PolicyChoice of(Kind kind) {
    return new PolicyChoice(kind, Map.of(), null, null);
  }

  /** The same choice with another share of steps in which the rate rises, in [0, 1]. */
  public PolicyChoice withWarmupShare(double share) {
    return with(WARMUP_SHARE, share);
  }

  /** The same choice with another curve between rates: PyTorch's {@code anneal_strategy}. */
  public PolicyChoice withAnneal(Anneal curve) {
    if (kind.anneal == null) {
      throw unknown("anneal", curve);
    }
    return new PolicyChoice(kind, numbers, curve, momentum);
  }

  /** The same choice with another peak rate over first rate. */
  public PolicyChoice withDivider(double divider) {
    return with(DIVIDER, divider);
  }

  /** The same choice with another first rate (fastai2: peak rate) over last rate. */
  public PolicyChoice withFinalDivider(double divider) {
    return with(FINAL_DIVIDER, divider);
  }

  /** The same choice with another share of steps in which the rate is annihilated, in [0, 1). */
  public PolicyChoice withAnnihilation(double share) {
    return with(ANNIHILATION, share);
  }

  /** The same choice with another value of a number that the policy has. */
  public PolicyChoice with(Parameter parameter, double value) {
    if (kind.standard(parameter).isEmpty()) {
      throw unknown(parameter.toString(), value);
    }
    Map<Parameter, Double> more = new EnumMap<>(Parameter.class);
    more.putAll(numbers);
    more.put(parameter, value);
    return new PolicyChoice(kind, more, anneal, momentum);
  }

  private InvalidValueException unknown(String name, Object value) {
    return Require.invalid(name, "left out with the policy " + kind + ", which has none,", value);
  }

  /** The same choice with another momentum; one value holds it constant. */
  public PolicyChoice withMomentum(MomentumRange range) {
    if (range.low().isPresent() && kind.momentum.low().isEmpty()) {
      throw Require.invalid(
          "momentum",
          "one value with the policy " + kind + ", which does not cycle it,",
          range.toText());
    }
    if (range.end().isPresent() && kind.momentum.end().isEmpty()) {
      throw Require.invalid(
          "momentum",
          "one or two values with the policy " + kind + ", which ends at the first,",
          range.toText());
    }
    return new PolicyChoice(kind, numbers, anneal, range);
  }

  /** The policy. */
  public Kind kind() {
    return kind;
  }

  /** The value of a number, given or by default; empty where the policy has no such number. */
  public OptionalDouble value(Parameter parameter) {
    Double given = numbers.get(parameter);
    return given == null ? kind.standard(parameter) : OptionalDouble.of(given);
  }

  /** The curve between rates, given or by default; empty where the policy has one curve alone. */
  public Optional<Anneal> anneal() {
    return anneal == null ? kind.anneal() : Optional.of(anneal);
  }

  /** The momentum, given or by default. */
  public MomentumRange momentum() {
    return momentum == null ? kind.momentum : momentum;
  }

  /** The momentum at the peak rate, at which the range test must run. */
  public double momentumAtPeak() {
    return momentum().atPeak();
  }

  /** The fewest steps that the policy can have, of those from a number on. */
  public long fewestSteps(long from) {
    long steps = from;
    while (steps < LONG_RUN && !hasRoomIn(steps)) {
      steps++;
    }
    return steps;
  }

  /** Whether the policy can have so many steps. */
  public boolean hasRoomIn(long steps) {
    try {
      Policy unused = over(steps, 1);
      return true;
    } catch (InvalidValueException e) {
      return false; // its number alone is in question: the choice was checked when it was made
    }
  }

  /** The nearest number to a share as it is written: 7.2 of 0.072, whose product has 7.199…. */
  private static double percent(double share) {
    return new BigDecimal(Double.toString(share)).movePointRight(2).doubleValue();
  }

  /**
   * The policy over a number of optimizer steps, up to a peak rate.
   *
   * @throws InvalidValueException where the steps are too few for it
   */
  public Policy over(long steps, double peak) {
    double high = momentum().high();
    double low = momentum().atPeak();
    return switch (kind) {
      case ONECYCLE ->
          OneCycle.of(steps, peak, number(ANNIHILATION))
              .withDividers(number(DIVIDER), number(FINAL_DIVIDER))
              .withMomentum(high, low);
      case SEED ->
          CompatibilityPolicies.seed(
              steps, peak, number(DIVIDER), percent(number(ANNIHILATION)), high, low);
      case PYTORCH, PYTORCH3 ->
          CompatibilityPolicies.pytorch(
              steps,
              peak,
              number(WARMUP_SHARE),
              anneal().orElseThrow(),
              kind == Kind.PYTORCH3,
              number(DIVIDER),
              number(FINAL_DIVIDER),
              high,
              low);
      case FASTAI2 ->
          CompatibilityPolicies.fastai2(
              steps,
              peak,
              number(WARMUP_SHARE),
              number(DIVIDER),
              number(FINAL_DIVIDER),
              high,
              low,
              momentum().atEnd());
      case CONSTANT -> BaselinePolicies.constant(steps, peak, high);
      case STEP -> BaselinePolicies.stepDecay(steps, peak, high, List.of(0.5, 0.75), 0.1);
      case COSINE -> BaselinePolicies.cosine(steps, peak, high, number(WARMUP_SHARE));
      case TRIANGULAR ->
          BaselinePolicies.triangular(
              steps, peak / number(DIVIDER), peak, Math.max(1, steps / 4), high);
    };
  }

  private double number(Parameter parameter) {
    return value(parameter).orElseThrow();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PolicyChoice choice
        && kind == choice.kind
        && numbers.equals(choice.numbers)
        && Objects.equals(anneal, choice.anneal)
        && Objects.equals(momentum, choice.momentum);
  }

  @Override
  public int hashCode() {
    return Objects.hash(kind, numbers, anneal, momentum);
  }

  /** The policy with the values that were given. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(kind.toString());
    numbers.forEach(
        (parameter, value) ->
            text.append(", ").append(parameter).append(' ').append(Numbers.exact(value)));
    if (anneal != null) {
      text.append(", anneal ").append(anneal);
    }
    if (momentum != null) {
      text.append(", momentum ").append(momentum.toText());
    }
    return text.toString();
  }
}
