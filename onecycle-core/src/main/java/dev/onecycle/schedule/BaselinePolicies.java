package dev.onecycle.schedule;

import dev.onecycle.error.Require;
import dev.onecycle.math.Interpolation;
import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.List;

/** Policies to compare the 1cycle policy with. */
public final class BaselinePolicies {
  private BaselinePolicies() {}

  /** One learning rate and one momentum throughout. */
  public static Policy constant(long steps, double rate, double momentum) {
    requireBasics(steps, rate, momentum);
    return new NamedPolicy(
        "constant",
        steps,
        rate,
        Schedule.constant(rate),
        Schedule.constant(momentum),
        List.of(new Phase("constant", 0, steps - 1)),
        Numbers.format(
            "constant learning rate %s over %d steps; momentum %s",
            Numbers.brief(rate), steps, Numbers.brief(momentum)));
  }

  /**
   * The rate is multiplied by a factor at given shares of the run.
   *
   * <p><i>Source:</i> He et al. 2015 (arXiv 1512.03385, section 4.2): a tenth at 1/2 and 3/4 of the
   * run.
   *
   * @param milestones shares of the steps at which the rate drops, rising, each in (0, 1)
   * @param factor of the rate at each milestone, in (0, 1)
   */
  public static Policy stepDecay(
      long steps, double rate, double momentum, List<Double> milestones, double factor) {
    requireBasics(steps, rate, momentum);
    Require.that(factor > 0 && factor < 1, "factor", "in (0, 1)", factor, factor);
    long[] drops = new long[milestones.size()];
    List<Phase> phases = new ArrayList<>();
    long first = 0;
    for (int i = 0; i < drops.length; i++) {
      double share = milestones.get(i);
      drops[i] = stepOf(share, steps);
      Require.that(
          share > 0 && share < 1 && drops[i] > first,
          "milestones",
          "rising, at least a step apart and in (0, 1)",
          milestones,
          milestones);
      phases.add(new Phase("level " + (i + 1), first, drops[i] - 1));
      first = drops[i];
    }
    phases.add(new Phase("level " + (drops.length + 1), first, steps - 1));
    Schedule falling =
        step -> {
          Require.atLeast("step", step, 0);
          int passed = 0;
          while (passed < drops.length && drops[passed] <= step) {
            passed++;
          }
          return rate * Math.pow(factor, passed);
        };
    return new NamedPolicy(
        "step",
        steps,
        rate,
        falling,
        Schedule.constant(momentum),
        phases,
        Numbers.format(
            "step decay over %d steps: learning rate %s, times %s at %s of the run; momentum %s",
            steps,
            Numbers.brief(rate),
            Numbers.brief(factor),
            milestones,
            Numbers.brief(momentum)));
  }

  /** The step at a share of the run; 29 of 100 for 0.29, whose product is below it. */
  private static long stepOf(double share, long steps) {
    return (long) Math.floor(share * steps + 1e-9);
  }

  /**
   * A linear warm-up from 0, then half a cosine down to 0.
   *
   * <p><i>Source:</i> Goyal et al. 2017 (arXiv 1706.02677, section 2.2) and Loshchilov and Hutter
   * 2016 (arXiv 1608.03983, without restarts).
   *
   * @param warmupShare share of the steps in which the rate rises, in [0, 1)
   */
  public static Policy cosine(long steps, double rate, double momentum, double warmupShare) {
    requireBasics(steps, rate, momentum);
    Require.inHalfOpen("warmup share", warmupShare, 0, 1);
    long top = stepOf(warmupShare, steps);
    // The first step trains too: the ramp starts one step's share above 0.
    Schedule down = PiecewiseSchedule.through(Anneal.COS, 0, rate, Math.max(1, steps - top), 0);
    Schedule both =
        step ->
            Require.atLeast("step", step, 0) < top
                ? rate * (step + 1) / (top + 1)
                : down.at(step - top);
    List<Phase> phases = new ArrayList<>();
    if (top > 0) {
      phases.add(new Phase("warm-up", 0, top));
    }
    if (top == 0 || top < steps - 1) {
      phases.add(new Phase("cool-down", top == 0 ? 0 : top + 1, steps - 1));
    }
    return new NamedPolicy(
        "cosine",
        steps,
        rate,
        both,
        Schedule.constant(momentum),
        phases,
        Numbers.format(
            "cosine over %d steps: learning rate up to %s by step %d, then to 0; momentum %s",
            steps, Numbers.brief(rate), top, Numbers.brief(momentum)));
  }

  /**
   * Triangular cyclical learning rates: up and down between two rates, again and again.
   *
   * <p><i>Source:</i> L. N. Smith 2015 (arXiv 1506.01186, section 3.1).
   *
   * @param base the lowest rate, 0 or more
   * @param peak the highest rate
   * @param stepSize steps of half a cycle
   */
  public static Policy triangular(
      long steps, double base, double peak, long stepSize, double momentum) {
    requireBasics(steps, peak, momentum);
    Require.atLeast("base learning rate", base, 0);
    Require.that(
        base <= peak, "base learning rate", "at most the peak " + Numbers.brief(peak), base, base);
    Require.atLeast("step size", stepSize, 1);
    Schedule triangle =
        step -> {
          Require.atLeast("step", step, 0);
          long within = Math.min(step, steps - 1) % (2 * stepSize);
          double share = (double) Math.min(within, 2 * stepSize - within) / stepSize;
          return Interpolation.linear(base, peak, share);
        };
    List<Phase> phases = new ArrayList<>();
    for (long first = 0; first < steps; first += stepSize) {
      phases.add(
          new Phase(
              first / stepSize % 2 == 0 ? "up" : "down",
              first,
              Math.min(first + stepSize, steps) - 1));
    }
    return new NamedPolicy(
        "triangular",
        steps,
        peak,
        triangle,
        Schedule.constant(momentum),
        phases,
        Numbers.format(
            "triangular cycles over %d steps: learning rate %s to %s in %d steps; momentum %s",
            steps, Numbers.brief(base), Numbers.brief(peak), stepSize, Numbers.brief(momentum)));
  }

  private static void requireBasics(long steps, double rate, double momentum) {
    Require.atLeast("steps", steps, 1);
    Require.positive("learning rate", rate);
    Require.inHalfOpen("momentum", momentum, 0, 1);
  }
}
