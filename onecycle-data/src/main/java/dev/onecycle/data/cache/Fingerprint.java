package dev.onecycle.data.cache;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.index.IntArrays;
import dev.onecycle.data.index.SourceIndex;
import dev.onecycle.data.index.Split;
import dev.onecycle.text.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** The hash by which decoded data is recognized, wherever it was read from. */
final class Fingerprint {
  private final MessageDigest digest = Sha256.digest();

  private Fingerprint() {}

  /** SHA-256 over class names, image shape, and the labels and pixels of all splits in order. */
  static String of(SourceIndex index, PixelStore store) {
    Fingerprint fingerprint = new Fingerprint();
    fingerprint.add(index, store);
    return Sha256.hex(fingerprint.digest);
  }

  private void add(SourceIndex index, PixelStore store) {
    ImageShape shape = index.shape();
    add(shape.channels() + "×" + shape.height() + "×" + shape.width());
    add(index.classes().size());
    index.classes().forEach(this::add);
    byte[] image = new byte[shape.bytes()];
    for (Split split : index.parts()) {
      add(split.name());
      add(split.size());
      digest.update(IntArrays.toBytes(split.labels()));
      for (int i = 0; i < split.size(); i++) {
        store.read(split.slot(i), image);
        digest.update(image);
      }
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
