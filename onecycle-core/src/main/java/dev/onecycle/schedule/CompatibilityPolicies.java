package dev.onecycle.schedule;

import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.List;

/**
 * One-cycle policies as other systems compute them, to reproduce their runs step by step.
 *
 * <p>Tests compare each with figures of the system itself. For new work use {@link OneCycle}.
 */
public final class CompatibilityPolicies {
  private static final List<String> PHASES = List.of("warm-up", "cool-down", "annihilation");

  private CompatibilityPolicies() {}

  /**
   * The schedule of the sources' notebook, fastai 0.7's {@code use_clr_beta=(div, pct, momHigh,
   * momLow)}: like {@link OneCycle}, but annihilation ends one step after the run, and the share is
   * a percentage.
   *
   * <p><i>Source:</i> fastai 0.7, {@code sgdr.py}, CircularLR_beta. <i>Deviation:</i> there the
   * momentum is read one step ahead of the rate; here both belong to the same step.
   *
   * @param steps the optimizer updates of the run
   * @param peak the highest learning rate
   * @param divider peak over starting rate
   * @param annihilationPercent share of the steps in which the rate is annihilated, in [0, 100)
   * @param momentumHigh momentum at low rates
   * @param momentumLow momentum at the peak
   */
  public static Policy seed(
      long steps,
      double peak,
      double divider,
      double annihilationPercent,
      double momentumHigh,
      double momentumLow) {
    Require.atLeast("steps", steps, 1);
    Require.positive("peak learning rate", peak);
    Require.atLeast("divider", divider, 1);
    Require.inHalfOpen("annihilation percent", annihilationPercent, 0, 100);
    Require.inHalfOpen("high momentum", momentumHigh, 0, 1);
    Require.inHalfOpen("low momentum", momentumLow, 0, 1);
    long p = (long) (steps * (1 - annihilationPercent / 100) / 2);
    Require.atLeast("steps before the peak", p, 1);
    double low = peak / divider;
    Schedule rate =
        2 * p == steps
            ? PiecewiseSchedule.through(Anneal.LINEAR, 0, low, p, peak, 2 * p, low)
            : PiecewiseSchedule.through(
                Anneal.LINEAR, 0, low, p, peak, 2 * p, low, steps, low / 100);
    return new NamedPolicy(
        "seed",
        steps,
        peak,
        rate,
        PiecewiseSchedule.through(
            Anneal.LINEAR, 0, momentumHigh, p, momentumLow, 2 * p, momentumHigh),
        phases(steps, p, 2 * p),
        Numbers.format(
            "1cycle as in fastai 0.7, use_clr_beta=(%s, %s, %s, %s), over %d steps, peak %s",
            Numbers.brief(divider),
            Numbers.brief(annihilationPercent),
            Numbers.brief(momentumHigh),
            Numbers.brief(momentumLow),
            steps,
            Numbers.brief(peak)));
  }

  /**
   * PyTorch's {@code OneCycleLR}: with two phases up and down to the end, with three up, down and
   * annihilated.
   *
   * <p>As there, the first phase ends at {@code warmupShare · steps − 1}, which may lie between two
   * steps, and before the first step or after the last one a phase has no steps.
   *
   * <p><i>Source:</i> {@code torch.optim.lr_scheduler.OneCycleLR}, 1.13 and later.
   * <i>Deviation:</i> after the last step it keeps the final value, where PyTorch extrapolates. A
   * warm-up share of one step of the run is refused: there PyTorch divides by zero.
   *
   * @param steps {@code total_steps}
   * @param peak {@code max_lr}
   * @param warmupShare {@code pct_start}, in [0, 1]
   * @param anneal {@code anneal_strategy}
   * @param threePhase {@code three_phase}
   * @param divider {@code div_factor}, peak over starting rate, positive
   * @param finalDivider {@code final_div_factor}, starting rate over final rate, positive
   * @param momentumHigh {@code max_momentum}
   * @param momentumLow {@code base_momentum}
   */
  public static Policy pytorch(
      long steps,
      double peak,
      double warmupShare,
      Anneal anneal,
      boolean threePhase,
      double divider,
      double finalDivider,
      double momentumHigh,
      double momentumLow) {
    Require.atLeast("steps", steps, 1);
    Require.positive("peak learning rate", peak);
    Require.inClosed("warmup share", warmupShare, 0, 1);
    double low = divided(peak, "divider", divider);
    double end = divided(low, "final divider", finalDivider);
    Require.inHalfOpen("high momentum", momentumHigh, 0, 1);
    Require.inHalfOpen("low momentum", momentumLow, 0, 1);
    double last = steps - 1;
    double top = warmupShare * steps - 1;
    double bottom = 2 * top;
    if (top == 0) {
      throw Require.invalid(
          "warmup share",
          "other than one step of " + steps + ", where PyTorch divides by zero,",
          warmupShare,
          "choose another share or another number of steps");
    }
    Schedule rate;
    Schedule momentum;
    if (!threePhase) {
      rate = upAndDown(anneal, low, top, peak, last, end);
      momentum = upAndDown(anneal, momentumHigh, top, momentumLow, last, momentumHigh);
    } else if (top < 0) {
      rate = PiecewiseSchedule.through(anneal, bottom, low, last, end);
      momentum = Schedule.constant(momentumHigh);
    } else {
      rate =
          bottom < last
              ? PiecewiseSchedule.through(anneal, 0, low, top, peak, bottom, low, last, end)
              : PiecewiseSchedule.through(anneal, 0, low, top, peak, bottom, low);
      momentum =
          PiecewiseSchedule.through(
              anneal, 0, momentumHigh, top, momentumLow, bottom, momentumHigh);
    }
    long up = (long) Math.floor(top);
    return new NamedPolicy(
        threePhase ? "pytorch3" : "pytorch",
        steps,
        Math.max(peak, Math.max(low, end)),
        step -> rate.at(Math.min(step, steps - 1)),
        step -> momentum.at(Math.min(step, steps - 1)),
        phases(steps, up, threePhase ? (long) Math.floor(bottom) : steps - 1),
        Numbers.format(
            "PyTorch's OneCycleLR over %d steps, peak %s: pct_start=%s, anneal_strategy=%s,"
                + " div_factor=%s, final_div_factor=%s, max_momentum=%s, base_momentum=%s,"
                + " three_phase=%s",
            steps,
            Numbers.brief(peak),
            Numbers.brief(warmupShare),
            anneal.toString(),
            Numbers.brief(divider),
            Numbers.brief(finalDivider),
            Numbers.brief(momentumHigh),
            Numbers.brief(momentumLow),
            threePhase ? "True" : "False"));
  }

  private static double divided(double rate, String name, double divider) {
    double result = rate / Require.positive(name, divider);
    return Require.that(
        Double.isFinite(result), name, "such that every rate is finite", divider, result);
  }

  /**
   * fastai 2's {@code fit_one_cycle}: a cosine up and another down; the momentum is its mirror, and
   * may end at a value of its own.
   *
   * <p><i>Source:</i> fastai 2, {@code callback/schedule.py}, combined_cos. The position is step /
   * T, so the final value belongs to the step after the last. <i>Deviation:</i> fastai rounds the
   * share to single precision.
   *
   * @param steps the optimizer updates of the run
   * @param peak {@code lr_max}
   * @param warmupShare {@code pct_start}, in [0, 1]
   * @param divider {@code div}, peak over starting rate, positive
   * @param finalDivider {@code div_final}, peak over final rate, positive
   * @param momentumStart the first of {@code moms}
   * @param momentumPeak the second of {@code moms}
   * @param momentumEnd the third of {@code moms}
   */
  public static Policy fastai2(
      long steps,
      double peak,
      double warmupShare,
      double divider,
      double finalDivider,
      double momentumStart,
      double momentumPeak,
      double momentumEnd) {
    Require.atLeast("steps", steps, 1);
    Require.positive("peak learning rate", peak);
    Require.inClosed("warmup share", warmupShare, 0, 1);
    double low = divided(peak, "divider", divider);
    double end = divided(peak, "final divider", finalDivider);
    Require.inHalfOpen("momentum at the start", momentumStart, 0, 1);
    Require.inHalfOpen("momentum at the peak", momentumPeak, 0, 1);
    Require.inHalfOpen("momentum at the end", momentumEnd, 0, 1);
    double top = steps * warmupShare;
    return new NamedPolicy(
        "fastai2",
        steps,
        Math.max(peak, Math.max(low, end)),
        upAndDown(Anneal.COS, low, top, peak, steps, end),
        upAndDown(Anneal.COS, momentumStart, top, momentumPeak, steps, momentumEnd),
        phases(steps, top == 0 ? -1 : (long) Math.floor(top), steps - 1),
        Numbers.format(
            "fastai 2's fit_one_cycle over %d steps, peak %s: pct_start=%s, div=%s, div_final=%s,"
                + " moms=(%s, %s, %s)",
            steps,
            Numbers.brief(peak),
            Numbers.brief(warmupShare),
            Numbers.brief(divider),
            Numbers.brief(finalDivider),
            Numbers.brief(momentumStart),
            Numbers.brief(momentumPeak),
            Numbers.brief(momentumEnd)));
  }

  /** From the start up to the middle, then to the end; without what has no step from 0 to last. */
  private static Schedule upAndDown(
      Anneal anneal, double start, double top, double middle, double last, double end) {
    if (top <= 0) {
      return PiecewiseSchedule.through(anneal, top, middle, last, end);
    }
    return top < last
        ? PiecewiseSchedule.through(anneal, 0, start, top, middle, last, end)
        : PiecewiseSchedule.through(anneal, 0, start, top, middle);
  }

  /** Up to a step, down to another and on to the end, without the parts that have no step. */
  private static List<Phase> phases(long steps, long top, long bottom) {
    List<Phase> phases = new ArrayList<>();
    long[] ends = {top, bottom, steps - 1};
    long first = 0;
    for (int i = 0; i < ends.length; i++) {
      long end = Math.min(ends[i], steps - 1);
      if (end >= first) {
        phases.add(new Phase(PHASES.get(i), first, end));
        first = end + 1;
      }
    }
    return phases;
  }
}
