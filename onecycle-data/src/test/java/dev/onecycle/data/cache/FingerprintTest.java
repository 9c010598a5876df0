package dev.onecycle.data.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.index.SourceIndex;
import dev.onecycle.data.index.Split;
import java.util.HashSet;
import java.util.List;
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
  void whereImagesLieDoesNotCount() {
    PixelStore store = PixelStore.of(new byte[] {1, 2, 9, 9, 3, 4}, 2);
    List<Split.Labelled> images =
        List.of(new Split.Labelled(0, 0, "elsewhere"), new Split.Labelled(1, 2, "and there"));
    assertThat(Fingerprint.of(contents(SHAPE, CLASSES, Split.of("train", images)), store))
        .isEqualTo(of(SHAPE, CLASSES, "train", new int[] {0, 1}, 1, 2, 3, 4));
  }

  private static String of(
      ImageShape shape, List<String> classes, String part, int[] labels, int... pixels) {
    byte[] bytes = new byte[pixels.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) pixels[i];
    }
    List<Split.Labelled> images =
        List.of(new Split.Labelled(labels[0], 0, "a"), new Split.Labelled(labels[1], 1, "b"));
    return Fingerprint.of(
        contents(shape, classes, Split.of(part, images)), PixelStore.of(bytes, shape.bytes()));
  }

  private static SourceIndex contents(ImageShape shape, List<String> classes, Split part) {
    return new SourceIndex(shape, classes, List.of(part), List.of(), List.of());
  }
}
