package dev.onecycle.data;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ReadingReport;

/**
 * Data for choosing hyper-parameters: without the test images, none of which was opened.
 *
 * @param train the images to train candidates on
 * @param validation the images to compare candidates on, of the same shape and classes
 * @param validationName the origin of the validation images: {@code val} or {@code held-out tenth}
 * @param report remarks on the reading, for the user
 * @param fingerprint SHA-256 over image shape, class names, labels and decoded pixels of all images
 *     that were read; equal to {@link DataSplits#trainingFingerprint} of the same data. The choice
 *     of a held-out tenth does not change it
 */
public record TuningData(
    ImageDataset train,
    ImageDataset validation,
    String validationName,
    ReadingReport report,
    String fingerprint) {}
