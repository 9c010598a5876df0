package dev.onecycle.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class PositionTest {
  private static Position judged(Position before, double accuracy) {
    int epoch = before.epochs().size();
    return before
        .stepped(1, 10, 1)
        .completed(new EpochRecord(epoch, before.step() + 1, 1, 1, accuracy, 1, 1, 1));
  }

  @Test
  void theBestIsTheOneThatWasJudgedAndNoneAfterIt() {
    Position first = judged(Position.START, 0.5);
    assertThat(Position.START.bestYet()).isFalse();
    assertThat(first.bestYet()).isTrue();
    assertThat(first.stepped(1, 10, 1).bestYet()).isFalse();
    assertThat(judged(first, 0.5).bestYet()).isFalse();
    assertThat(judged(judged(first, 0.4), 0.6).bestYet()).isTrue();
    assertThat(judged(first, Double.NaN).bestYet()).isFalse();
  }

  private static Position notJudged(Position before) {
    int epoch = before.epochs().size();
    return before
        .stepped(1, 10, 1)
        .completed(new EpochRecord(epoch, before.step() + 1, 1, 1, 1, Optional.empty()));
  }

  @Test
  void anEpochThatWasNotJudgedIsNeitherTheBestNorBetterThanOne() {
    Position none = notJudged(notJudged(Position.START));
    assertThat(none.bestYet()).isFalse();
    Position first = judged(none, 0.5);
    assertThat(first.bestYet()).isTrue();
    assertThat(notJudged(first).bestYet()).isFalse();
    assertThat(judged(notJudged(first), 0.4).bestYet()).isFalse();
    assertThat(judged(notJudged(first), 0.6).bestYet()).isTrue();
  }
}
