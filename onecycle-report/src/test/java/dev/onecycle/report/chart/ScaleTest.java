package dev.onecycle.report.chart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.report.chart.Scale.Tick;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class ScaleTest {
  private static List<String> labels(Scale scale, int count) {
    return scale.ticks(count).stream().map(Tick::label).filter(l -> !l.isEmpty()).toList();
  }

  @Test
  void linearTicksAreRound() {
    assertThat(labels(new Scale(0, 0.85, false), 4)).containsExactly("0", "0.5");
    assertThat(labels(new Scale(0, 0.85, false), 5))
        .containsExactly("0", "0.2", "0.4", "0.6", "0.8");
    assertThat(labels(new Scale(0, 9309, false), 6))
        .containsExactly("0", "2000", "4000", "6000", "8000");
    assertThat(labels(new Scale(-1, 1, false), 4)).containsExactly("-1", "-0.5", "0", "0.5", "1");
    assertThat(labels(new Scale(0, 2e-5, false), 2)).containsExactly("0", "1e-5", "2e-5");
  }

  @Test
  void logTicksAreDecadesWithTheRestUnlabelled() {
    Scale scale = new Scale(1e-6, 100, true);

    assertThat(labels(scale, 8))
        .containsExactly("1e-6", "1e-5", "0.0001", "0.001", "0.01", "0.1", "1", "10", "100");
    assertThat(scale.ticks(8)).hasSize(8 * 9 + 1);
    assertThat(labels(scale, 4)).containsExactly("1e-6", "0.0001", "0.01", "1", "100");
  }

  @Test
  void aShortLogAxisStillHasLabels() {
    assertThat(labels(new Scale(0.3, 0.7, true), 5)).contains("0.4", "0.6");
    assertThat(labels(new Scale(0.5, 8, true), 6)).containsExactly("0.5", "1", "2", "5");
  }

  @Test
  void positionsRunFromZeroToOne() {
    Scale log = new Scale(0.001, 10, true);

    assertThat(log.position(0.001)).isEqualTo(0);
    assertThat(log.position(10)).isEqualTo(1);
    assertThat(log.position(0.1)).isCloseTo(0.5, org.assertj.core.api.Assertions.within(1e-12));
    assertThat(log.position(0)).isNaN();
    assertThat(new Scale(2, 6, false).position(3)).isEqualTo(0.25);
  }

  @Test
  void anyValuesHaveAScaleWithFewTicks() {
    long seed = 11;
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 2000; i++) {
      double a = Double.longBitsToDouble(random.nextLong());
      double b = i % 3 == 0 ? a : Double.longBitsToDouble(random.nextLong());
      boolean log = i % 2 == 0;
      Scale scale = Scale.covering(DoubleStream.of(a, b), log);
      assertThat(scale.low()).as("seed %d, %s, %s", seed, a, b).isLessThan(scale.high());
      assertThat(labels(scale, 6)).as("seed %d, %s, %s", seed, a, b).hasSizeLessThan(20);
    }
  }

  @Test
  void ticksHaveEnoughDigits() {
    assertThat(labels(new Scale(1012000, 1013000, false), 3))
        .containsExactly("1012000", "1012500", "1013000");
    assertThat(labels(new Scale(0.84999, 0.85001, false), 2))
        .containsExactly("0.84999", "0.85", "0.85001");
    assertThat(labels(new Scale(0, 0.3, false), 3)).containsExactly("0", "0.1", "0.2", "0.3");
  }
}
