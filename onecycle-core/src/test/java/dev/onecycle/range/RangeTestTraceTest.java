package dev.onecycle.range;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.range.Verdict.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A range test leaves no trace, however it ends. */
class RangeTestTraceTest {
  private static final RangeTest TEST = RangeTest.atMomentum(0.9);

  @AfterEach
  void clearInterrupt() {
    Thread.interrupted();
  }

  @Test
  void trainingAfterATestIsTheSameToTheBitAsWithoutOne() {
    LogisticEngine plain = new LogisticEngine(5);
    plain.train(20);
    double[] expected = plain.train(50);

    LogisticEngine tested = new LogisticEngine(5);
    tested.train(20);
    TEST.run(tested, tested.snapshot());
    assertThat(tested.train(50)).isEqualTo(expected);
  }

  @Test
  void anEngineThatThrowsIsRestored() {
    LogisticEngine engine = new LogisticEngine(5);
    double[] before = engine.train(20);
    IllegalStateException failure = new IllegalStateException("out of memory");
    assertThatThrownBy(
            () ->
                TEST.run(
                    (rate, momentum) -> {
                      if (rate > 0.01) {
                        throw failure;
                      }
                      return engine.step(rate, momentum);
                    },
                    engine.snapshot()))
        .isSameAs(failure);
    assertThat(engine.weights).isEqualTo(before);
  }

  @Test
  void aListenerThatThrowsLeavesNoTraceEither() {
    LogisticEngine engine = new LogisticEngine(5);
    double[] before = engine.train(20);
    assertThatThrownBy(
            () ->
                TEST.run(
                    engine,
                    engine.snapshot(),
                    point -> {
                      throw new IllegalStateException("disk full");
                    }))
        .hasMessage("disk full");
    assertThat(engine.weights).isEqualTo(before);
  }

  @Test
  void aFailureToRestoreDoesNotHideWhatWentWrongFirst() {
    assertThatThrownBy(
            () ->
                TEST.run(
                    (rate, momentum) -> {
                      throw new IllegalStateException("first");
                    },
                    () -> {
                      throw new IllegalArgumentException("second");
                    }))
        .hasMessage("first")
        .hasSuppressedException(new IllegalArgumentException("second"));
    assertThatThrownBy(
            () ->
                TEST.run(
                    (rate, momentum) -> 2.3,
                    () -> {
                      throw new IllegalArgumentException("alone");
                    }))
        .hasMessage("alone");
  }

  @Test
  void restoresOnce() {
    AtomicInteger restored = new AtomicInteger();
    TEST.run((rate, momentum) -> 2.3, restored::incrementAndGet);
    assertThat(restored).hasValue(1);
  }

  @Test
  void anInterruptEndsTheTestBeforeTheNextStepAndStays() {
    LogisticEngine engine = new LogisticEngine(5);
    double[] before = engine.train(20);
    Runnable snapshot = engine.snapshot();
    AtomicBoolean duringRestore = new AtomicBoolean(true);
    RangeResult result =
        TEST.run(
            engine,
            () -> {
              duringRestore.set(Thread.currentThread().isInterrupted());
              snapshot.run();
            },
            point -> {
              if (point.step() == 30) {
                Thread.currentThread().interrupt();
              }
            });
    assertThat(Thread.currentThread().isInterrupted()).isTrue();
    assertThat(duringRestore).isFalse();
    assertThat(result.stop().reason()).isEqualTo(StopReason.INTERRUPTED);
    assertThat(result.points()).hasSize(31);
    assertThat(result.verdict().explanation())
        .startsWith("Interrupted after learning rate 0.000104: ");
    assertThat(result.suggestion()).isEmpty();
    assertThat(engine.weights).isEqualTo(before);
  }

  @Test
  void anInterruptBeforeTheFirstStepGivesAnEmptyResult() {
    Thread.currentThread().interrupt();
    RangeResult result = TEST.run((rate, momentum) -> 2.3);
    assertThat(result.points()).isEmpty();
    assertThat(result.stop().reason()).isEqualTo(StopReason.INTERRUPTED);
    assertThat(result.verdict().kind()).isEqualTo(Kind.TOO_SHORT);
    assertThat(result.verdict().explanation()).startsWith("Interrupted before its first step: ");
  }

  @Test
  void theListenerIsToldEveryPointOfTheResult() {
    List<RangePoint> seen = new ArrayList<>();
    RangeResult result = TEST.run((rate, m) -> rate > 1 ? Double.NaN : 2.3, () -> {}, seen::add);
    assertThat(seen).isEqualTo(result.points());
  }
}
