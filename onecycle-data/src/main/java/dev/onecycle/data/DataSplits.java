package dev.onecycle.data;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ReadingReport;
import dev.onecycle.data.index.Fingerprint;
import dev.onecycle.data.index.Split;
import dev.onecycle.error.Require;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Data for training: images to train on, images to judge the epochs on, and perhaps a test set. */
public final class DataSplits {
  private final ImageDataset train;
  private final ImageDataset evaluation;
  private final String evaluationName;
  private final Optional<ImageDataset> test;
  private final ReadingReport report;
  private final String fingerprint;
  private final String trainingFingerprint;

  DataSplits(
      ImageDataset train,
      ImageDataset evaluation,
      String evaluationName,
      Optional<ImageDataset> test,
      ReadingReport report,
      String fingerprint,
      String trainingFingerprint) {
    this.train = train;
    this.evaluation = evaluation;
    this.evaluationName = evaluationName;
    this.test = test;
    this.report = report;
    this.fingerprint = fingerprint;
    this.trainingFingerprint = trainingFingerprint;
  }

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
        train,
        evaluation,
        Split.TEST,
        Optional.empty(),
        ReadingReport.EMPTY,
        fingerprint,
        trainingFingerprint);
  }

  /** The training images. */
  public ImageDataset train() {
    return train;
  }

  /**
   * The images to evaluate epochs on, of the same shape and classes: the validation images, or a
   * part held out, or the test images where there are no others.
   */
  public ImageDataset evaluation() {
    return evaluation;
  }

  /**
   * The origin of the evaluation images: {@code val}, {@code test}, {@code held-out tenth} or
   * {@code held-out part}.
   */
  public String evaluationName() {
    return evaluationName;
  }

  /** The test images that judge no epoch, to be read once at the end; empty if there are none. */
  public Optional<ImageDataset> test() {
    return test;
  }

  /** Remarks on the reading, for the user. */
  public ReadingReport report() {
    return report;
  }

  /**
   * SHA-256 over image shape, class names, labels and decoded pixels of all images that were read.
   * The choice of a held-out part does not change it; a limit on the training images does.
   */
  public String fingerprint() {
    return fingerprint;
  }

  /** The same hash without the test images; {@link TuningData#fingerprint} of the same data. */
  public String trainingFingerprint() {
    return trainingFingerprint;
  }
}
