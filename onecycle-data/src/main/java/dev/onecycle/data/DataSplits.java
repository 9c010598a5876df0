package dev.onecycle.data;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.SkippedImage;
import java.util.List;
import java.util.function.Supplier;

/**
 * A dataset as training uses it.
 *
 * @param train the images to train on
 * @param evaluation the images to judge the result by, of the same shape and classes
 * @param evaluationName what those are: {@code test}, {@code val} or {@code held-out tenth}
 * @param tuningPair makes what {@link #tuning} answers
 * @param notes sentences for the user: what was chosen and why
 * @param skipped images that could not be used and were left out
 * @param fingerprint SHA-256 over class names, image shape, labels and decoded pixels of all that
 *     was read; which tenth is held out does not change it
 * @param trainingFingerprint the same of all but the test images, equal to {@link
 *     TuningData#fingerprint} of the same data opened for tuning
 */
public record DataSplits(
    ImageDataset train,
    ImageDataset evaluation,
    String evaluationName,
    Supplier<Tuning> tuningPair,
    List<String> notes,
    List<SkippedImage> skipped,
    String fingerprint,
    String trainingFingerprint) {
  public DataSplits {
    notes = List.copyOf(notes);
    skipped = List.copyOf(skipped);
  }

  /**
   * The pair for choosing hyper-parameters, which never contains test images: the training images
   * with the validation folder, or else without a stratified tenth that is held out by seed.
   *
   * @throws dev.onecycle.error.BadDataException if a tenth has to be held out and no class has two
   *     images
   */
  public Tuning tuning() {
    return tuningPair.get();
  }

  /**
   * Training images in two.
   *
   * @param train to train on while tuning
   * @param validation to compare candidates by
   * @param validationName what those are: {@code val} or {@code held-out tenth}
   */
  public record Tuning(ImageDataset train, ImageDataset validation, String validationName) {}
}
