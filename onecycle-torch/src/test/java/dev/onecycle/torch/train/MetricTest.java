package dev.onecycle.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.data.sample.Targets;
import dev.onecycle.error.InvalidValueException;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricTest {
  private static double value(Metric metric, float[][] outputs, float[][] targets) {
    Metric.Counter counter = metric.counter(outputs[0].length);
    for (int i = 0; i < outputs.length; i++) {
      counter.add(outputs[i], targets[i]);
    }
    return counter.value();
  }

  @Test
  void classesByTheirHighestScore() {
    float[][] outputs = {{2, 1}, {2, 1}, {0, 1}, {3, 5}, {Float.NaN, 0}};
    float[][] targets = {{1, 0}, {1, 0}, {1, 0}, {0, 1}, {0, 1}};
    assertThat(value(Metric.accuracy(), outputs, targets)).isEqualTo(3 / 5.0);
    assertThat(value(Metric.balancedAccuracy(), outputs, targets))
        .isCloseTo((2 / 3.0 + 1 / 2.0) / 2, within(1e-15));
  }

  /** 3 hits, 1 false alarm, 1 miss. */
  @Test
  void labelsByTheSignOfTheirScores() {
    float[][] outputs = {{1, 1, -1}, {-1, 2, 3}, {-1, -1, -1}};
    float[][] targets = {{1, 1, 0}, {0, 0, 1}, {1, 0, 0}};
    assertThat(value(Metric.f1(), outputs, targets)).isEqualTo(6 / 8.0);
    assertThat(value(Metric.exactMatch(), outputs, targets)).isEqualTo(1 / 3.0);
    assertThat(value(Metric.f1(), new float[][] {{-1}}, new float[][] {{0}})).isEqualTo(1);
  }

  @Test
  void numbersByTheirDistance() {
    float[][] outputs = {{1}, {2}, {6}};
    float[][] targets = {{1}, {4}, {7}};
    assertThat(value(Metric.meanAbsoluteError(), outputs, targets)).isEqualTo(1);
    assertThat(value(Metric.rootMeanSquaredError(), outputs, targets))
        .isCloseTo(Math.sqrt(5 / 3.0), within(1e-12));
    // The targets are −3, 0, 3 from their mean 4.
    assertThat(value(Metric.r2(), outputs, targets)).isCloseTo(1 - 5 / 18.0, within(1e-12));
    float[][] far = {{1e6f}, {1e6f + 1}};
    assertThat(value(Metric.r2(), far, far)).isEqualTo(1);
    assertThat(value(Metric.r2(), new float[][] {{1}, {2}}, new float[][] {{3}, {3}})).isNaN();
  }

  @Test
  void metricsFitTheTargetsAndHaveNamesOfTheirOwn() {
    Targets numbers = new Targets.Numbers(List.of("y"));
    Metric.requireFits(List.of(Metric.r2(), Metric.loss()), numbers);
    assertThatThrownBy(() -> Metric.requireFits(List.of(Metric.f1()), numbers))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage("metric must be one for 1 number but was F1; take another");
    assertThatThrownBy(() -> Metric.requireFits(List.of(Metric.r2(), Metric.r2()), numbers))
        .hasMessageStartingWith("names of metrics must be different from each other");
    assertThatThrownBy(() -> Metric.requireFits(List.of(), numbers))
        .hasMessageStartingWith("metrics must be at least 1");
  }
}
