package dev.onecycle.data.index;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.text.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;

/** The hash that identifies decoded data, wherever it was read from. */
public final class Fingerprint {
  private final MessageDigest digest = Sha256.digest();

  private Fingerprint() {}

  /**
   * SHA-256 over the shape, the class names, and the name, labels and pixels of each split.
   *
   * @param splits the images by the name of their split, hashed in the order of the map
   */
  public static String of(
      ImageShape shape, List<String> classes, Map<String, ? extends ImageDataset> splits) {
    Fingerprint fingerprint = new Fingerprint();
    fingerprint.add(shape.channels() + "×" + shape.height() + "×" + shape.width());
    fingerprint.add(classes.size());
    classes.forEach(fingerprint::add);
    splits.forEach(fingerprint::add);
    return Sha256.hex(fingerprint.digest);
  }

  private void add(String name, ImageDataset images) {
    add(name);
    int[] labels = new int[images.size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = images.label(i);
    }
    add(labels.length);
    digest.update(IntArrays.toBytes(labels));
    byte[] image = new byte[images.shape().bytes()];
    for (int i = 0; i < labels.length; i++) {
      images.read(i, image);
      digest.update(image);
    }
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
