package dev.onecycle.data.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FingerprintTest {
  private static final ImageShape SHAPE = new ImageShape(1, 2, 1);
  private static final List<String> CLASSES = List.of("cat", "dog");

  @Test
  void everythingThatTrainingSeesCounts() {
    Set<String> all = new HashSet<>();
    all.add(of(SHAPE, CLASSES, "train", new int[] {0, 1}, 1, 2, 3, 4));
    all.add(of(SHAPE, CLASSES, "train", new int[] {0, 0}, 1, 2, 3, 4));
    all.add(of(SHAPE, CLASSES, "train", new int[] {0, 1}, 1, 2, 3, 5));
    all.add(of(SHAPE, CLASSES, "train", new int[] {0, 1}, 3, 4, 1, 2));
    all.add(of(SHAPE, CLASSES, "all", new int[] {0, 1}, 1, 2, 3, 4));
    all.add(of(SHAPE, List.of("cat", "dot"), "train", new int[] {0, 1}, 1, 2, 3, 4));
    all.add(of(SHAPE, List.of("catd", "og"), "train", new int[] {0, 1}, 1, 2, 3, 4));
    all.add(of(new ImageShape(1, 1, 2), CLASSES, "train", new int[] {0, 1}, 1, 2, 3, 4));
    assertThat(all).hasSize(8).allMatch(hash -> hash.matches("[0-9a-f]{64}"));
  }

  @Test
  void theOrderOfStorageDoesNotCount() {
    ImageDataset stored =
        ImageDataset.of(SHAPE, CLASSES, new int[] {1, 1, 0}, new byte[] {3, 4, 9, 9, 1, 2});
    ImageDataset images = stored.select(new int[] {2, 0});
    assertThat(Fingerprint.of(SHAPE, CLASSES, Map.of("train", images)))
        .isEqualTo(of(SHAPE, CLASSES, "train", new int[] {0, 1}, 1, 2, 3, 4));
  }

  private static String of(
      ImageShape shape, List<String> classes, String split, int[] labels, int... pixels) {
    byte[] bytes = new byte[pixels.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) pixels[i];
    }
    ImageDataset images = ImageDataset.of(shape, classes, labels, bytes);
    return Fingerprint.of(shape, classes, Map.of(split, images));
  }
}
