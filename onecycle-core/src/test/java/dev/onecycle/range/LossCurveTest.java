package dev.onecycle.range;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.range.Verdict.Kind;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LossCurveTest {
  @Test
  void noEdgeIsClaimedForARiseOfTheLastTwoPoints() {
    double[] losses = descent();
    losses[losses.length - 2] = 2.2;
    losses[losses.length - 1] = 2.4;
    assertThat(Curves.read(1e-4, 1, StopReason.REACHED_END, losses).verdict().kind())
        .isEqualTo(Kind.NO_EDGE);
    assertThat(Curves.read(1e-4, 1, StopReason.DIVERGED, losses).verdict().kind())
        .isEqualTo(Kind.CLEAR);
  }

  @Test
  void aDipAmongLossesWorseThanAnUntrainedNetsIsNoRecovery() {
    double[] losses = new double[70];
    Arrays.setAll(
        losses,
        i -> {
          double trained = 2.3 - 0.8 / (1 + Math.exp((20 - i) / 4.0));
          return i < 45 ? trained : i < 52 ? 6 : i < 56 ? 2.2 : 30;
        });
    double edge = Curves.read(1e-4, 1, StopReason.DIVERGED, losses).readings().edge().orElseThrow();
    assertThat(edge).isBetween(rate(42), rate(46));
    Arrays.fill(losses, 52, 56, 1.6);
    double afterRecovery =
        Curves.read(1e-4, 1, StopReason.DIVERGED, losses).readings().edge().orElseThrow();
    assertThat(afterRecovery).isBetween(rate(53), rate(57));
  }

  private static double rate(int i) {
    return Ramp.EXPONENTIAL.at(i, 70, 1e-4, 1);
  }

  @Test
  void aSpikeMovesNoReading() {
    double[] losses = descent();
    Readings before = Curves.read(1e-4, 1, StopReason.REACHED_END, losses).readings();
    losses[45] = 50;
    Readings after = Curves.read(1e-4, 1, StopReason.REACHED_END, losses).readings();
    assertThat(after).isEqualTo(before);
  }

  @Test
  void theSteepestPointOfASigmoidIsItsMiddle() {
    double[] losses = new double[121];
    Arrays.setAll(losses, i -> 2.3 - 1 / (1 + Math.exp((60 - i) / 8.0)));
    Readings readings = Curves.read(1e-4, 1, StopReason.REACHED_END, losses).readings();
    assertThat(readings.steepest().orElseThrow()).isCloseTo(1e-2, within(1e-9));
  }

  @Test
  void theValleyIsTwoThirdsDownTheLongestDescent() {
    double[] losses = new double[61];
    Arrays.setAll(losses, i -> i < 30 ? 2.3 : 2.3 - 0.04 * (i - 30));
    double valley =
        Curves.read(1e-6, 1, StopReason.REACHED_END, losses).readings().valley().orElseThrow();
    assertThat(Math.log10(valley)).isCloseTo(-1, within(0.2));
  }

  @Test
  void aLossStillFallingAtTheEndHasNoMinimum() {
    Readings readings =
        Curves.read(1e-4, 1, StopReason.REACHED_END, descending(60, 2.3, 1.0)).readings();
    assertThat(readings.minimum()).isEmpty();
    assertThat(readings.steepest()).isPresent();
  }

  @Test
  void constantZeroLossIsFlat() {
    RangeResult result = Curves.read(1e-4, 1, StopReason.REACHED_END, new double[30]);
    assertThat(result.verdict().kind()).isEqualTo(Kind.FLAT);
  }

  private static double[] descent() {
    double[] losses = new double[60];
    Arrays.setAll(losses, i -> 2.3 - 0.8 / (1 + Math.exp((25 - i) / 4.0)));
    return losses;
  }

  private static double[] descending(int n, double from, double to) {
    double[] losses = new double[n];
    Arrays.setAll(losses, i -> from + (to - from) * i / (n - 1));
    return losses;
  }
}
