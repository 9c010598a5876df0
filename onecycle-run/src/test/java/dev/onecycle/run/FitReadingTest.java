package dev.onecycle.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.run.FitReading.Kind;
import dev.onecycle.run.RunRecord.PolicySummary;
import dev.onecycle.schedule.BaselinePolicies;
import dev.onecycle.schedule.OneCycle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FitReadingTest {
  /** Ten steps an epoch: five epochs of warm-up, five of cool-down, two of annihilation. */
  private static final PolicySummary POLICY =
      PolicySummary.of(OneCycle.of(120, 0.5).withAnnihilation(1 / 6.0));

  private static FitReading read(double[] train, double[] validation) {
    List<EpochRecord> epochs = new ArrayList<>();
    for (int i = 0; i < train.length; i++) {
      epochs.add(
          new EpochRecord(
              i,
              10L * (i + 1),
              train[i],
              1,
              1,
              Optional.of(new EpochRecord.Evaluated(validation[i], 0.5, 1))));
    }
    return FitReading.of(epochs, POLICY);
  }

  /** The course of a whole run that ends with some losses. */
  private static double[] whole(double start, double... end) {
    double[] losses = new double[12];
    Arrays.fill(losses, start);
    System.arraycopy(end, 0, losses, 12 - end.length, end.length);
    return losses;
  }

  @Test
  void tooFewEpochsSayNothing() {
    FitReading reading = read(new double[] {2, 1}, new double[] {2, 1});
    assertThat(reading.kind()).isEqualTo(Kind.TOO_SHORT);
    assertThat(reading.advice()).isEmpty();
    double nan = Double.NaN;
    assertThat(read(new double[] {nan, nan, nan, 1}, new double[] {1, 1, 1, 1}).kind())
        .isEqualTo(Kind.TOO_SHORT);
  }

  @Test
  void validationThatFollowsLeavesRoomToLearn() {
    FitReading reading = read(whole(2, 1, 0.8), whole(1.9, 1.05, 0.85));
    assertThat(reading.kind()).isEqualTo(Kind.CLOSED);
    assertThat(reading.from()).isEmpty();
    assertThat(reading.advice()).contains("a longer cycle, a higher peak rate, or less");
  }

  @Test
  void aGapThatOpensInTheAnnihilationIsAsItShouldBe() {
    FitReading reading =
        read(
            new double[] {2, 1.5, 1.2, 1, .9, .85, .8, .75, .7, .65, .45, .3},
            new double[] {2, 1.9, 1.2, 1.3, .95, 1.2, .85, .8, .75, .7, .6, .5});
    assertThat(reading.kind()).isEqualTo(Kind.OPENS);
    assertThat(reading.from()).hasValue(10);
    assertThat(reading.explanation())
        .contains("epoch 11, in the annihilation", "is 0.2 at the end")
        .contains("validation 0.5, training 0.3");
    assertThat(reading.advice()).startsWith("So it should be");
  }

  @Test
  void aGapThatOpensEarlierLeavesRoom() {
    FitReading reading =
        read(
            new double[] {2, 1.5, 1.2, 1, .8, .6, .55, .5, .45, .4, .35, .3},
            new double[] {2, 1.5, 1.2, 1, .95, .9, .85, .8, .75, .7, .65, .6});
    assertThat(reading.from()).hasValue(4);
    assertThat(reading.explanation()).contains("epoch 5, in the warm-up");
    assertThat(reading.advice()).contains("a higher peak rate or a longer cycle");
  }

  @Test
  void validationLossThatRisesForGoodIsOverFitting() {
    FitReading reading =
        read(
            new double[] {2, 1.5, 1.2, 1, .8, .6, .5, .4, .3, .2, .1, .05},
            new double[] {2, 1.5, 1.2, 1.1, 1, .9, .95, 1, 1.05, 1.1, 1.2, 1.3});
    assertThat(reading.kind()).isEqualTo(Kind.OVERFITS);
    assertThat(reading.from()).hasValue(6);
    assertThat(reading.explanation())
        .isEqualTo(
            "The network over-fits from epoch 7 on, in the cool-down: validation loss rises from"
                + " 0.9 to 1.3 while training loss falls from 0.6 to 0.05.");
    assertThat(reading.advice()).contains("a higher peak rate and a longer cycle");
  }

  /** A run of twelve epochs that was evaluated after every few of them. */
  private static FitReading read(int every, double[] train, double[] validation) {
    List<EpochRecord> epochs = new ArrayList<>();
    for (int i = 0; i < train.length; i++) {
      Optional<Evaluated> evaluated =
          (i + 1) % every == 0
              ? Optional.of(new Evaluated(validation[i], 0.5, 1))
              : Optional.empty();
      epochs.add(new EpochRecord(i, 10L * (i + 1), train[i], 1, 1, evaluated));
    }
    return FitReading.of(epochs, POLICY);
  }

  /** The lowest is epoch 6, the next that is seen epoch 9, the step 89 in the cool-down. */
  @Test
  void whatCameBetweenTwoEvaluationsIsSaidToHaveComeByTheSecond() {
    FitReading reading =
        read(
            3,
            new double[] {2, 1.5, 1.2, 1, .8, .6, .5, .4, .3, .2, .1, .05},
            new double[] {0, 0, 1.2, 9, 9, .9, 0, 0, 1.05, 0, 0, 1.3});
    assertThat(reading.kind()).isEqualTo(Kind.OVERFITS);
    assertThat(reading.from()).hasValue(8);
    assertThat(reading.explanation())
        .isEqualTo(
            "The network over-fits from epoch 9 on at the latest, in the cool-down: validation loss"
                + " rises from 0.9 to 1.3 while training loss falls from 0.6 to 0.05.");
  }

  /** Epoch 10 had no gap and epoch 12 has one; epoch 11 was not looked at. */
  @Test
  void aGapIsOpenByTheEvaluationThatShowsIt() {
    FitReading reading =
        read(
            2,
            new double[] {2, 1.5, 1.2, 1, .9, .85, .8, .75, .7, .65, .45, .3},
            new double[] {0, 1.9, 0, 1.3, 0, 1.2, 0, .8, 0, .7, 0, .5});
    assertThat(reading.kind()).isEqualTo(Kind.OPENS);
    assertThat(reading.from()).hasValue(11);
    assertThat(reading.explanation())
        .startsWith("A gap opens by epoch 12, in the annihilation, and is 0.2 at the end");
  }

  @Test
  void epochsThatWereNotEvaluatedSayNothing() {
    FitReading reading = read(6, whole(1), whole(1));
    assertThat(reading.kind()).isEqualTo(Kind.TOO_SHORT);
    assertThat(reading.explanation())
        .isEqualTo("The gap between losses can be read from 3 evaluated epochs on.");
    assertThat(read(4, whole(1), whole(1)).kind()).isEqualTo(Kind.CLOSED);
  }

  @Test
  void nothingIsReadWhileTheRateIsHigh() {
    double[] train = {2, 1.5, 1.2, 1, .9, .85, .8};
    double[] validation = {2, 1.5, 1.2, .9, 1.1, 1.3, 1.5};
    FitReading reading = read(train, validation);
    assertThat(reading.kind()).isEqualTo(Kind.TOO_EARLY);
    assertThat(reading.explanation()).contains("when the rate has come down");
    // Epoch 9 of 12: the rate is 0.149 of 0.5 at its last step, above a quarter; epoch 10: 0.059.
    assertThat(read(copy(train, 9, .7), copy(validation, 9, 1.5)).kind()).isEqualTo(Kind.TOO_EARLY);
    assertThat(read(copy(train, 10, .7), copy(validation, 10, 1.5)).kind())
        .isEqualTo(Kind.OVERFITS);
  }

  private static double[] copy(double[] losses, int length, double rest) {
    double[] longer = Arrays.copyOf(losses, length);
    Arrays.fill(longer, losses.length, length, rest);
    return longer;
  }

  @Test
  void aPolicyWhoseRateNeverFallsIsReadAtItsEnd() {
    PolicySummary constant = PolicySummary.of(BaselinePolicies.constant(40, 0.1, 0.9));
    List<EpochRecord> epochs = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      epochs.add(
          new EpochRecord(
              i, 10L * (i + 1), 1, 1, 1, Optional.of(new EpochRecord.Evaluated(1, 0.5, 1))));
      Kind expected = i < 2 ? Kind.TOO_SHORT : i == 2 ? Kind.TOO_EARLY : Kind.CLOSED;
      assertThat(FitReading.of(epochs, constant).kind()).isEqualTo(expected);
    }
  }

  @Test
  void lossesThatBothRiseAreNoOverFitting() {
    FitReading reading = read(whole(2, 0.5, 0.9), whole(2, 0.6, 1));
    assertThat(reading.kind()).isEqualTo(Kind.WORSENS);
    assertThat(reading.explanation())
        .isEqualTo(
            "After epoch 11, in the annihilation, both losses rise: validation from 0.6 to 1,"
                + " training from 0.5 to 0.9. That is no over-fitting.");
  }
}
