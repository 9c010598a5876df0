package dev.onecycle.schedule;

import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The 1cycle policy: the learning rate rises to its peak, falls as far, and is then annihilated;
 * the momentum is its mirror.
 *
 * <p>With T steps, annihilation share a, peak η, {@code p = floor(T(1−a)/2)}, {@code low =
 * η/divider} and {@code end = low/finalDivider}:
 *
 * <table>
 *   <caption>Values by step</caption>
 *   <tr><th>steps</th><th>learning rate</th><th>momentum</th></tr>
 *   <tr><td>0 … p</td><td>linear low → η, η exactly at p and nowhere else</td><td>high → low</td></tr>
 *   <tr><td>p … 2p</td><td>linear η → low</td><td>low → high</td></tr>
 *   <tr><td>2p … T−1</td><td>linear low → end, end exactly at the last step</td><td>high</td></tr>
 *   <tr><td>after T−1</td><td>end</td><td>high</td></tr>
 * </table>
 *
 * <p>With a = 0 it is a plain triangle: {@code p = floor((T−1)/2)}, low again at the last step and
 * not before. With an even number of steps the way down is a step longer than the way up.
 *
 * <p><i>Source:</i> S. Gugger, "The 1cycle policy" (2018), after L. N. Smith, "A disciplined
 * approach to neural network hyper-parameters: part 1" (2018, arXiv 1803.09820, sections 4.1 and
 * 4.3). <i>Deviation:</i> the end is reached at the last step, not one after it.
 *
 * <p>A value: made by {@link #of} and changed by its {@code with} methods.
 */
public final class OneCycle implements Policy {
  /** The sources' share: 13 of 95 epochs. */
  public static final double DEFAULT_ANNIHILATION = 13.0 / 95;

  public static final double DEFAULT_DIVIDER = 10;
  public static final double DEFAULT_FINAL_DIVIDER = 100;
  public static final double DEFAULT_MOMENTUM_HIGH = 0.95;
  public static final double DEFAULT_MOMENTUM_LOW = 0.85;

  private final Settings settings;

  private record Settings(
      long steps,
      double peak,
      double divider,
      double finalDivider,
      double annihilation,
      MomentumRange momentum) {
    Settings {
      Require.atLeast("steps", steps, 1);
      Require.positive("peak learning rate", peak);
      Require.atLeast("divider", divider, 1);
      Require.atLeast("final divider", finalDivider, 1);
      Require.inHalfOpen("annihilation", annihilation, 0, 1);
      if (annihilation == 0 && steps < 3) {
        throw Require.invalid(
            "steps",
            "at least 3 to start low, reach the peak and end low",
            steps,
            "train for more epochs, or with a smaller batch_size");
      }
      long peakStep = OneCycle.peakStep(steps, annihilation);
      boolean roomToAnnihilate = annihilation == 0 || 2 * peakStep < steps - 1;
      if (peakStep < 1 || !roomToAnnihilate) {
        throw Require.invalid(
            "steps",
            "enough to rise, fall and annihilate over a share of " + Numbers.brief(annihilation),
            steps,
            "train for more epochs, or with a smaller batch_size, or set annihilation to 0");
      }
    }
  }

  private OneCycle(Settings settings) {
    this.settings = settings;
  }

  /**
   * The policy of the sources: every other number by default.
   *
   * @param steps T, the optimizer updates of the run
   * @param peak η, the highest learning rate
   */
  public static OneCycle of(long steps, double peak) {
    return of(steps, peak, DEFAULT_ANNIHILATION);
  }

  /**
   * The policy with an annihilation share of its own; 0 fits a run of three steps.
   *
   * @param steps T, the optimizer updates of the run
   * @param peak η, the highest learning rate
   * @param annihilation a, the share of the steps in which the rate is annihilated, in [0, 1)
   */
  public static OneCycle of(long steps, double peak, double annihilation) {
    return new OneCycle(
        new Settings(
            steps,
            peak,
            DEFAULT_DIVIDER,
            DEFAULT_FINAL_DIVIDER,
            annihilation,
            MomentumRange.cycled(DEFAULT_MOMENTUM_HIGH, DEFAULT_MOMENTUM_LOW)));
  }

  /** The same cycle of another length. */
  public OneCycle withSteps(long value) {
    return new OneCycle(
        new Settings(value, peak(), divider(), finalDivider(), annihilation(), settings.momentum));
  }

  /** The same cycle with another peak, for a parameter group with a peak of its own. */
  public OneCycle withPeak(double value) {
    return new OneCycle(
        new Settings(steps(), value, divider(), finalDivider(), annihilation(), settings.momentum));
  }

  /**
   * The same cycle with other dividers.
   *
   * @param divider d, peak over starting rate, at least 1
   * @param finalDivider f, starting rate over final rate, at least 1
   */
  public OneCycle withDividers(double divider, double finalDivider) {
    return new OneCycle(
        new Settings(steps(), peak(), divider, finalDivider, annihilation(), settings.momentum));
  }

  /** The same cycle with another annihilation share, in [0, 1). */
  public OneCycle withAnnihilation(double share) {
    return new OneCycle(
        new Settings(steps(), peak(), divider(), finalDivider(), share, settings.momentum));
  }

  /**
   * The same cycle with another momentum.
   *
   * @param high momentum at low rates, in [0, 1)
   * @param low momentum at the peak, in [0, {@code high}]; equal to {@code high} it is constant
   */
  public OneCycle withMomentum(double high, double low) {
    return new OneCycle(
        new Settings(
            steps(),
            peak(),
            divider(),
            finalDivider(),
            annihilation(),
            MomentumRange.cycled(high, low)));
  }

  @Override
  public String name() {
    return "onecycle";
  }

  /** T, the optimizer updates of the run. */
  @Override
  public long steps() {
    return settings.steps;
  }

  /** η, the highest learning rate. */
  @Override
  public double peak() {
    return settings.peak;
  }

  /** d, peak over starting rate. */
  public double divider() {
    return settings.divider;
  }

  /** f, starting rate over final rate. */
  public double finalDivider() {
    return settings.finalDivider;
  }

  /** a, the share of the steps in which the rate is annihilated. */
  public double annihilation() {
    return settings.annihilation;
  }

  /** The momentum at low rates. */
  public double momentumHigh() {
    return settings.momentum.high();
  }

  /** The momentum at the peak. */
  public double momentumLow() {
    return settings.momentum.atPeak();
  }

  /** The rate of the first step. */
  public double low() {
    return peak() / divider();
  }

  /** The rate of the last step. */
  public double end() {
    return annihilation() == 0 ? low() : low() / finalDivider();
  }

  /** p, the step of the peak. */
  public long peakStep() {
    return peakStep(steps(), annihilation());
  }

  private static long peakStep(long steps, double annihilation) {
    if (annihilation == 0) {
      return (steps - 1) / 2;
    }
    // 9310 · (1 − 13/95) / 2 is 4018, and must stay so when the division rounds to 4017.999….
    return (long) Math.floor(steps * (1 - annihilation) / 2 + 1e-9);
  }

  /** The step at which the rate is low again. */
  private long lowStep() {
    return annihilation() == 0 ? steps() - 1 : 2 * peakStep();
  }

  @Override
  public Schedule learningRate() {
    long p = peakStep();
    return annihilation() == 0
        ? PiecewiseSchedule.through(Anneal.LINEAR, 0, low(), p, peak(), lowStep(), low())
        : PiecewiseSchedule.through(
            Anneal.LINEAR, 0, low(), p, peak(), lowStep(), low(), steps() - 1, end());
  }

  @Override
  public Schedule momentum() {
    return PiecewiseSchedule.through(
        Anneal.LINEAR, 0, momentumHigh(), peakStep(), momentumLow(), lowStep(), momentumHigh());
  }

  @Override
  public List<Phase> phases() {
    long p = peakStep();
    List<Phase> phases = new ArrayList<>();
    phases.add(new Phase("warm-up", 0, p));
    phases.add(new Phase("cool-down", p + 1, lowStep()));
    if (lowStep() < steps() - 1) {
      phases.add(new Phase("annihilation", lowStep() + 1, steps() - 1));
    }
    return List.copyOf(phases);
  }

  @Override
  public String describe() {
    String annihilated = annihilation() == 0 ? "" : " → " + Numbers.brief(end());
    return Numbers.format(
        "1cycle over %d steps: learning rate %s → %s at step %d → %s at step %d%s;"
            + " momentum %s → %s → %s",
        steps(),
        Numbers.brief(low()),
        Numbers.brief(peak()),
        peakStep(),
        Numbers.brief(low()),
        lowStep(),
        annihilated,
        Numbers.brief(momentumHigh()),
        Numbers.brief(momentumLow()),
        Numbers.brief(momentumHigh()));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof OneCycle cycle && settings.equals(cycle.settings);
  }

  @Override
  public int hashCode() {
    return settings.hashCode();
  }

  @Override
  public String toString() {
    return describe();
  }
}
