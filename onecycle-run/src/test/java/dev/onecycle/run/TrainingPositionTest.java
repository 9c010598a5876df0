package dev.onecycle.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.Measure;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TrainingPositionTest {
  private static TrainingPosition evaluated(TrainingPosition before, double accuracy) {
    return evaluated(before, accuracy, 1);
  }

  private static TrainingPosition evaluated(TrainingPosition before, double accuracy, double loss) {
    int epoch = before.epochs().size();
    return before
        .stepped(1, 10, 1, 0.7)
        .completed(
            new EpochRecord(
                epoch,
                before.step() + 1,
                1,
                1,
                1,
                Optional.of(new EpochRecord.Evaluated(loss, accuracy, 1))));
  }

  @Test
  void theBestIsTheOneThatWasJudgedAndNoneAfterIt() {
    TrainingPosition first = evaluated(TrainingPosition.START, 0.5);
    assertThat(TrainingPosition.START.bestYet(Measure.ACCURACY)).isFalse();
    assertThat(first.bestYet(Measure.ACCURACY)).isTrue();
    assertThat(first.stepped(1, 10, 1, 0.7).bestYet(Measure.ACCURACY)).isFalse();
    assertThat(evaluated(first, 0.5).bestYet(Measure.ACCURACY)).isFalse();
    assertThat(evaluated(evaluated(first, 0.4), 0.6).bestYet(Measure.ACCURACY)).isTrue();
    assertThat(evaluated(first, Double.NaN).bestYet(Measure.ACCURACY)).isFalse();
  }

  @Test
  void ofEqualAccuraciesTheLowerLossIsTheBest() {
    TrainingPosition first = evaluated(TrainingPosition.START, 0.5, 0.8);
    TrainingPosition lower = evaluated(first, 0.5, 0.7);
    assertThat(lower.bestYet(Measure.ACCURACY)).isTrue();
    assertThat(evaluated(lower, 0.5, 0.7).bestYet(Measure.ACCURACY)).as("the same again").isFalse();
    assertThat(evaluated(lower, 0.5, 0.75).bestYet(Measure.ACCURACY)).isFalse();
    assertThat(evaluated(lower, 0.4, 0.1).bestYet(Measure.ACCURACY))
        .as("a lower accuracy")
        .isFalse();
    assertThat(EpochRecord.best(evaluated(lower, 0.5, 0.75).epochs(), Measure.ACCURACY))
        .map(EpochRecord::epoch)
        .hasValue(1);
  }

  private static TrainingPosition notEvaluated(TrainingPosition before) {
    int epoch = before.epochs().size();
    return before
        .stepped(1, 10, 1, 0.7)
        .completed(new EpochRecord(epoch, before.step() + 1, 1, 1, 1, Optional.empty()));
  }

  @Test
  void anEpochThatWasNotJudgedIsNeitherTheBestNorBetterThanOne() {
    TrainingPosition none = notEvaluated(notEvaluated(TrainingPosition.START));
    assertThat(none.bestYet(Measure.ACCURACY)).isFalse();
    TrainingPosition first = evaluated(none, 0.5);
    assertThat(first.bestYet(Measure.ACCURACY)).isTrue();
    assertThat(notEvaluated(first).bestYet(Measure.ACCURACY)).isFalse();
    assertThat(evaluated(notEvaluated(first), 0.4).bestYet(Measure.ACCURACY)).isFalse();
    assertThat(evaluated(notEvaluated(first), 0.6).bestYet(Measure.ACCURACY)).isTrue();
  }
}
