package dev.onecycle.dl4j;

import dev.onecycle.error.Require;
import dev.onecycle.schedule.Anneal;
import dev.onecycle.schedule.MomentumRange;
import dev.onecycle.schedule.Policy;
import dev.onecycle.schedule.PolicyChoice;
import dev.onecycle.schedule.Schedule;
import java.io.Serial;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonAutoDetect;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonInclude;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The learning rate or the momentum of a policy, as a schedule of Deeplearning4j.
 *
 * <p>A pair for {@code Nesterovs} follows the 1cycle policy:
 *
 * <pre>{@code
 * new Nesterovs(
 *     PolicySchedule.learningRate(PolicyChoice.oneCycle(), steps, 0.4),
 *     PolicySchedule.momentum(PolicyChoice.oneCycle(), steps, 0.4))
 * }</pre>
 *
 * <p>The value of an iteration is the policy's at that step, whatever the epoch; from the last step
 * on it stays. A value: written and read with the configuration of a network, in JSON, YAML and by
 * Java's serialization.
 */
@JsonAutoDetect(
    fieldVisibility = JsonAutoDetect.Visibility.ANY,
    getterVisibility = JsonAutoDetect.Visibility.NONE,
    isGetterVisibility = JsonAutoDetect.Visibility.NONE)
@JsonInclude(JsonInclude.Include.NON_NULL)
public final class PolicySchedule implements ISchedule {
  @Serial private static final long serialVersionUID = 1;

  /** The two values that a policy has at each step. */
  private enum Quantity {
    LEARNING_RATE,
    MOMENTUM
  }

  private final Quantity quantity;
  private final PolicyChoice.Kind policy;
  private final EnumMap<PolicyChoice.Parameter, Double> numbers;
  private final @Nullable Anneal anneal;
  private final String momentum;
  private final long steps;
  private final double peak;
  private transient @Nullable Schedule schedule;

  @JsonCreator
  private PolicySchedule(
      @JsonProperty(value = "quantity", required = true) Quantity quantity,
      @JsonProperty(value = "policy", required = true) PolicyChoice.Kind policy,
      @JsonProperty(value = "numbers", required = true) Map<PolicyChoice.Parameter, Double> numbers,
      @JsonProperty("anneal") @Nullable Anneal anneal,
      @JsonProperty(value = "momentum", required = true) String momentum,
      @JsonProperty(value = "steps", required = true) long steps,
      @JsonProperty(value = "peak", required = true) double peak) {
    this.quantity = quantity;
    this.policy = policy;
    this.numbers = new EnumMap<>(PolicyChoice.Parameter.class);
    this.numbers.putAll(numbers);
    this.anneal = anneal;
    this.momentum = momentum;
    this.steps = steps;
    this.peak = peak;
    schedule = schedule();
  }

  /**
   * The learning rate of a policy.
   *
   * @param steps the iterations of the training: epochs times batches
   * @param peak the highest learning rate
   * @throws dev.onecycle.error.InvalidValueException where the steps are too few for the policy
   */
  public static PolicySchedule learningRate(PolicyChoice choice, long steps, double peak) {
    return of(Quantity.LEARNING_RATE, choice, steps, peak);
  }

  /** The momentum of a policy; as {@link #learningRate}. */
  public static PolicySchedule momentum(PolicyChoice choice, long steps, double peak) {
    return of(Quantity.MOMENTUM, choice, steps, peak);
  }

  private static PolicySchedule of(
      Quantity quantity, PolicyChoice choice, long steps, double peak) {
    EnumMap<PolicyChoice.Parameter, Double> numbers = new EnumMap<>(PolicyChoice.Parameter.class);
    for (PolicyChoice.Parameter parameter : PolicyChoice.Parameter.values()) {
      choice.value(parameter).ifPresent(value -> numbers.put(parameter, value));
    }
    return new PolicySchedule(
        quantity,
        choice.kind(),
        numbers,
        choice.anneal().orElse(null),
        choice.momentum().toText(),
        steps,
        peak);
  }

  /** The policy whose values these are. */
  public Policy policy() {
    PolicyChoice choice =
        PolicyChoice.of(policy).withMomentum(MomentumRange.parse("momentum", momentum));
    for (Map.Entry<PolicyChoice.Parameter, Double> number : numbers.entrySet()) {
      choice = choice.with(number.getKey(), number.getValue());
    }
    if (anneal != null) {
      choice = choice.withAnneal(anneal);
    }
    return choice.over(steps, peak);
  }

  private Schedule schedule() {
    return quantity == Quantity.LEARNING_RATE ? policy().learningRate() : policy().momentum();
  }

  /**
   * The value of a step.
   *
   * @param iteration zero-based, counted over all epochs
   * @param epoch not used
   */
  @Override
  public double valueAt(int iteration, int epoch) {
    Require.atLeast("iteration", iteration, 0);
    Schedule known = schedule;
    if (known == null) {
      // Java's serialization makes a value without its schedule.
      known = schedule();
      schedule = known;
    }
    return known.at(iteration);
  }

  /** This value, which never changes. */
  @Override
  @SuppressWarnings("MethodDoesntCallSuperMethod")
  public PolicySchedule clone() {
    return this;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PolicySchedule same
        && quantity == same.quantity
        && policy == same.policy
        && numbers.equals(same.numbers)
        && anneal == same.anneal
        && momentum.equals(same.momentum)
        && steps == same.steps
        && peak == same.peak;
  }

  @Override
  public int hashCode() {
    return Objects.hash(quantity, policy, numbers, anneal, momentum, steps, peak);
  }

  @Override
  public String toString() {
    return quantity.name().toLowerCase(Locale.ROOT).replace('_', ' ')
        + " of "
        + policy().describe();
  }
}
