package dev.onecycle.torch.train;

import dev.onecycle.run.Classification;

/**
 * How well a network does on a set of images.
 *
 * @param images number evaluated
 * @param loss mean cross-entropy, without label smoothing
 * @param accuracy share of images whose highest score is their class, in [0, 1]; one any of whose
 *     scores is not a number has none
 * @param classification what the images were taken for, and the worst mistakes
 */
public record Evaluation(int images, double loss, double accuracy, Classification classification) {}
