package dev.onecycle.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Datasets for tests, and comparisons of datasets. */
public final class TestDatasets {
  private TestDatasets() {}

  /** Random pixels; image {@code i} has label {@code i mod classes}. */
  public static ImageDataset random(int count, ImageShape shape, int classes) {
    byte[] pixels = new byte[count * shape.bytes()];
    new SplittableRandom(42).nextBytes(pixels);
    int[] labels = IntStream.range(0, count).map(i -> i % classes).toArray();
    List<String> names = IntStream.range(0, classes).mapToObj(i -> "class" + i).toList();
    return ImageDataset.of(shape, names, labels, pixels);
  }

  public static byte[] pixels(ImageDataset data, int index) {
    ByteBuffer pixels = data.pixels(index);
    byte[] bytes = new byte[pixels.remaining()];
    pixels.get(bytes);
    return bytes;
  }

  public static void assertSame(ImageDataset actual, ImageDataset expected) {
    assertThat(actual.size()).isEqualTo(expected.size());
    assertThat(actual.shape()).isEqualTo(expected.shape());
    assertThat(actual.classes()).isEqualTo(expected.classes());
    byte[] read = new byte[expected.shape().bytes()];
    for (int i = 0; i < expected.size(); i++) {
      actual.read(i, read);
      assertThat(actual.label(i)).isEqualTo(expected.label(i));
      assertThat(actual.origin(i)).isEqualTo(expected.origin(i));
      assertThat(pixels(actual, i)).isEqualTo(pixels(expected, i)).isEqualTo(read);
    }
  }

  /** Tuning data must have the images that training has, except for the test images. */
  public static void assertTunes(TuningData actual, DataSplits whole, long seed) {
    assertThat(actual.fingerprint()).isEqualTo(whole.trainingFingerprint());
    if (!whole.evaluationName().equals("test")) {
      assertThat(actual.validationName()).isEqualTo(whole.evaluationName());
      assertSame(actual.train(), whole.train());
      assertSame(actual.validation(), whole.evaluation());
    } else if (actual.validationName().equals("val")) {
      assertSame(actual.train(), whole.train());
    } else {
      assertThat(actual.validationName()).isEqualTo("held-out tenth");
      Holdout holdout = Holdout.of(whole.train(), Holdout.TENTH, seed);
      assertSame(actual.train(), holdout.rest());
      assertSame(actual.validation(), holdout.part());
    }
  }

  /** As {@link #assertTunes(TuningData, DataSplits, long)} with seed 0. */
  public static void assertTunes(TuningData actual, DataSplits whole) {
    assertTunes(actual, whole, 0);
  }

  /** A dataset that takes everything from another one, as a user's own may. */
  public static class Forwarding implements ImageDataset {
    private final ImageDataset base;

    public Forwarding(ImageDataset base) {
      this.base = base;
    }

    @Override
    public int size() {
      return base.size();
    }

    @Override
    public ImageShape shape() {
      return base.shape();
    }

    @Override
    public List<String> classes() {
      return base.classes();
    }

    @Override
    public int label(int index) {
      return base.label(index);
    }

    @Override
    public String origin(int index) {
      return base.origin(index);
    }

    @Override
    public ByteBuffer pixels(int index) {
      return base.pixels(index);
    }
  }
}
