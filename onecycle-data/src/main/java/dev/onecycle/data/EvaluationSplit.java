package dev.onecycle.data;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.SkippedImage;
import java.util.List;

/**
 * Images to evaluate a trained model on.
 *
 * @param images the images, in the model's shape, labelled by the model's classes
 * @param name what they are: {@code test}, {@code val}, {@code train} or {@code all}
 * @param notes sentences for the user: what was chosen and why
 * @param skipped images that could not be used and were left out
 * @param fingerprint SHA-256 over class names, image shape, labels and decoded pixels
 */
public record EvaluationSplit(
    ImageDataset images,
    String name,
    List<String> notes,
    List<SkippedImage> skipped,
    String fingerprint) {
  public EvaluationSplit {
    notes = List.copyOf(notes);
    skipped = List.copyOf(skipped);
  }
}
