package dev.onecycle.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.FitReading.Kind;
import dev.onecycle.run.RunRecord.PolicySummary;
import dev.onecycle.schedule.BaselinePolicies;
import dev.onecycle.schedule.OneCycle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FitReadingTest {
  /** Ten steps an epoch: five epochs of warm-up, five of cool-down, two of annihilation. */
  private static final PolicySummary POLICY =
      PolicySummary.of(OneCycle.of(120, 0.5).withAnnihilation(1 / 6.0));

  private static final int MANY = 10_000;

  /** A run on ten classes with an accuracy of 50 % on many images. */
  private static FitReading read(double[] train, double[] validation) {
    return read(train, validation, 0.5, MANY);
  }

  private static FitReading read(double[] train, double[] validation, double accuracy, int images) {
    List<EpochRecord> epochs = new ArrayList<>();
    for (int i = 0; i < train.length; i++) {
      epochs.add(
          new EpochRecord(
              i,
              10L * (i + 1),
              train[i],
              1,
              1,
              Optional.of(new Evaluated(validation[i], accuracy, 1))));
    }
    return read(epochs, POLICY, images);
  }

  private static FitReading read(List<EpochRecord> epochs, PolicySummary policy, int images) {
    RunHistory history = history(epochs, List.of(), policy, images);
    return FitReading.of(history, ChanceLevel.of(history.record(), Optional.empty()));
  }

  private static RunHistory history(
      List<EpochRecord> epochs, List<StepRecord> steps, PolicySummary policy, int images) {
    List<String> classes = List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
    RunRecord.Data data =
        new RunRecord.Data(
            "photos", "", classes, List.of(3, 8, 8), 90, new RunRecord.Evaluation("test", images));
    return new RunHistory(
        "run", RunRecord.of(data, policy, Conditions.none()), steps, epochs, List.of());
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
  void aGapThatOpensInTheAnnihilationIsNormal() {
    FitReading reading =
        read(
            new double[] {2, 1.5, 1.2, 1, .9, .85, .8, .75, .7, .65, .45, .3},
            new double[] {2, 1.9, 1.2, 1.3, .95, 1.2, .85, .8, .75, .7, .6, .5});
    assertThat(reading.kind()).isEqualTo(Kind.OPENS);
    assertThat(reading.from()).hasValue(10);
    assertThat(reading.explanation())
        .contains("epoch 11, in the annihilation", "At the end it is 0.2")
        .contains("validation 0.5, training 0.3");
    assertThat(reading.advice()).startsWith("This is normal");
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
            "The network overfits from epoch 7, in the cool-down: the validation loss rises from"
                + " 0.9 to 1.3 while the training loss falls from 0.6 to 0.05.");
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
    return read(epochs, POLICY, MANY);
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
            "The network overfits from epoch 9 at the latest, in the cool-down: the validation loss"
                + " rises from 0.9 to 1.3 while the training loss falls from 0.6 to 0.05.");
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
        .startsWith("A gap opens by epoch 12, in the annihilation. At the end it is 0.2");
  }

  @Test
  void epochsThatWereNotEvaluatedSayNothing() {
    FitReading reading = read(6, whole(1), whole(1));
    assertThat(reading.kind()).isEqualTo(Kind.TOO_SHORT);
    assertThat(reading.explanation())
        .isEqualTo("The gap between the losses can be read after 3 evaluated epochs.");
    assertThat(read(4, whole(1), whole(1)).kind()).isEqualTo(Kind.CLOSED);
  }

  @Test
  void nothingIsReadWhileTheRateIsHigh() {
    double[] train = {2, 1.5, 1.2, 1, .9, .85, .8};
    double[] validation = {2, 1.5, 1.2, .9, 1.1, 1.3, 1.5};
    FitReading reading = read(train, validation);
    assertThat(reading.kind()).isEqualTo(Kind.TOO_EARLY);
    assertThat(reading.explanation()).contains("when the learning rate has come down");
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
      assertThat(read(epochs, constant, MANY).kind()).isEqualTo(expected);
    }
  }

  @Test
  void lossesThatBothRiseAreNoOverFitting() {
    FitReading reading = read(whole(2, 0.5, 0.9), whole(2, 0.6, 1));
    assertThat(reading.kind()).isEqualTo(Kind.WORSENS);
    assertThat(reading.explanation())
        .isEqualTo(
            "After epoch 11, in the annihilation, both losses rise: validation from 0.6 to 1,"
                + " training from 0.5 to 0.9. This is not overfitting.");
  }

  /** Guessing has an accuracy of 10 % and a loss of 2.303. */
  @Test
  void aRunAtChanceLevelHasNotLearned() {
    FitReading reading = read(whole(2.31, 2.302), whole(2.33, 2.304), 0.102, 1000);
    assertThat(reading.kind()).isEqualTo(Kind.NOT_LEARNED);
    assertThat(reading.explanation())
        .isEqualTo(
            "The network has not learned: its accuracy of 10.2 % and its validation loss of 2.304"
                + " are no better than guessing (10.0 %, 2.303).");
    assertThat(reading.advice()).startsWith("Check the labels").doesNotContain("try a higher");
    // A rise of both losses is no reading while nothing is learned.
    assertThat(read(whole(2.2, 2.4), whole(2.2, 2.9), 0.1, 1000).kind())
        .isEqualTo(Kind.NOT_LEARNED);
    // A better accuracy or a better loss is enough.
    assertThat(read(whole(2.3), whole(2.5), 0.2, 1000).kind()).isEqualTo(Kind.CLOSED);
    assertThat(read(whole(2), whole(2), 0.1, 1000).kind()).isEqualTo(Kind.CLOSED);
  }

  @Test
  void aRunThatExplodedIsToldALowerRate() {
    for (double loss : new double[] {37, 1e30, Double.NaN, Double.POSITIVE_INFINITY}) {
      FitReading reading = read(whole(2, 2.3, loss), whole(2, 2.4, loss), 0.1, 1000);
      assertThat(reading.kind()).isEqualTo(Kind.EXPLODED);
      assertThat(reading.advice()).startsWith("A lower peak rate");
    }
    // A network that is very sure of its mistakes has a high loss, but has learned.
    assertThat(read(whole(1, 0.1), whole(1, 10), 0.5, 1000).kind()).isEqualTo(Kind.OVERFITS);
    // In the middle of a cycle a high validation loss comes and goes.
    double[] wild = {2, 1.8, 1.7, 25};
    assertThat(read(new double[] {2, 1.8, 1.7, 1.6}, wild, 0.1, 1000).kind())
        .isEqualTo(Kind.TOO_EARLY);
    assertThat(read(wild, wild, 0.1, 1000).kind()).isEqualTo(Kind.EXPLODED);
  }

  @Test
  void aRunThatDivergedBeforeItsFirstEpochIsToldALowerRate() {
    RunHistory begun = history(List.of(), List.of(), POLICY, 1000);
    RunRecord record = begun.record().withEnd(RunRecord.Status.DIVERGED, "", Map.of());
    FitReading reading =
        FitReading.of(
            new RunHistory("run", record, List.of(), List.of(), List.of()),
            ChanceLevel.of(record, Optional.empty()));
    assertThat(reading.kind()).isEqualTo(Kind.EXPLODED);
    assertThat(reading.explanation()).startsWith("Training diverged");
  }

  @Test
  void aRunWithoutAMistakeGetsNoAdvice() {
    FitReading reading = read(whole(0.3, 0.001, 0.0005), whole(0.3, 0.001, 0.002), 1, 1000);
    assertThat(reading.kind()).isEqualTo(Kind.NO_MISTAKE);
    assertThat(reading.explanation()).startsWith("All 1,000 evaluation images are classified");
    assertThat(reading.advice()).isEmpty();
    // With 8 mistakes in 1,000 the losses are below the noise, and more training need not help.
    FitReading few = read(whole(0.3, 0.02, 0.012), whole(0.3, 0.026, 0.027), 0.992, 1000);
    assertThat(few.kind()).isEqualTo(Kind.CLOSED);
    assertThat(few.advice()).isEmpty();
  }

  @Test
  void eighteenTestImagesCannotShowMuch() {
    // 3 of 18 is 16.7 %: the interval from 6 to 39 % has the chance level of 10 %.
    FitReading unknown = read(whole(2, 1.9), whole(2, 2.2), 3 / 18.0, 18);
    assertThat(unknown.kind()).isEqualTo(Kind.TOO_FEW_IMAGES);
    assertThat(unknown.explanation())
        .contains("18 evaluation images", "16.7 % on them stands for 6 to 39 %", "gives 10.0 %");
    assertThat(unknown.advice()).startsWith("Evaluate on more images");
    // 14 of 18 has learned, but a rise from 0.6 to 0.8 may be chance.
    double[] train = whole(2, 0.8, 0.75, 0.7);
    double[] validation = whole(2, 0.6, 0.7, 0.8);
    FitReading noise = read(train, validation, 14 / 18.0, 18);
    assertThat(noise.kind()).isEqualTo(Kind.WITHIN_NOISE);
    assertThat(noise.explanation()).contains("18 evaluation images are too few", "of 0.64 are");
    assertThat(noise.advice()).isEmpty();
    assertThat(read(train, validation, 0.78, MANY).kind()).isEqualTo(Kind.OVERFITS);
  }

  @Test
  void lossesThatFallFrom272AreNoGap() {
    double[] train = {272, 31, 4, 2.2, 2, 1.9, 1.8, 1.7, 1.6, 1.5, 1.4, 1.4};
    double[] validation = {90, 8, 2.4, 2.2, 2, 1.9, 1.8, 1.7, 1.6, 1.5, 1.5, 1.5};
    FitReading reading = read(train, validation, 0.45, 1000);
    assertThat(reading.kind()).isEqualTo(Kind.RECOVERED);
    assertThat(reading.explanation())
        .startsWith("The training loss of epoch 1 is 272, far above the 2.303 of a network that");
    assertThat(reading.advice()).startsWith("The first updates were too large: a lower peak rate");
    double[] lost = copy(Arrays.copyOf(train, 3), 12, 2.31);
    FitReading nothing = read(lost, copy(Arrays.copyOf(validation, 3), 12, 2.31), 0.1, 1000);
    assertThat(nothing.kind()).isEqualTo(Kind.NOT_LEARNED);
    assertThat(nothing.advice()).contains("the first updates were too large: a lower peak rate");
  }

  /** Before the first update the loss cannot be the fault of a rate. */
  @Test
  void aLossThatWasHighBeforeTheFirstUpdateIsNotTheRates() {
    List<EpochRecord> epochs = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      Evaluated evaluated = new Evaluated(1.5, 0.45, 1);
      epochs.add(
          new EpochRecord(i, 10L * (i + 1), i == 0 ? 100 : 1.5, 1, 1, Optional.of(evaluated)));
    }
    RunHistory history =
        history(epochs, List.of(new StepRecord(0, 0, 0.1, 0.9, 272)), POLICY, 1000);
    FitReading reading = FitReading.of(history, ChanceLevel.of(history.record(), Optional.empty()));
    assertThat(reading.kind()).isEqualTo(Kind.RECOVERED);
    assertThat(reading.advice()).startsWith("The loss was high before the first update");
  }
}
