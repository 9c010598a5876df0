package dev.onecycle.run.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.BadDataException;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.run.ConditionsTest;
import dev.onecycle.run.files.JsonFile;
import dev.onecycle.tune.Hyperparameter;
import dev.onecycle.tune.Sweep;
import dev.onecycle.tune.SweepFixtures;
import dev.onecycle.tune.TuningResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvidenceTest {
  @TempDir Path folder;

  private final RangeSummary range = RangeSummary.of(List.of(SweepFixtures.leaving(3)));
  private final Sweep sweep =
      Sweep.byCycle(
          Hyperparameter.DROPOUT,
          List.of(SweepFixtures.cycled(0, 0.3), SweepFixtures.cycled(0.5, 0.2)));

  @Test
  void theResultOfEveryCommandIsEvidence() {
    Path finder = folder.resolve("find-lr.json");
    FoundRate.suggested(List.of("x"), 752, ConditionsTest.some(), Evidence.of(range)).write(finder);
    assertThat(Evidence.read(finder)).isEqualTo(new Evidence(Optional.of(range), List.of()));
    Path swept = folder.resolve("sweep.json");
    new FoundRate(
            List.of("x"),
            OptionalDouble.of(1),
            OptionalLong.empty(),
            ConditionsTest.some(),
            Evidence.of(sweep))
        .write(swept);
    assertThat(Evidence.read(swept))
        .isEqualTo(new Evidence(Optional.of(sweep.candidates().get(0).test()), List.of(sweep)));
    TuningJournal journal = TuningJournal.open(folder, Map.of(), Runnable::run);
    assertThatThrownBy(() -> Evidence.read(folder))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("holds no result yet");
    journal.conclude(new TuningResult(0.3, 16, Optional.empty(), List.of(sweep), range));
    assertThat(Evidence.read(folder)).isEqualTo(new Evidence(Optional.of(range), List.of(sweep)));
  }

  @Test
  void aRunKeepsItsEvidence() throws Exception {
    assertThat(Evidence.ofRun(folder)).isEqualTo(Evidence.NONE);
    Evidence evidence = Evidence.of(range).and(Evidence.of(sweep)).and(Evidence.of(sweep));
    assertThat(evidence.sweeps()).containsExactly(sweep);
    assertThat(evidence.range()).contains(range);
    JsonFile.write(folder.resolve(Evidence.FILE), evidence);
    assertThat(Evidence.ofRun(folder)).isEqualTo(evidence);
    Files.writeString(folder.resolve(Evidence.FILE), "{");
    assertThatThrownBy(() -> Evidence.ofRun(folder))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(Evidence.FILE);
  }
}
