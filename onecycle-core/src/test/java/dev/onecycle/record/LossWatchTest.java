package dev.onecycle.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.InvalidValueException;
import java.util.SplittableRandom;
import java.util.function.LongToDoubleFunction;
import org.junit.jupiter.api.Test;

class LossWatchTest {
  private static final double CHANCE = Math.log(10);

  private static LossWatch over(int steps, LongToDoubleFunction losses) {
    LossWatch watch = LossWatch.START;
    for (long step = 0; step < steps; step++) {
      watch = watch.after(step, losses.applyAsDouble(step), CHANCE);
    }
    return watch;
  }

  /** The first step by which a training has diverged; −1 where it has not. */
  private static long divergence(int steps, double scale, LongToDoubleFunction losses) {
    LossWatch watch = LossWatch.START;
    for (long step = 0; step < steps; step++) {
      watch = watch.after(step, scale * losses.applyAsDouble(step), scale * CHANCE);
      if (watch.hasDiverged()) {
        return step;
      }
    }
    return -1;
  }

  @Test
  void theReferenceIsTheFirstLossOrTheLossOfKnowingNothing() {
    assertThat(over(1, step -> 2.4).reference()).isEqualTo(2.4);
    assertThat(over(9, step -> 0.1).reference()).isEqualTo(CHANCE);
    // Losses that fall from 272 may rise to ten times that.
    assertThat(over(9, step -> 272.0 / (1 + step)).limit()).isEqualTo(2720);
    assertThat(divergence(100, 1, step -> step == 0 ? 272 : 2000)).isEqualTo(-1);
  }

  @Test
  void aTrainingDivergesWithTheTenthLossAboveTheLimit() {
    LongToDoubleFunction exploding = step -> step < 30 ? 2 : Math.pow(10, step - 28);
    assertThat(divergence(100, 1, exploding)).isEqualTo(39);
    LossWatch watch = over(40, exploding);
    assertThat(watch.since()).isEqualTo(30);
    assertThat(watch.soundBefore(40)).isEqualTo(30);
    assertThat(watch.soundBefore(10)).isEqualTo(10);
  }

  @Test
  void slowerRisesBeginWhereTheLossLeavesTwiceTheReference() {
    LongToDoubleFunction slow = step -> step < 30 ? 2 : 2 * Math.pow(1.2, step - 29);
    LossWatch watch = over(60, slow);
    assertThat(watch.hasDiverged()).isTrue();
    assertThat(watch.since()).isEqualTo(34);
    assertThat(slow.applyAsDouble(33)).isLessThan(2 * watch.reference());
    assertThat(slow.applyAsDouble(34)).isGreaterThan(2 * watch.reference());
  }

  @Test
  void lossesMultipliedByAConstantAreJudgedAlike() {
    LongToDoubleFunction exploding = step -> step < 30 ? 2 : Math.pow(3, step - 29);
    for (double scale : new double[] {1e-9, 1, 1e12}) {
      assertThat(divergence(100, scale, exploding)).isEqualTo(divergence(100, 1, exploding));
    }
  }

  /**
   * 990 images of a class and 10 of another: a quarter of the batches of 32 hold one of the ten.
   */
  @Test
  void lossesThatExplodeInAQuarterOfTheBatchesAreADivergence() {
    SplittableRandom random = new SplittableRandom(1);
    assertThat(divergence(300, 1, step -> random.nextDouble() < 0.27 ? 1e14 : 0)).isPositive();
  }

  @Test
  void singleBadBatchesAndShortRisesAreNone() {
    assertThat(divergence(1000, 1, step -> step % 20 == 7 ? 1e9 : 1)).isEqualTo(-1);
    assertThat(divergence(1000, 1, step -> step >= 50 && step < 59 ? 500 : 1)).isEqualTo(-1);
    LossWatch later = over(200, step -> step == 50 ? 500 : 1);
    assertThat(later.since()).isEqualTo(-1);
    assertThat(later.soundBefore(200)).isEqualTo(200);
    LossWatch soon = over(80, step -> step == 50 ? 500 : 1);
    assertThat(soon.soundBefore(80)).isEqualTo(50);
  }

  @Test
  void whatAHighRateDoesIsNone() {
    // Twice chance for a hundred steps, spikes of five times, then the fall.
    assertThat(divergence(400, 1, step -> step < 100 ? (step % 7 == 0 ? 11.5 : 4.6) : 1))
        .isEqualTo(-1);
  }

  @Test
  void aShortTrainingEndsDivergedByItsOwnLength() {
    assertThat(over(6, step -> step < 4 ? 2 : 1e6).endsDiverged(6)).isTrue();
    assertThat(over(6, step -> step < 5 ? 2 : 1e6).endsDiverged(6)).isFalse();
    assertThat(over(20, step -> step < 15 ? 2 : 1e6).endsDiverged(20)).isTrue();
    assertThat(over(20, step -> step < 16 ? 2 : 1e6).endsDiverged(20)).isFalse();
    assertThat(over(100, step -> step < 91 ? 2 : 1e6).endsDiverged(100)).isFalse();
    assertThat(over(100, step -> step < 90 ? 2 : 1e6).endsDiverged(100)).isTrue();
  }

  @Test
  void aWatchGoesOnFromAnyStepAsIfItHadSeenAll() {
    LongToDoubleFunction losses = step -> step % 5 == 0 && step > 20 ? 1e3 : step % 3 + 0.5;
    LossWatch resumed = over(33, losses);
    LossWatch copy =
        new LossWatch(resumed.reference(), resumed.above(), resumed.raisedFrom(), resumed.since());
    for (long step = 33; step < 90; step++) {
      copy = copy.after(step, losses.applyAsDouble(step), CHANCE);
    }
    assertThat(copy).isEqualTo(over(90, losses));
  }

  @Test
  void thereIsALossOfKnowingNothing() {
    assertThatThrownBy(() -> LossWatch.START.after(0, 1, 0))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("loss of knowing nothing must be positive");
  }
}
