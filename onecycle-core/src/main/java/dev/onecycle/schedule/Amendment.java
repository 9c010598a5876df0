package dev.onecycle.schedule;

import dev.onecycle.error.Require;
import dev.onecycle.math.Interpolation;
import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A change of a policy in the middle of a run: from a step on, the rates are multiplied by a
 * factor, and the rest of the policy is stretched over more steps.
 *
 * <p>Steps before it are as they were. With n steps left that become n + m, step {@code step + k}
 * is where the policy was at {@code step + k · (n − 1) / (n + m − 1)}, between two of its steps on
 * the straight line: the rate has no jump, passes through the rest of the cycle more slowly, and is
 * annihilated at the new end. Momentum is stretched likewise and not multiplied.
 *
 * @param step the first changed step, zero-based
 * @param rateFactor of the learning rates, positive
 * @param addedSteps number of steps that the run becomes longer
 * @param reason of the change, a clause
 */
public record Amendment(long step, double rateFactor, long addedSteps, String reason) {
  public Amendment {
    Require.atLeast("step", step, 0);
    Require.positive("rate factor", rateFactor);
    Require.atLeast("added steps", addedSteps, 0);
  }

  /** The policy with the change made. */
  public Policy to(Policy policy) {
    Require.that(step < policy.steps(), "step", "before the last, " + policy.steps(), step, policy);
    return new Amended(policy, this);
  }

  /** The policy with changes made in turn. */
  public static Policy all(Policy policy, List<Amendment> amendments) {
    Policy amended = policy;
    for (Amendment amendment : amendments) {
      amended = amendment.to(amended);
    }
    return amended;
  }

  private record Amended(Policy original, Amendment change) implements Policy {
    @Override
    public String name() {
      return original.name();
    }

    @Override
    public long steps() {
      return original.steps() + change.addedSteps;
    }

    @Override
    public Schedule learningRate() {
      Schedule rate = original.learningRate();
      return step -> (step < change.step ? 1 : change.rateFactor) * stretched(rate, step);
    }

    @Override
    public Schedule momentum() {
      Schedule momentum = original.momentum();
      return step -> stretched(momentum, step);
    }

    private double stretched(Schedule schedule, long step) {
      if (step < change.step || change.addedSteps == 0) {
        return schedule.at(step);
      }
      double place = place(step);
      long before = (long) place;
      return Interpolation.linear(schedule.at(before), schedule.at(before + 1), place - before);
    }

    /** The place in the original policy; the last step is its last step. */
    private double place(long step) {
      long last = original.steps() - 1;
      double share = (step - change.step) / (double) (steps() - 1 - change.step);
      return Math.min(last, change.step + share * (last - change.step));
    }

    @Override
    public double peak() {
      Schedule rate = learningRate();
      return LongStream.range(0, steps()).mapToDouble(rate::at).max().orElse(original.peak());
    }

    @Override
    public List<Phase> phases() {
      List<Phase> phases = new ArrayList<>();
      long first = 0;
      for (Phase phase : original.phases()) {
        long end = moved(phase.lastStep() + 1);
        if (end > first) {
          phases.add(new Phase(phase.name(), first, end - 1));
          first = end;
        }
      }
      return phases;
    }

    /** The new place of a boundary of the original policy. */
    private long moved(long boundary) {
      if (boundary <= change.step) {
        return boundary;
      }
      double share = (boundary - change.step) / (double) (original.steps() - change.step);
      return change.step + Math.round(share * (steps() - change.step));
    }

    @Override
    public String describe() {
      StringBuilder text = new StringBuilder(original.describe());
      if (change.rateFactor != 1) {
        text.append(
            Numbers.format(
                "; from step %d on rates × %s", change.step, Numbers.brief(change.rateFactor)));
      }
      if (change.addedSteps > 0) {
        text.append(
            Numbers.format(
                "; from step %d on stretched by %d steps", change.step, change.addedSteps));
      }
      return text.toString();
    }
  }
}
