package dev.onecycle.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.record.Measure;
import dev.onecycle.run.Classification.Cell;
import dev.onecycle.schedule.OneCycle;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChanceLevelTest {
  private static ChanceLevel of(List<String> classes, Optional<ClassificationRecord> record) {
    return ChanceLevel.of(run(classes), record);
  }

  private static RunRecord run(List<String> classes) {
    return RunRecord.of(
        new RunRecord.Data(
            "photos", "", classes, List.of(3, 8, 8), 90, new RunRecord.Evaluation("test", 1000)),
        RunRecord.PolicySummary.of(OneCycle.of(100, 1)),
        Conditions.none());
  }

  private static ChanceLevel of(Cell... cells) {
    int images = List.of(cells).stream().mapToInt(Cell::count).sum();
    Classification classification = new Classification(images, List.of(cells), List.of());
    return of(
        List.of("common", "rare"),
        Optional.of(new ClassificationRecord(0, classification, List.of())));
  }

  @Test
  void withoutAClassificationTheClassesAreEquallyFrequent() {
    ChanceLevel chance = of(List.of("a", "b", "c", "d"), Optional.empty());
    assertThat(chance.images()).isEqualTo(1000);
    assertThat(chance.accuracy()).isEqualTo(0.25);
    assertThat(chance.loss()).isCloseTo(Math.log(4), within(1e-15));
  }

  @Test
  void numbersHaveAChanceLossAloneWhereItIsKnown() {
    Task numbers =
        new Task(
            "samples float32 [2]",
            "numbers",
            List.of("y"),
            "mean squared error",
            List.of(Measure.LOSS),
            true);
    RunRecord unknown = run(List.of()).withTask(numbers);
    RunRecord known = unknown.withConfig(Map.of(), Map.of(ChanceLevel.LOSS, 4.0));
    ChanceLevel chance = ChanceLevel.of(known, Optional.empty());
    assertThat(chance.ofClasses()).isFalse();
    assertThat(chance.learned(new Evaluated(3, Map.of(), 1))).isTrue();
    assertThat(chance.learned(new Evaluated(4, Map.of(), 1))).isFalse();
    assertThat(ChanceLevel.of(unknown, Optional.empty()).known()).isFalse();
    assertThat(ChanceLevel.of(unknown, Optional.empty()).learned(new Evaluated(4, Map.of(), 1)))
        .isTrue();
  }

  /** 95 : 5: guessing is right for 95 % and has the entropy of the shares as its loss. */
  @Test
  void namingTheFrequentClassAlwaysIsNotLearning() {
    ChanceLevel chance = of(new Cell(0, 0, 950), new Cell(1, 0, 50));
    assertThat(chance.accuracy()).isEqualTo(0.95);
    assertThat(chance.agreement()).isEqualTo(0.95);
    assertThat(chance.loss())
        .isCloseTo(-0.95 * Math.log(0.95) - 0.05 * Math.log(0.05), within(1e-12));
    assertThat(chance.learned(new Evaluated(0.2, 0.95, 1))).isFalse();
    assertThat(chance.learned(new Evaluated(0.1, 0.95, 1))).isTrue();
  }

  /** An accuracy below the share of the frequent class can be better than guessing. */
  @Test
  void recallOfTheRareClassIsLearning() {
    ChanceLevel chance =
        of(new Cell(0, 0, 855), new Cell(0, 1, 95), new Cell(1, 1, 45), new Cell(1, 0, 5));
    assertThat(chance.agreement()).isCloseTo(0.95 * 0.86 + 0.05 * 0.14, within(1e-12));
    assertThat(chance.learned(new Evaluated(0.4, 0.9, 1))).isTrue();
    // The same accuracy by chance: predictions that do not depend on the images.
    ChanceLevel blind =
        of(new Cell(0, 0, 893), new Cell(0, 1, 57), new Cell(1, 1, 3), new Cell(1, 0, 47));
    assertThat(blind.learned(new Evaluated(0.4, 0.896, 1))).isFalse();
  }
}
