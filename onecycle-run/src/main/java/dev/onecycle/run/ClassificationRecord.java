package dev.onecycle.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.onecycle.error.Require;
import java.util.Arrays;
import java.util.List;

/**
 * The classification of the evaluation images after an epoch, as stored in {@code
 * classification.json}.
 *
 * @param epoch zero-based
 * @param classification of the evaluation images
 * @param pictures of the images of {@link Classification#worst}, in its order; or none at all
 */
public record ClassificationRecord(
    @JsonProperty("epoch") int epoch,
    @JsonProperty("classification") Classification classification,
    @JsonProperty("pictures") List<Picture> pictures) {
  /** The largest number of pixels of a picture's longer side. */
  public static final int MAX_SIDE = 64;

  public ClassificationRecord {
    Require.atLeast("epoch", epoch, 0);
    pictures = List.copyOf(pictures);
    int mistakes = classification.worst().size();
    Require.that(
        pictures.isEmpty() || pictures.size() == mistakes,
        "pictures",
        "as many as the mistakes, " + mistakes,
        pictures.size(),
        pictures);
  }

  /**
   * A small picture of an image, grey or RGB like the image, at most {@value #MAX_SIDE} pixels on
   * its longer side; equal to another of the same bytes.
   *
   * @param png the bytes of a PNG file; neither copied nor to be changed
   */
  public record Picture(@JsonProperty("png") byte[] png) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Picture picture && Arrays.equals(png, picture.png);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(png);
    }

    @Override
    public String toString() {
      return "PNG of " + png.length + " bytes";
    }
  }

  /** Makes the picture of an evaluation image. */
  @FunctionalInterface
  public interface PictureSource {
    /** The picture of the image with an index. */
    Picture of(int index);
  }
}
