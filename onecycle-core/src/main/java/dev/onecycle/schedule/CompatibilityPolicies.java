package dev.onecycle.schedule;

import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;
import java.util.List;

/**
 * One-cycle policies as other systems compute them, to reproduce their runs step by step.
 *
 * <p>Tests compare each with figures of the system itself. For new work use {@link OneCycle}.
 */
public final class CompatibilityPolicies {
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
        threePhases(p, 2 * p, steps),
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
   * <p><i>Source:</i> {@code torch.optim.lr_scheduler.OneCycleLR}, 1.13 and later.
   * <i>Deviation:</i> after the last step it keeps the final value, where PyTorch extrapolates;
   * settings for which PyTorch divides by zero are refused.
   *
   * @param steps {@code total_steps}
   * @param peak {@code max_lr}
   * @param warmUpShare {@code pct_start}, default 0.3
   * @param anneal {@code anneal_strategy}, default cosine
   * @param threePhase {@code three_phase}, default false
   * @param divider {@code div_factor}, default 25
   * @param finalDivider {@code final_div_factor}, starting rate over final rate, default 1e4
   * @param momentumHigh {@code max_momentum}, default 0.95
   * @param momentumLow {@code base_momentum}, default 0.85
   */
  public static Policy pytorch(
      long steps,
      double peak,
      double warmUpShare,
      Anneal anneal,
      boolean threePhase,
      double divider,
      double finalDivider,
      double momentumHigh,
      double momentumLow) {
    Require.atLeast("steps", steps, 2);
    Require.positive("peak learning rate", peak);
    Require.inClosed("warm-up share", warmUpShare, 0, 1);
    Require.atLeast("divider", divider, 1);
    Require.atLeast("final divider", finalDivider, 1);
    Require.inHalfOpen("high momentum", momentumHigh, 0, 1);
    Require.inHalfOpen("low momentum", momentumLow, 0, 1);
    double top = warmUpShare * steps - 1;
    double bottom = 2 * top;
    double last = threePhase ? bottom : top;
    if (!(top > 0 && last < steps - 1)) {
      throw Require.invalid(
          "warm-up share",
          "such that every phase has steps out of " + steps,
          warmUpShare,
          "PyTorch divides by zero here");
    }
    double low = peak / divider;
    double end = low / finalDivider;
    Schedule rate =
        threePhase
            ? PiecewiseSchedule.through(anneal, 0, low, top, peak, bottom, low, steps - 1, end)
            : PiecewiseSchedule.through(anneal, 0, low, top, peak, steps - 1, end);
    Schedule momentum =
        PiecewiseSchedule.through(
            anneal,
            0,
            momentumHigh,
            top,
            momentumLow,
            threePhase ? bottom : steps - 1,
            momentumHigh);
    long up = (long) Math.floor(top);
    return new NamedPolicy(
        "pytorch",
        steps,
        peak,
        rate,
        momentum,
        threePhase
            ? threePhases(up, (long) Math.floor(bottom), steps)
            : List.of(new Phase("warm-up", 0, up), new Phase("cool-down", up + 1, steps - 1)),
        Numbers.format(
            "OneCycleLR over %d steps, peak %s, %s, %s phases",
            steps,
            Numbers.brief(peak),
            anneal == Anneal.LINEAR ? "linear" : "cosine",
            threePhase ? "three" : "two"));
  }

  /**
   * fastai 2's {@code fit_one_cycle} with its defaults: a cosine from peak/25 up over the first
   * quarter, then down towards peak/100000; momentum 0.95, 0.85, 0.95.
   *
   * <p><i>Source:</i> fastai 2, {@code callback/schedule.py}, combined_cos. The position is step /
   * T, so the final value belongs to the step after the last.
   *
   * @param steps the optimizer updates of the run
   * @param peak {@code lr_max}
   */
  public static Policy fastai2(long steps, double peak) {
    Require.atLeast("steps", steps, 2);
    Require.positive("peak learning rate", peak);
    double top = steps * 0.25;
    long up = (long) Math.floor(top);
    return new NamedPolicy(
        "fastai2",
        steps,
        peak,
        PiecewiseSchedule.through(Anneal.COSINE, 0, peak / 25, top, peak, steps, peak / 1e5),
        PiecewiseSchedule.through(Anneal.COSINE, 0, 0.95, top, 0.85, steps, 0.95),
        List.of(new Phase("warm-up", 0, up), new Phase("cool-down", up + 1, steps - 1)),
        Numbers.format(
            "fit_one_cycle of fastai 2 over %d steps, peak %s", steps, Numbers.brief(peak)));
  }

  private static List<Phase> threePhases(long top, long bottom, long steps) {
    Phase up = new Phase("warm-up", 0, top);
    return bottom >= steps - 1
        ? List.of(up, new Phase("cool-down", top + 1, steps - 1))
        : List.of(
            up,
            new Phase("cool-down", top + 1, bottom),
            new Phase("annihilation", bottom + 1, steps - 1));
  }
}
