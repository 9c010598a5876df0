package dev.onecycle.torch.train;

import dev.onecycle.run.Classification;

/**
 * The result of a network on a set of images.
 *
 * @param images number evaluated
 * @param loss mean cross-entropy, without label smoothing
 * @param accuracy share of images whose highest score is their class, in [0, 1]; an image with a
 *     score that is not a number counts as wrong
 * @param classification counts of predictions by class, and the worst mistakes
 */
public record Evaluation(int images, double loss, double accuracy, Classification classification) {}
