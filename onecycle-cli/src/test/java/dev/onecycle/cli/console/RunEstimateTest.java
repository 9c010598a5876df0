package dev.onecycle.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.cli.console.RunEstimate.Work;
import org.junit.jupiter.api.Test;

/** The time left is that of the whole run. */
class RunEstimateTest {
  private final RunEstimate estimate = new RunEstimate(10);

  /** Ten rates of 2 s; then 30 steps of 2 s and 100 images at a third of 0.2 s each. */
  @Test
  void aRangeTestForetellsTheTrainingAfterIt() {
    for (int i = 0; i < 5; i++) {
      estimate.rate(100 + 2 * i);
    }
    double left = estimate.left(new Work(10, 1, 30, 100, 0));
    assertThat(left).isCloseTo(20 + 60 + 100 * 0.33 * 0.2, within(1e-9));
    assertThat(estimate.left(new Work(10, 4, 30, 0, 0))).as("4 steps a rate").isEqualTo(20 + 15);
    assertThat(estimate.left(new Work(7, 1, 0, 0, 0))).as("find-lr").isEqualTo(14);
  }

  @Test
  void theTrainingItselfTellsMore() {
    estimate.rate(0);
    estimate.rate(9);
    estimate.step(100);
    estimate.step(101);
    estimate.step(102);
    assertThat(estimate.left(new Work(0, 1, 50, 0, 0))).isEqualTo(50);
    estimate.evaluated(110, 20);
    estimate.evaluated(111, 40);
    // 0.05 s an image, and 4 s for the checkpoint and the page of an epoch.
    estimate.step(115);
    assertThat(estimate.left(new Work(0, 1, 50, 200, 3))).isEqualTo(50 + 10 + 12);
  }

  /** The longer tests after tests that noise hid: their rates cost more. */
  @Test
  void theTestsThatFollowOthersHaveACostOfTheirOwn() {
    estimate.rangeTests();
    estimate.rate(0);
    estimate.rate(1);
    estimate.rangeTests();
    estimate.rate(2);
    assertThat(estimate.left(new Work(10, 4, 0, 0, 0))).isNaN();
    estimate.rate(6);
    assertThat(estimate.left(new Work(10, 4, 30, 0, 0))).isEqualTo(40 + 30);
  }

  @Test
  void nothingIsSaidBeforeAnythingIsKnown() {
    assertThat(estimate.left(new Work(0, 1, 50, 0, 0))).isNaN();
    estimate.step(1);
    assertThat(estimate.left(new Work(0, 1, 50, 0, 0))).isNaN();
    assertThat(estimate.left(new Work(0, 1, 0, 0, 0))).isZero();
  }

  @Test
  void aSecondEvaluationBeginsAtZero() {
    estimate.step(0);
    estimate.step(1);
    estimate.evaluated(2, 40);
    estimate.evaluated(3, 80);
    estimate.step(4);
    estimate.evaluated(5, 40);
    estimate.evaluated(6, 80);
    assertThat(estimate.left(new Work(0, 1, 0, 40, 0))).isEqualTo(1);
  }
}
