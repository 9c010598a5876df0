package dev.onecycle.range;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The loss of knowing nothing, against constant answers that are tried one by one. */
class LossScaleTest {
  /** 990 : 10 images have an entropy of 0.056, where ln 2 is 0.693. */
  @Test
  void withoutSmoothingItIsTheEntropyOfTheShares() {
    assertThat(LossScale.ofClasses(new long[] {990, 10}, 0, 1).chance())
        .isEqualTo(0.0560, within(5e-5));
    assertThat(LossScale.ofClasses(new long[] {5, 5, 5, 5}, 0, 1).chance())
        .isEqualTo(Math.log(4), within(1e-15));
  }

  /** Of a fine grid of constant answers none has a lower loss, and the best comes close. */
  @Test
  void noConstantAnswerIsBetter() {
    for (double smoothing : new double[] {0, 0.1, 0.5, 0.99}) {
      for (long[] counts : new long[][] {{990, 10}, {1, 1}, {89, 11}, {7, 1}}) {
        double best = Double.POSITIVE_INFINITY;
        for (int i = 1; i < 20_000; i++) {
          double p = i / 20_000.0;
          best = Math.min(best, loss(counts, smoothing, p, 1 - p));
        }
        double chance = LossScale.ofClasses(counts, smoothing, 1).chance();
        assertThat(best).isBetween(chance - 1e-12, chance + 1e-4);
      }
    }
  }

  @Test
  void norIsAnyOfManyClasses() {
    SplittableRandom random = new SplittableRandom(3);
    long[] counts = {50, 30, 15, 4, 1, 0};
    double chance = LossScale.ofClasses(counts, 0.1, 1).chance();
    for (int i = 0; i < 20_000; i++) {
      double[] p = random.doubles(counts.length, 1e-6, 1).toArray();
      double sum = 0;
      for (double share : p) {
        sum += share;
      }
      for (int k = 0; k < p.length; k++) {
        p[k] /= sum;
      }
      assertThat(loss(counts, 0.1, p)).isGreaterThan(chance);
    }
  }

  /** The mean over the images of the cross-entropy of their smoothed target. */
  private static double loss(long[] counts, double smoothing, double... answer) {
    double total = 0;
    double sum = 0;
    for (int label = 0; label < counts.length; label++) {
      double ofImage = 0;
      for (int k = 0; k < counts.length; k++) {
        double target = (k == label ? 1 - smoothing : 0) + smoothing / counts.length;
        ofImage -= target * Math.log(answer[k]);
      }
      total += counts[label];
      sum += counts[label] * ofImage;
    }
    return sum / total;
  }

  /** For 99 : 1 a loss has two values; its square deviation is 0.99 · 0.01 · (ln 99)². */
  @Test
  void aBatchScattersWhereClassesAreUnequal() {
    assertThat(LossScale.ofClasses(new long[] {7, 7, 7}, 0, 1).noise()).isEqualTo(0, within(1e-7));
    assertThat(LossScale.ofClasses(new long[] {990, 10}, 0, 64).noise())
        .isEqualTo(Math.sqrt(0.99 * 0.01) * Math.log(99) / 8, within(1e-12));
  }

  /** A network that is sure of the right class to the degree of the target has that entropy. */
  @Test
  void theLowestLossIsTheEntropyOfATarget() {
    assertThat(LossScale.ofClasses(new long[] {5, 5}, 0, 1).lowest()).isZero();
    assertThat(LossScale.ofClasses(new long[] {5, 5}, 0.1, 1).lowest())
        .isEqualTo(-0.95 * Math.log(0.95) - 0.05 * Math.log(0.05), within(1e-12));
  }

  @Test
  void refusesWhatIsNoScale() {
    assertThatThrownBy(() -> LossScale.of(2, 2))
        .hasMessage("lowest loss must be below the chance loss 2.0 but was 2");
    assertThatThrownBy(() -> LossScale.ofClasses(new long[] {5, 0}, 0, 1))
        .hasMessageStartingWith("lowest loss must be below the chance loss 0");
  }
}
