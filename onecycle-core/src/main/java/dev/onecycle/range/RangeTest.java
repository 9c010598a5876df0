package dev.onecycle.range;

import dev.onecycle.error.Require;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The learning rate range test: train for a few steps while the rate rises, and watch the loss
 * (Smith 2015, "Cyclical Learning Rates", arXiv 1506.01186, section 3.3; Gugger 2018, "How Do You
 * Find A Good Learning Rate").
 *
 * <p>A value: the same test can be run any number of times. Made by {@link #atMomentum} and changed
 * by its {@code with} methods.
 *
 * <p>It stops when the loss has diverged, by {@link RangeStop#factor} times its fall, or at the
 * first loss that is NaN or infinite. Where neither has happened by the end of the range, the rate
 * rises on to {@code limit}, with as many points a decade as before; a linear ramp too rises on by
 * that factor. The sources stop at the end of the range.
 */
public final class RangeTest {
  static final double DEFAULT_STOP_FACTOR = 10;

  /** The usual number of steps. */
  public static final int STEPS = 120;

  private static final int MOST_STEPS = 360;
  private static final long SHARE_OF_CYCLE = 10;

  private final Settings settings;

  private record Settings(
      double start,
      double end,
      double limit,
      int steps,
      Ramp ramp,
      double momentum,
      double smoothing,
      double stopFactor,
      Optional<LossScale> scale) {
    Settings {
      Require.positive("range start", start);
      Require.that(
          end > start && Double.isFinite(end), "range end", "above its start " + start, end, end);
      Require.atLeast("range limit", limit, end);
      Require.atLeast("range steps", steps, LossCurve.MIN_POINTS);
      Require.inHalfOpen("momentum", momentum, 0, 1);
      Require.inHalfOpen("range smoothing", smoothing, 0, 1);
      Require.that(
          stopFactor > 0 && Double.isFinite(stopFactor),
          "range stop factor",
          "positive and finite",
          stopFactor,
          stopFactor);
    }
  }

  private RangeTest(
      double start,
      double end,
      double limit,
      int steps,
      Ramp ramp,
      double momentum,
      double smoothing,
      double stopFactor,
      Optional<LossScale> scale) {
    settings = new Settings(start, end, limit, steps, ramp, momentum, smoothing, stopFactor, scale);
  }

  /**
   * The defaults: from 1e-6 to 100 in 120 steps, exponential, extended to 1000 where needed.
   *
   * @param momentum of every step: the momentum of the cycle at its peak, where the rate will be
   *     used; β1 for AdamW
   */
  public static RangeTest atMomentum(double momentum) {
    return new RangeTest(
        1e-6,
        100,
        1e3,
        STEPS,
        Ramp.EXPONENTIAL,
        momentum,
        0.98,
        DEFAULT_STOP_FACTOR,
        Optional.empty());
  }

  /**
   * The steps of a test for a cycle of so many: a tenth of them, from {@value #STEPS} to 360.
   *
   * <p>A network that meets high rates too soon may not survive them, though the slow rise of a
   * longer cycle leads it there. ResNet-20 in batches of 512 CIFAR-10 images: with 120 steps three
   * of six seeds had an edge from 0.34 to 0.46, the others from 5.0 to 7.2; with 240 steps those
   * three had one from 5.4 to 8.1.
   *
   * @param cycleSteps of the cycle, at least 1
   */
  public static int stepsFor(long cycleSteps) {
    Require.atLeast("steps of the cycle", cycleSteps, 1);
    return (int) Math.max(STEPS, Math.min(MOST_STEPS, cycleSteps / SHARE_OF_CYCLE));
  }

  /** The same test from another first rate. */
  public RangeTest withStart(double value) {
    return new RangeTest(
        value, end(), limit(), steps(), ramp(), momentum(), smoothing(), stopFactor(), scale());
  }

  /** The same test up to another last rate; a limit below it is raised to it. */
  public RangeTest withEnd(double value) {
    return new RangeTest(
        start(),
        value,
        Math.max(limit(), value),
        steps(),
        ramp(),
        momentum(),
        smoothing(),
        stopFactor(),
        scale());
  }

  /** The same test with another limit of its extension; the end of the range for no extension. */
  public RangeTest withLimit(double value) {
    return new RangeTest(
        start(), end(), value, steps(), ramp(), momentum(), smoothing(), stopFactor(), scale());
  }

  /** The same test with another number of steps from start to end, both included. */
  public RangeTest withSteps(int value) {
    return new RangeTest(
        start(), end(), limit(), value, ramp(), momentum(), smoothing(), stopFactor(), scale());
  }

  /** The same test with another ramp. */
  public RangeTest withRamp(Ramp value) {
    return new RangeTest(
        start(), end(), limit(), steps(), value, momentum(), smoothing(), stopFactor(), scale());
  }

  /** The same test at another momentum. */
  public RangeTest withMomentum(double value) {
    return new RangeTest(
        start(), end(), limit(), steps(), ramp(), value, smoothing(), stopFactor(), scale());
  }

  /** The same test with another weight of the past in the average, β. */
  public RangeTest withSmoothing(double value) {
    return new RangeTest(
        start(), end(), limit(), steps(), ramp(), momentum(), value, stopFactor(), scale());
  }

  /**
   * The same test with another multiple of the fall, as a rise of which the loss counts as
   * diverged.
   */
  public RangeTest withStopFactor(double value) {
    return new RangeTest(
        start(), end(), limit(), steps(), ramp(), momentum(), smoothing(), value, scale());
  }

  /** The same test of a loss whose scale is known, by which its curve is read. */
  public RangeTest withScale(LossScale value) {
    return new RangeTest(
        start(),
        end(),
        limit(),
        steps(),
        ramp(),
        momentum(),
        smoothing(),
        stopFactor(),
        Optional.of(value));
  }

  /** The first rate. */
  public double start() {
    return settings.start;
  }

  /** The last rate of the range. */
  public double end() {
    return settings.end;
  }

  /** The highest rate of the extension, where the loss has not diverged by the end of the range. */
  public double limit() {
    return settings.limit;
  }

  /** The number of steps from start to end, both included. */
  public int steps() {
    return settings.steps;
  }

  /** How the rate rises. */
  public Ramp ramp() {
    return settings.ramp;
  }

  /** The momentum of every step; β1 for AdamW. */
  public double momentum() {
    return settings.momentum;
  }

  /** The weight of the past in the average, β. */
  public double smoothing() {
    return settings.smoothing;
  }

  /** The multiple of the fall by which a loss that has diverged rose. */
  public double stopFactor() {
    return settings.stopFactor;
  }

  /** The scale of the loss; empty where it is not known. */
  public Optional<LossScale> scale() {
    return settings.scale;
  }

  /** The largest number of steps of a run, its extension included. */
  public int maxSteps() {
    return steps() + (int) Math.floor(Math.log(limit() / end()) / Math.log(factor()) + 1e-9);
  }

  /**
   * The rate of a step.
   *
   * @param step zero-based; steps from {@link #steps} on belong to the extension
   */
  public double rate(int step) {
    return step < steps()
        ? ramp().at(step, steps(), start(), end())
        : end() * Math.pow(factor(), step - steps() + 1);
  }

  private double factor() {
    return Math.pow(end() / start(), 1.0 / (steps() - 1));
  }

  /** Runs on an engine that need not be restored. */
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
   * @param engine takes the steps; its exceptions pass through, after the restoring
   * @param restore restores weights, buffers, optimizer, random streams and data order to their
   *     state before the run, so that the test leaves no trace; called exactly once
   * @param listener called with every point as it is measured, the last one included
   */
  public RangeResult run(StepFunction engine, Runnable restore, Consumer<RangePoint> listener) {
    RangeResult result;
    try {
      result = climb(engine, listener);
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

  private RangeResult climb(StepFunction engine, Consumer<RangePoint> listener) {
    List<RangePoint> points = new ArrayList<>();
    StopReason stopped = StopReason.REACHED_END;
    StopRule rule = new StopRule(smoothing(), stopFactor(), scale().orElse(null));
    int max = maxSteps();
    for (int step = 0; step < max && stopped == StopReason.REACHED_END; step++) {
      if (Thread.currentThread().isInterrupted()) {
        stopped = StopReason.INTERRUPTED;
        break;
      }
      double rate = rate(step);
      double loss = engine.step(rate, momentum());
      StopRule.Step judged = rule.next(loss);
      RangePoint point = new RangePoint(step, rate, loss, judged.smoothed());
      points.add(point);
      listener.accept(point);
      if (judged.reason() != null) {
        stopped = judged.reason();
      }
    }
    RangeStop stop = new RangeStop(stopped, stopFactor(), points.size() > steps());
    return RangeResult.of(points, stop, momentum(), scale());
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

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RangeTest test && settings.equals(test.settings);
  }

  @Override
  public int hashCode() {
    return settings.hashCode();
  }

  @Override
  public String toString() {
    return settings.toString().replace("Settings", "RangeTest");
  }
}
