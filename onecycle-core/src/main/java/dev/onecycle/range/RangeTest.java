package dev.onecycle.range;

import dev.onecycle.error.Require;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The learning rate range test: train for a few steps while the rate rises, and watch the loss
 * (Smith 2015, "Cyclical Learning Rates", arXiv 1506.01186, section 3.3; Gugger 2018, "How Do You
 * Find A Good Learning Rate").
 *
 * <p>A value: the same settings can be run any number of times. Made by {@link #atMomentum} and
 * changed by its {@code with} methods.
 *
 * <p>It stops when the average exceeds {@code stopFactor} times the best average so far, or at the
 * first loss that is NaN or infinite. The average is exponential and bias-corrected, and the best
 * counts from the second point. Where none of this has happened by the end of the range, the rate
 * rises on to {@code limit}, with as many points a decade as before; a linear ramp too goes on by
 * that factor. The sources stop at the end of the range.
 *
 * @param start the first rate
 * @param end the last rate of the range
 * @param limit how far the range is extended where the loss has not diverged by its end; {@code
 *     end} for no extension
 * @param steps steps from start to end, both included
 * @param ramp how the rate rises
 * @param momentum the momentum of every step: the cycle's at its peak, where the rate that is
 *     looked for will be used
 * @param smoothing weight of the past in the average, β
 * @param stopFactor how often the best average counts as diverged
 * @param blindLoss the loss of guessing without looking, ln K for K equally common classes: a net
 *     that starts above it has learned something only once it is below; infinite where not known
 */
public record RangeTest(
    double start,
    double end,
    double limit,
    int steps,
    Ramp ramp,
    double momentum,
    double smoothing,
    double stopFactor,
    double blindLoss) {

  public RangeTest {
    Require.positive("range start", start);
    Require.that(
        end > start && Double.isFinite(end), "range end", "above its start " + start, end, end);
    Require.atLeast("range limit", limit, end);
    Require.atLeast("range steps", steps, CurveReader.LEAST_POINTS);
    Require.inHalfOpen("momentum", momentum, 0, 1);
    Require.inHalfOpen("range smoothing", smoothing, 0, 1);
    Require.that(
        stopFactor > 1 && Double.isFinite(stopFactor),
        "range stop factor",
        "above 1",
        stopFactor,
        stopFactor);
    Require.that(blindLoss > 0, "blind loss", "positive", blindLoss, blindLoss);
  }

  /** The defaults: 1e-6 to 100 in 120 steps, exponential, extended to 1000 where needed. */
  public static RangeTest atMomentum(double momentum) {
    return new RangeTest(
        1e-6, 100, 1e3, 120, Ramp.EXPONENTIAL, momentum, 0.98, 4, Double.POSITIVE_INFINITY);
  }

  public RangeTest withStart(double value) {
    return new RangeTest(
        value, end, limit, steps, ramp, momentum, smoothing, stopFactor, blindLoss);
  }

  /** With another end; a limit below it is raised to it. */
  public RangeTest withEnd(double value) {
    double raised = Math.max(limit, value);
    return new RangeTest(
        start, value, raised, steps, ramp, momentum, smoothing, stopFactor, blindLoss);
  }

  public RangeTest withLimit(double value) {
    return new RangeTest(
        start, end, value, steps, ramp, momentum, smoothing, stopFactor, blindLoss);
  }

  public RangeTest withSteps(int value) {
    return new RangeTest(
        start, end, limit, value, ramp, momentum, smoothing, stopFactor, blindLoss);
  }

  public RangeTest withRamp(Ramp value) {
    return new RangeTest(
        start, end, limit, steps, value, momentum, smoothing, stopFactor, blindLoss);
  }

  public RangeTest withMomentum(double value) {
    return new RangeTest(start, end, limit, steps, ramp, value, smoothing, stopFactor, blindLoss);
  }

  public RangeTest withSmoothing(double value) {
    return new RangeTest(start, end, limit, steps, ramp, momentum, value, stopFactor, blindLoss);
  }

  public RangeTest withStopFactor(double value) {
    return new RangeTest(start, end, limit, steps, ramp, momentum, smoothing, value, blindLoss);
  }

  public RangeTest withBlindLoss(double value) {
    return new RangeTest(start, end, limit, steps, ramp, momentum, smoothing, stopFactor, value);
  }

  /** The most steps a run can take: those of the range and of its extension. */
  public int mostSteps() {
    return steps + (int) Math.floor(Math.log(limit / end) / Math.log(factor()) + 1e-9);
  }

  /**
   * The rate of a step.
   *
   * @param step zero-based; those from {@link #steps} on belong to the extension
   */
  public double rate(int step) {
    return step < steps
        ? ramp.at(step, steps, start, end)
        : end * Math.pow(factor(), step - steps + 1);
  }

  private double factor() {
    return Math.pow(end / start, 1.0 / (steps - 1));
  }

  /** Runs on an engine that need not be put back as it was. */
  public RangeResult run(StepFunction engine) {
    return run(engine, () -> {});
  }

  /** Runs, then restores the engine. */
  public RangeResult run(StepFunction engine, Runnable restore) {
    return run(engine, restore, point -> {});
  }

  /**
   * Runs, then restores the engine, however the run ended.
   *
   * <p>An interrupted thread ends the run before its next step, with the points so far; the thread
   * is still interrupted when this returns, but not while {@code restore} works, since reading a
   * file through a channel would fail then.
   *
   * @param engine takes the steps; what it throws passes through, after the restoring
   * @param restore puts weights, buffers, optimizer, random streams and data order back as they
   *     were before the run, so that the test leaves no trace; called exactly once
   * @param watcher told of every point as it is measured, the last one included
   */
  public RangeResult run(StepFunction engine, Runnable restore, Consumer<RangePoint> watcher) {
    RangeResult result;
    try {
      result = climb(engine, watcher);
    } catch (Throwable failure) {
      try {
        uninterrupted(restore);
      } catch (RuntimeException | Error second) {
        failure.addSuppressed(second);
      }
      throw failure;
    }
    uninterrupted(restore);
    return result;
  }

  private RangeResult climb(StepFunction engine, Consumer<RangePoint> watcher) {
    List<RangePoint> points = new ArrayList<>();
    StopReason stopped = StopReason.REACHED_END;
    double average = 0;
    double best = Double.POSITIVE_INFINITY;
    int most = mostSteps();
    for (int step = 0; step < most && stopped == StopReason.REACHED_END; step++) {
      if (Thread.currentThread().isInterrupted()) {
        stopped = StopReason.INTERRUPTED;
        break;
      }
      double rate = rate(step);
      double loss = engine.step(rate, momentum);
      average = smoothing * average + (1 - smoothing) * loss;
      double smoothed = average / (1 - Math.pow(smoothing, step + 1));
      RangePoint point = new RangePoint(step, rate, loss, smoothed);
      points.add(point);
      watcher.accept(point);
      if (!Double.isFinite(loss)) {
        stopped = StopReason.NON_FINITE;
      } else if (smoothed > stopFactor * best) {
        stopped = StopReason.DIVERGED;
      } else if (step > 0) {
        best = Math.min(best, smoothed);
      }
    }
    return RangeResult.of(points, stopped, points.size() > steps, momentum, blindLoss);
  }

  private static void uninterrupted(Runnable restore) {
    boolean interrupted = Thread.interrupted();
    try {
      restore.run();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
