package dev.onecycle.data.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.data.TestDatasets;
import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.augment.Mixing;
import dev.onecycle.data.augment.Rectangle;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.InvalidValueException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MixingTest {
  private static final ImageShape SHAPE = new ImageShape(3, 8, 6);

  private record Mixed(int index, int label, int mixedLabel, double share, List<Byte> pixels) {}

  private static List<Mixed> mixed(
      ImageDataset data, Augmentation augmentation, long begin, long end) {
    Sampler sampler = Sampler.shuffled(data.size(), 5, 9);
    List<Mixed> all = new ArrayList<>();
    try (BatchLoader loader = BatchLoader.batches(data, augmentation, sampler, begin, end)) {
      while (loader.hasNext()) {
        try (Batch batch = loader.next()) {
          for (int i = 0; i < batch.size(); i++) {
            byte[] bytes = new byte[SHAPE.bytes()];
            batch.values().get(i * SHAPE.bytes(), bytes);
            List<Byte> pixels = new ArrayList<>();
            for (byte value : bytes) {
              pixels.add(value);
            }
            all.add(
                new Mixed(
                    batch.index(i), batch.label(i), batch.mixedLabel(i), batch.share(i), pixels));
          }
        }
      }
    }
    return all;
  }

  @Test
  void everyImageIsMixedWithAnotherOfItsBatchByTheShareOfItsTarget() {
    ImageDataset data = TestDatasets.random(10, SHAPE, 10);
    Augmentation changes = Augmentation.standard().withPad(2);
    List<Mixed> plain = mixed(data, changes, 0, 2);
    List<Mixed> mixed = mixed(data, changes.withMixing(new Mixing(1, 0)), 0, 2);
    for (int i = 0; i < 10; i++) {
      Mixed now = mixed.get(i);
      Mixed own = plain.get(i);
      assertThat(own.share()).isEqualTo(1);
      assertThat(own.mixedLabel()).isEqualTo(own.label());
      assertThat(now.index()).isEqualTo(own.index());
      assertThat(now.label()).isEqualTo(own.label());
      Mixed other = partner(plain.subList(i / 5 * 5, i / 5 * 5 + 5), own, now, data);
      for (int p = 0; p < SHAPE.bytes(); p++) {
        double mean =
            now.share() * (own.pixels().get(p) & 0xff)
                + (1 - now.share()) * (other.pixels().get(p) & 0xff);
        assertThat((double) (now.pixels().get(p) & 0xff)).isCloseTo(mean, within(0.501));
      }
    }
  }

  /** The only image of the batch from whose pixels the mixed ones can be. */
  private static Mixed partner(List<Mixed> batch, Mixed own, Mixed now, ImageDataset data) {
    List<Mixed> found =
        batch.stream()
            .filter(other -> other.index() != own.index())
            .filter(other -> data.label(other.index()) == now.mixedLabel())
            .filter(
                other -> {
                  double mean =
                      now.share() * (own.pixels().get(0) & 0xff)
                          + (1 - now.share()) * (other.pixels().get(0) & 0xff);
                  return Math.abs((now.pixels().get(0) & 0xff) - mean) < 0.501;
                })
            .toList();
    assertThat(found).isNotEmpty();
    return found.get(0);
  }

  @Test
  void cutmixTakesARectangleAndCountsItsPixels() {
    ImageDataset data = TestDatasets.random(10, SHAPE, 10);
    List<Mixed> plain = mixed(data, Augmentation.none(), 0, 2);
    List<Mixed> mixed = mixed(data, Augmentation.none().withMixing(new Mixing(0, 1)), 0, 2);
    boolean anyCut = false;
    for (int i = 0; i < 10; i++) {
      int kept = 0;
      for (int p = 0; p < SHAPE.bytes(); p += 3) {
        if (mixed
            .get(i)
            .pixels()
            .subList(p, p + 3)
            .equals(plain.get(i).pixels().subList(p, p + 3))) {
          kept++;
        }
      }
      assertThat(mixed.get(i).share()).isCloseTo(kept / 48.0, within(1e-9));
      anyCut |= kept < 48;
    }
    assertThat(anyCut).isTrue();
  }

  @Test
  void aRunThatResumesMixesAsTheWholeOne() {
    ImageDataset data = TestDatasets.random(23, SHAPE, 4);
    Augmentation both = Augmentation.standard().withPad(2).withMixing(new Mixing(0.4, 1));
    List<Mixed> whole = mixed(data, both, 0, 10);
    List<Mixed> rest = mixed(data, both, 7, 10);
    assertThat(rest).isEqualTo(whole.subList(whole.size() - rest.size(), whole.size()));
    assertThat(rest).isEqualTo(mixed(data, both, 7, 10));
  }

  @Test
  void sharesAreDrawnFromABetaDistribution() {
    for (double alpha : new double[] {0.2, 1, 3}) {
      double sum = 0;
      double squares = 0;
      int draws = 16_000;
      for (int i = 0; i < draws; i++) {
        Mixing.Choice choice =
            new Mixing(alpha, 0).choose(4, 1, i, 0, i % 7, 7, 8, 6).orElseThrow();
        assertThat(choice.partner()).isBetween(0, 6).isNotEqualTo(i % 7);
        sum += choice.share();
        squares += (choice.share() - 0.5) * (choice.share() - 0.5);
      }
      double variance = 1 / (4 * (2 * alpha + 1));
      assertThat(sum / draws).isCloseTo(0.5, within(5 * Math.sqrt(variance / draws)));
      assertThat(squares / draws).isCloseTo(variance, within(0.05 * variance));
    }
  }

  @Test
  void tinyAlphasKeepOneOfTheImages() {
    for (int i = 0; i < 1000; i++) {
      double share = new Mixing(1e-3, 0).choose(4, 1, i, 0, 0, 2, 8, 6).orElseThrow().share();
      assertThat(share).isBetween(0.0, 1.0);
    }
  }

  @Test
  void pixelsAreWeighedOrCut() {
    byte[] own = {100, (byte) 200, 0, 7};
    new Mixing.Choice(1, 0.75, Optional.empty()).apply(own, new byte[] {0, 0, 100, 7}, 1, 2);
    assertThat(own).containsExactly(75, (byte) 150, 25, 7);
    new Mixing.Choice(1, 0.5, Optional.of(new Rectangle(1, 0, 1, 2)))
        .apply(own, new byte[] {1, 2, 3, 4}, 1, 2);
    assertThat(own).containsExactly(75, (byte) 150, 3, 4);
  }

  @Test
  void aBatchOfOneImageStaysAsItIs() {
    assertThat(new Mixing(1, 1).choose(1, 0, 0, 0, 0, 1, 8, 6)).isEmpty();
    assertThatThrownBy(() -> new Mixing(5, 0))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("mixup must be in [0, 4] but was 5");
    assertThat(Augmentation.none().withMixing(new Mixing(0.2, 1)).describe())
        .isEqualTo("mixup 0.2 or cutmix 1");
    assertThat(Augmentation.none().withMixing(new Mixing(0.2, 0)).isNone()).isFalse();
  }
}
