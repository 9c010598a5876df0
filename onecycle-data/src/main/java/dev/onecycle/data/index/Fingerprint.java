package dev.onecycle.data.index;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.text.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The hash that identifies decoded data, wherever it was read from. */
public final class Fingerprint {
  private final MessageDigest digest = Sha256.digest();

  /**
   * SHA-256 over the shape, the class names, and the name, labels and pixels of each split.
   *
   * @param splits the images by the name of their split, hashed in the order of the map
   */
  public static String of(
      ImageShape shape, List<String> classes, Map<String, ? extends ImageDataset> splits) {
    Fingerprint fingerprint = new Fingerprint(shape, classes);
    splits.forEach(
        (name, images) -> {
          fingerprint.begin(name, IntStream.range(0, images.size()).map(images::label).toArray());
          byte[] image = new byte[images.shape().bytes()];
          for (int i = 0; i < images.size(); i++) {
            images.read(i, image);
            fingerprint.add(image);
          }
        });
    return fingerprint.hex();
  }

  /** Begins a hash of images of a shape and of classes. */
  public Fingerprint(ImageShape shape, List<String> classes) {
    add(shape.channels() + "×" + shape.height() + "×" + shape.width());
    add(classes.size());
    classes.forEach(this::add);
  }

  /** Adds the name and the labels of a split; its images are to follow, in order. */
  public void begin(String split, int[] labels) {
    add(split);
    add(labels.length);
    digest.update(IntArrays.toBytes(labels));
  }

  /** Adds the pixels of an image. */
  public void add(byte[] pixels) {
    digest.update(pixels);
  }

  /** The hash of all that was added; the last call. */
  public String hex() {
    return Sha256.hex(digest);
  }

  private void add(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    add(utf8.length);
    digest.update(utf8);
  }

  private void add(int value) {
    digest.update(IntArrays.toBytes(new int[] {value}));
  }
}
