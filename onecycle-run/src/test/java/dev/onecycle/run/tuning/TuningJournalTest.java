package dev.onecycle.run.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeStop;
import dev.onecycle.range.StopReason;
import dev.onecycle.tune.BatchTrial;
import dev.onecycle.tune.SweepFixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TuningJournalTest {
  @TempDir Path folder;

  static RangeResult endingIn(double loss) {
    List<RangePoint> points = new ArrayList<>(SweepFixtures.leaving(3).points());
    RangePoint last = points.get(points.size() - 1);
    points.add(new RangePoint(last.step() + 1, last.learningRate() * 2, loss, loss));
    return RangeResult.of(points, RangeStop.of(StopReason.NON_FINITE), 0.85, Optional.empty());
  }

  @Test
  void workIsDoneOnceAndRememberedAcrossRuns() {
    AtomicInteger done = new AtomicInteger();
    Map<String, String> request = Map.of("seed", "0");
    BatchTrial trial = BatchTrial.completed(32, OptionalLong.of(7), Math.PI);
    for (int run = 0; run < 3; run++) {
      TuningJournal journal = TuningJournal.open(folder, request, Runnable::run);
      BatchTrial result =
          journal.computeIfAbsent(
              "trial",
              BatchTrial.class,
              () -> {
                done.incrementAndGet();
                return trial;
              });
      assertThat(result).isEqualTo(trial);
    }
    assertThat(done).hasValue(1);
    assertThat(TuningJournal.read(folder).results()).containsOnlyKeys("trial");
  }

  @Test
  void rangeTestsAreRememberedToTheLastBit() {
    RangeResult test = endingIn(Double.NaN);
    TuningJournal.open(folder, Map.of(), Runnable::run)
        .computeIfAbsent("test", RangeResult.class, () -> test);
    RangeResult back =
        TuningJournal.open(folder, Map.of(), Runnable::run)
            .computeIfAbsent(
                "test",
                RangeResult.class,
                () -> {
                  throw new AssertionError("was done before");
                });
    assertThat(back).isEqualTo(test);
  }

  @Test
  void anotherRequestIsRefusedByName() {
    TuningJournal.open(folder, Map.of("seed", "0", "epochs", "5"), Runnable::run);
    assertThatThrownBy(
            () -> TuningJournal.open(folder, Map.of("seed", "1", "epochs", "5"), Runnable::run))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("seed must be 0, as in " + folder.resolve(TuningJournal.FILE))
        .hasMessageContaining("but was 1");
    assertThatThrownBy(() -> TuningJournal.open(folder, Map.of("seed", "0"), Runnable::run))
        .hasMessageContaining("epochs must be 5")
        .hasMessageContaining("but was not set");
  }

  @Test
  void aFileHoldsItsOwnRequestAlone() {
    Path file = folder.resolve("sweep-tests.json");
    Map<String, String> request = Map.of("dropout", "0,0.1");
    assertThat(TuningJournal.holds(file, request)).isFalse();
    TuningJournal journal = TuningJournal.openFile(file, request, Runnable::run);
    journal.computeIfAbsent("range test at 0", Integer.class, () -> 1);
    journal.computeIfAbsent("cycle at 0", Integer.class, () -> 2);
    assertThat(TuningJournal.holds(file, request)).isTrue();
    assertThat(TuningJournal.holds(file, Map.of("dropout", "0,0.2"))).isFalse();
    TuningJournal again = TuningJournal.openFile(file, request, Runnable::run);
    assertThat(again.size()).isEqualTo(2);
    assertThat(again.size("range test")).isEqualTo(1);
  }

  @Test
  void aHalfWrittenJournalIsRefusedNotOverwritten() throws IOException {
    Path file = folder.resolve(TuningJournal.FILE);
    Files.writeString(file, "{\"format\": 1, \"requ");
    assertThatThrownBy(() -> TuningJournal.open(folder, Map.of(), Runnable::run))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("is not a tuning record");
    assertThat(Files.readString(file)).endsWith("requ");
  }
}
