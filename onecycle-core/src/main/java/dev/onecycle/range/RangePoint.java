package dev.onecycle.range;

/**
 * One step of a range test.
 *
 * @param step zero-based step of the ramp
 * @param learningRate the rate of the step
 * @param loss the raw training loss of the step's batch
 * @param smoothed the bias-corrected exponential average that the stop rule watches
 */
public record RangePoint(int step, double learningRate, double loss, double smoothed) {}
