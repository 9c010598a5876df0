package dev.onecycle.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.onecycle.error.BadDataException;
import dev.onecycle.run.ClassificationRecord.Picture;
import dev.onecycle.run.files.JsonFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The first training images of a run as the network sees them: after augmentation, before
 * normalization. Stored as {@code training-images.json}.
 *
 * @param augmentation in words
 * @param images in the order of the first batch
 */
public record TrainingImages(
    @JsonProperty("augmentation") String augmentation,
    @JsonProperty("images") List<Labelled> images) {
  /** The name of the file in a run folder. */
  public static final String FILE = "training-images.json";

  /** The number of images in the file. */
  public static final int COUNT = 16;

  /** The largest number of pixels of a picture's longer side in the file. */
  public static final int MAX_SIDE = 48;

  public TrainingImages {
    images = List.copyOf(images);
  }

  /**
   * An image and its class.
   *
   * @param label of the class
   * @param picture of the image
   */
  public record Labelled(
      @JsonProperty("label") int label, @JsonProperty("picture") Picture picture) {}

  /**
   * Reads the file of a run; empty if the run has none.
   *
   * @throws BadDataException naming the file, if it exists and cannot be read
   */
  public static Optional<TrainingImages> ofRun(Path folder) {
    Path file = folder.resolve(FILE);
    return Files.exists(file)
        ? Optional.of(JsonFile.read(file, TrainingImages.class, "pictures of training images"))
        : Optional.empty();
  }
}
