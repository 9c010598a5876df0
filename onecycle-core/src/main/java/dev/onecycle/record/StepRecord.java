package dev.onecycle.record;

/**
 * One optimizer step of a run, as written to {@code steps.csv}.
 *
 * @param step zero-based, over the whole run
 * @param epoch zero-based
 * @param learningRate read back from the optimizer after the step
 * @param momentum read back from the optimizer after the step; β1 for AdamW
 * @param loss mean training loss of the step's batch, before its update
 */
public record StepRecord(long step, int epoch, double learningRate, double momentum, double loss) {}
