package dev.onecycle.range;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.random.RandomStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerdictMessagesTest {
  @ParameterizedTest
  @CsvSource({
    "0.27184, 0.272",
    "1e-6, 1e-6",
    "0.0001234, 0.000123",
    "0.00001234, 1.23e-5",
    "100, 100",
    "123456, 123000",
    "123456789, 123000000",
    "1e9, 1e9",
    "0, 0",
    "NaN, NaN",
    "-2.5, -2.5"
  })
  void numbersHaveThreeSignificantDigits(double value, String text) {
    assertThat(VerdictMessages.number(value)).isEqualTo(text);
  }

  @Test
  void aClearVerdictNamesLossesEdgeAndPeak() {
    assertThat(Curves.resnet20("1e-3").verdict().explanation())
        .isEqualTo(
            "The loss fell from 2.49 to 1.82, stayed low around learning rate 0.0586, and rose for"
                + " good at 5.15; train with a peak of 0.0234 for a cycle of up to 100 steps, and 0.515"
                + " for 10,000 or more.");
  }

  @Test
  void explanationsDoNotDependOnTheLocale() {
    Locale before = Locale.getDefault();
    String expected = Curves.resnet20("1e-3").verdict().explanation();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      assertThat(Curves.resnet20("1e-3").verdict().explanation()).isEqualTo(expected);
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void everyOtherVerdictSaysWhatToDo() {
    double[] flat = new double[40];
    Arrays.fill(flat, 2.3);
    assertThat(explanation(StopReason.REACHED_END, flat))
        .startsWith("The loss stayed within 2.3e-6 of 2.3 up to learning rate 1;")
        .contains("raise the end of the range");
    double[] leaving = flat.clone();
    leaving[38] = 10;
    leaving[39] = 900;
    assertThat(explanation(StopReason.DIVERGED, leaving))
        .isEqualTo(
            "Nothing was learned up to learning rate 1: the loss started at 2.3 and never fell"
                + " clearly below that; noise alone can move it by 2.3e-6; look"
                + " at labels, data and model, and if they are right, use more steps or a larger"
                + " batch.");
    assertThat(explanation(StopReason.NON_FINITE, Double.NaN))
        .startsWith("The loss diverged within 1 step, by learning rate 0.001;");
    assertThat(explanation(StopReason.INTERRUPTED, 2.3, 2.2))
        .isEqualTo(
            "Interrupted after learning rate 1: the test took 2 steps, and fewer than 10 cannot be"
                + " read; run it to its end.");
    double[] noisy = new double[40];
    SplittableRandom random = RandomStream.of(1, "noise");
    Arrays.setAll(noisy, i -> 2.3 + random.nextGaussian());
    assertThat(
            RangeResult.of(
                    Curves.read(1e-3, 1, StopReason.REACHED_END, noisy).points(),
                    RangeStop.of(StopReason.REACHED_END),
                    0.9,
                    Optional.of(LossScale.of(2.3, 0)))
                .verdict()
                .explanation())
        .startsWith("The loss varies by ")
        .contains("use a larger batch");
  }

  /** A short test does not show that a long cycle survives its last rate. */
  @Test
  void aCurveWithoutAnEdgeAdvisesATenthOfItsLastRate() {
    double[] falling = new double[40];
    Arrays.setAll(falling, i -> 2.3 - 0.03 * i);
    assertThat(explanation(StopReason.REACHED_END, falling))
        .endsWith(
            " and never rose for good up to learning rate 1; a short test does not show that a"
                + " cycle trains at that rate: give a peak of at most a tenth of it, 0.1, or raise"
                + " the end of the range to find the edge.");
  }

  /** It gave back 0.32 of a fall of 0.8: too little for an edge, and too much to be left unsaid. */
  @Test
  void aRiseThatIsNotForGoodYetIsSaid() {
    double[] rising = new double[60];
    Arrays.setAll(
        rising,
        i -> i < 30 ? 2.3 - 0.8 * Math.max(0, i - 15) / 15 : 1.5 + 0.32 * Math.max(0, i - 39) / 20);
    assertThat(explanation(StopReason.REACHED_END, rising))
        .startsWith(
            "The loss fell from 2.3 to 1.5 and never rose for good up to learning rate 1, but had"
                + " risen to 1.82 there; ");
  }

  @Test
  void anInterruptedFallIsNotCalledSafe() {
    double[] falling = new double[40];
    Arrays.setAll(falling, i -> 2.3 - 0.03 * i);
    assertThat(explanation(StopReason.INTERRUPTED, falling))
        .startsWith("Interrupted after learning rate 1: the loss fell from ")
        .contains("run the test to its end")
        .doesNotContain("safe");
  }

  private static String explanation(StopReason stopped, double... losses) {
    return Curves.read(1e-3, 1, stopped, losses).verdict().explanation();
  }
}
