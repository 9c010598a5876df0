package dev.onecycle.schedule;

import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

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
 * <p>With a = 0 it is a plain triangle, which ends at low.
 *
 * <p><i>Source:</i> S. Gugger, "The 1cycle policy" (2018), after L. N. Smith, "A disciplined
 * approach to neural network hyper-parameters: part 1" (2018, arXiv 1803.09820, sections 4.1 and
 * 4.3). <i>Deviation:</i> the end is reached at the last step, not one after it.
 *
 * @param steps T, the optimizer updates of the run
 * @param peak η, the highest learning rate
 * @param divider d, peak over starting rate, at least 1
 * @param finalDivider f, starting rate over final rate, at least 1
 * @param annihilation a, the share of the steps in which the rate is annihilated, in [0, 1)
 * @param momentumHigh momentum at low rates, in [0, 1)
 * @param momentumLow momentum at the peak, in [0, 1)
 */
public record OneCycle(
    long steps,
    double peak,
    double divider,
    double finalDivider,
    double annihilation,
    double momentumHigh,
    double momentumLow)
    implements Policy {
  /** The sources' share: 13 of 95 epochs. */
  public static final double DEFAULT_ANNIHILATION = 13.0 / 95;

  public static final double DEFAULT_DIVIDER = 10;
  public static final double DEFAULT_FINAL_DIVIDER = 100;
  public static final double DEFAULT_MOMENTUM_HIGH = 0.95;
  public static final double DEFAULT_MOMENTUM_LOW = 0.85;

  public OneCycle {
    Require.atLeast("steps", steps, 1);
    Require.positive("peak learning rate", peak);
    Require.atLeast("divider", divider, 1);
    Require.atLeast("final divider", finalDivider, 1);
    Require.inHalfOpen("annihilation", annihilation, 0, 1);
    Require.inHalfOpen("high momentum", momentumHigh, 0, 1);
    Require.inHalfOpen("low momentum", momentumLow, 0, 1);
    long peakStep = peakStep(steps, annihilation);
    boolean roomToAnnihilate = annihilation == 0 || 2 * peakStep < steps - 1;
    if (peakStep < 1 || !roomToAnnihilate) {
      throw Require.invalid(
          "steps",
          "enough to rise, fall and annihilate over a share of " + Numbers.brief(annihilation),
          steps,
          "train for more epochs, or set a smaller batch size or annihilation 0");
    }
  }

  /** The policy of the sources: every other number by default. */
  public static OneCycle of(long steps, double peak) {
    return new OneCycle(
        steps,
        peak,
        DEFAULT_DIVIDER,
        DEFAULT_FINAL_DIVIDER,
        DEFAULT_ANNIHILATION,
        DEFAULT_MOMENTUM_HIGH,
        DEFAULT_MOMENTUM_LOW);
  }

  /** The same cycle, of another length. */
  public OneCycle withSteps(long newSteps) {
    return new OneCycle(
        newSteps, peak, divider, finalDivider, annihilation, momentumHigh, momentumLow);
  }

  /** The same cycle, up to another rate: what a parameter group with a peak of its own follows. */
  public OneCycle withPeak(double newPeak) {
    return new OneCycle(
        steps, newPeak, divider, finalDivider, annihilation, momentumHigh, momentumLow);
  }

  /** The same cycle with other dividers. */
  public OneCycle withDividers(double newDivider, double newFinalDivider) {
    return new OneCycle(
        steps, peak, newDivider, newFinalDivider, annihilation, momentumHigh, momentumLow);
  }

  /** The same cycle with another annihilation share. */
  public OneCycle withAnnihilation(double share) {
    return new OneCycle(steps, peak, divider, finalDivider, share, momentumHigh, momentumLow);
  }

  /** The same cycle with another momentum; equal values hold it constant. */
  public OneCycle withMomentum(double high, double low) {
    return new OneCycle(steps, peak, divider, finalDivider, annihilation, high, low);
  }

  @Override
  public String name() {
    return "onecycle";
  }

  /** The rate of the first step. */
  public double low() {
    return peak / divider;
  }

  /** The rate of the last step. */
  public double end() {
    return annihilation == 0 ? low() : low() / finalDivider;
  }

  /** p, the step at which the rate is at its peak. */
  public long peakStep() {
    return peakStep(steps, annihilation);
  }

  private static long peakStep(long steps, double annihilation) {
    // 9310 · (1 − 13/95) / 2 is 4018, and must stay so when the division rounds to 4017.999….
    return (long) Math.floor(steps * (1 - annihilation) / 2 + 1e-9);
  }

  @Override
  public Schedule learningRate() {
    long p = peakStep();
    return annihilation == 0
        ? PiecewiseSchedule.through(Anneal.LINEAR, 0, low(), p, peak, 2 * p, low())
        : PiecewiseSchedule.through(
            Anneal.LINEAR, 0, low(), p, peak, 2 * p, low(), steps - 1, end());
  }

  @Override
  public Schedule momentum() {
    long p = peakStep();
    return PiecewiseSchedule.through(
        Anneal.LINEAR, 0, momentumHigh, p, momentumLow, 2 * p, momentumHigh);
  }

  @Override
  public List<Phase> phases() {
    long p = peakStep();
    List<Phase> phases = new ArrayList<>();
    phases.add(new Phase("warm-up", 0, p));
    phases.add(new Phase("cool-down", p + 1, Math.min(2 * p, steps - 1)));
    if (2 * p < steps - 1) {
      phases.add(new Phase(annihilation == 0 ? "end" : "annihilation", 2 * p + 1, steps - 1));
    }
    return List.copyOf(phases);
  }

  @Override
  public String describe() {
    return String.format(
        Locale.ROOT,
        "1cycle over %d steps: learning rate %s → %s at step %d → %s at step %d → %s;"
            + " momentum %s → %s → %s",
        steps,
        Numbers.brief(low()),
        Numbers.brief(peak),
        peakStep(),
        Numbers.brief(low()),
        2 * peakStep(),
        Numbers.brief(end()),
        Numbers.brief(momentumHigh),
        Numbers.brief(momentumLow),
        Numbers.brief(momentumHigh));
  }
}
