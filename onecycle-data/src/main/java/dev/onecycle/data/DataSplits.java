package dev.onecycle.data;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ReadingReport;
import dev.onecycle.data.index.Fingerprint;
import dev.onecycle.data.index.Split;
import dev.onecycle.error.Require;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Data for training: images to train on and images to evaluate the result on.
 *
 * @param train the training images
 * @param evaluation the evaluation images, of the same shape and classes
 * @param evaluationName the origin of the evaluation images: {@code test}, {@code val} or {@code
 *     held-out tenth}
 * @param report remarks on the reading, for the user
 * @param fingerprint SHA-256 over image shape, class names, labels and decoded pixels of all images
 *     that were read; the choice of a held-out tenth does not change it
 * @param trainingFingerprint the same hash without the test images; equal to {@link
 *     TuningData#fingerprint} of the same data
 */
public record DataSplits(
    ImageDataset train,
    ImageDataset evaluation,
    String evaluationName,
    ReadingReport report,
    String fingerprint,
    String trainingFingerprint) {
  /**
   * Splits of a program's own images. Computes their fingerprints, which reads every pixel once.
   *
   * @param evaluation test images, which must have the shape and classes of the training images
   * @throws dev.onecycle.error.InvalidValueException if shapes or classes differ
   */
  public static DataSplits of(ImageDataset train, ImageDataset evaluation) {
    Require.that(
        evaluation.shape().equals(train.shape()),
        "shape of the evaluation images",
        train.shape().toString(),
        evaluation.shape(),
        evaluation);
    Require.that(
        evaluation.classes().equals(train.classes()),
        "classes of the evaluation images",
        train.classes().toString(),
        evaluation.classes(),
        evaluation);
    Map<String, ImageDataset> splits = new LinkedHashMap<>();
    splits.put(Split.TRAIN, train);
    String trainingFingerprint = Fingerprint.of(train.shape(), train.classes(), splits);
    splits.put(Split.TEST, evaluation);
    String fingerprint = Fingerprint.of(train.shape(), train.classes(), splits);
    return new DataSplits(
        train, evaluation, Split.TEST, ReadingReport.EMPTY, fingerprint, trainingFingerprint);
  }
}
