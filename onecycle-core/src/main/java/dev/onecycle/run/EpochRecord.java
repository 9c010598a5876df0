package dev.onecycle.run;

/**
 * One epoch of a run, as written to {@code epochs.csv}.
 *
 * @param epoch zero-based
 * @param steps optimizer steps taken by the end of the epoch, over the whole run
 * @param trainLoss mean of the epoch's training losses, each batch weighted by its size
 * @param evaluationLoss mean loss over the evaluation images, without label smoothing
 * @param accuracy share of the evaluation images whose highest score is their class, in [0, 1]
 * @param imagesPerSecond training speed of the epoch, data included, evaluation not
 * @param trainSeconds time spent training
 * @param evaluationSeconds time spent evaluating
 */
public record EpochRecord(
    int epoch,
    long steps,
    double trainLoss,
    double evaluationLoss,
    double accuracy,
    double imagesPerSecond,
    double trainSeconds,
    double evaluationSeconds) {}
