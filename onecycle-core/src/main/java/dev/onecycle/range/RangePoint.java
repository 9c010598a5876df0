package dev.onecycle.range;

/**
 * One step of a range test.
 *
 * @param step zero-based step of the ramp
 * @param learningRate the rate of the step, positive
 * @param loss the raw training loss of the step's batch; NaN or infinite at most in the last point,
 *     where the test then stopped
 * @param smoothed the bias-corrected exponential average that the stop rule watches; not finite
 *     where the loss is not
 */
public record RangePoint(int step, double learningRate, double loss, double smoothed) {}
