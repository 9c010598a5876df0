package dev.onecycle.data;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.SkippedImage;
import java.util.List;

/**
 * A dataset as the choice of hyper-parameters uses it: without its test images, none of which was
 * opened.
 *
 * @param train the images to train candidates on
 * @param validation the images to compare candidates by, of the same shape and classes
 * @param validationName what those are: {@code val} or {@code held-out tenth}
 * @param notes sentences for the user: what was chosen and why
 * @param skipped images that could not be used and were left out
 * @param fingerprint SHA-256 over class names, image shape, labels and decoded pixels of all that
 *     was read, equal to {@link DataSplits#trainingFingerprint} of the same data; which tenth is
 *     held out does not change it
 */
public record TuningData(
    ImageDataset train,
    ImageDataset validation,
    String validationName,
    List<String> notes,
    List<SkippedImage> skipped,
    String fingerprint) {
  public TuningData {
    notes = List.copyOf(notes);
    skipped = List.copyOf(skipped);
  }
}
