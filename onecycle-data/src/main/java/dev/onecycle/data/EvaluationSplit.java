package dev.onecycle.data;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ReadingReport;

/**
 * Images to evaluate a trained model on.
 *
 * @param images the images, in the shape of the model and labelled by its classes
 * @param name the origin of the images: {@code test}, {@code val}, {@code train} or {@code all}
 * @param report remarks on the reading, for the user
 * @param fingerprint SHA-256 over image shape, class names, labels and decoded pixels
 */
public record EvaluationSplit(
    ImageDataset images, String name, ReadingReport report, String fingerprint) {}
