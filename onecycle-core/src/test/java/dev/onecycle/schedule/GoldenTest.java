package dev.onecycle.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every compatibility policy against the figures of its system, to 1e-9 relative. */
class GoldenTest {
  @Test
  void seedIsTheScheduleOfTheNotebook() {
    check(
        "seed_T9310_max0.8.csv",
        9310,
        CompatibilityPolicies.seed(9310, 0.8, 10, 13.68, 0.95, 0.85));
  }

  @Test
  void pytorchTwoPhaseCosineIsOneCycleLr() {
    check(
        "torch_cos2_T100.csv",
        100,
        CompatibilityPolicies.pytorch(100, 1.0, 0.3, Anneal.COS, false, 25, 1e4, 0.95, 0.85));
  }

  @Test
  void pytorchThreePhaseLinearIsOneCycleLr() {
    check(
        "torch_linear3_T95.csv",
        95,
        CompatibilityPolicies.pytorch(95, 0.8, 0.4316, Anneal.LINEAR, true, 10, 100, 0.95, 0.85));
  }

  @Test
  void fastai2IsFitOneCycle() {
    check("fastai2_T100.csv", 100, PolicyChoice.of(PolicyChoice.Kind.FASTAI2).over(100, 1.0));
  }

  private static void check(String golden, int steps, Policy policy) {
    List<String> lines = read(golden);
    assertThat(lines.get(1)).isEqualTo("step,lr,momentum");
    assertThat(lines).hasSize(steps + 2);
    for (String line : lines.subList(2, lines.size())) {
      String[] cells = line.split(",", -1);
      long step = Long.parseLong(cells[0]);
      double rate = Double.parseDouble(cells[1]);
      double momentum = Double.parseDouble(cells[2]);
      assertThat(policy.learningRate().at(step))
          .as("learning rate at step %d", step)
          .isCloseTo(rate, within(1e-9 * rate));
      assertThat(policy.momentum().at(step))
          .as("momentum at step %d", step)
          .isCloseTo(momentum, within(1e-9 * momentum));
    }
  }

  private static List<String> read(String golden) {
    try (InputStream in = GoldenTest.class.getResourceAsStream("/goldens/" + golden)) {
      assertThat(in).as(golden).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
