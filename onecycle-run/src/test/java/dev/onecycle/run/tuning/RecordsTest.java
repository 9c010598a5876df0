package dev.onecycle.run.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeStop;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.range.StopReason;
import dev.onecycle.run.ConditionsTest;
import dev.onecycle.run.files.JsonFile;
import dev.onecycle.tune.BatchTrial;
import dev.onecycle.tune.Hyperparameter;
import dev.onecycle.tune.Sweep;
import dev.onecycle.tune.SweepFixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept on disk comes back as it was, or is refused. */
class RecordsTest {
  @TempDir Path folder;

  private static RangeResult endingIn(double loss) {
    List<RangePoint> points = new ArrayList<>(SweepFixtures.leaving(3).points());
    RangePoint last = points.get(points.size() - 1);
    points.add(new RangePoint(last.step() + 1, last.learningRate() * 2, loss, loss));
    return RangeResult.of(points, RangeStop.of(StopReason.NON_FINITE), 0.85);
  }

  @Test
  void sweepsAndFindersComeBackEqual() {
    Path file = folder.resolve("result.json");
    RangeSummary summary =
        RangeSummary.of(List.of(endingIn(Double.NaN), endingIn(Double.POSITIVE_INFINITY)));
    FinderRecord finder =
        new FinderRecord(
            List.of("onecycle", "find-lr"), summary.suggestion(), ConditionsTest.some(), summary);
    JsonFile.write(file, finder);
    assertThat(JsonFile.read(file, FinderRecord.class, "it")).isEqualTo(finder);
    Sweep sweep =
        Sweep.byCycle(
            Hyperparameter.DROPOUT,
            List.of(SweepFixtures.cycled(0, 0.3), SweepFixtures.divergedCycle(0.5)));
    SweepRecord record =
        new SweepRecord(List.of("x"), OptionalDouble.of(0.1), ConditionsTest.some(), sweep);
    JsonFile.write(file, record);
    assertThat(JsonFile.read(file, SweepRecord.class, "it")).isEqualTo(record);
    FoundRate found = FoundRate.read(file);
    assertThat(found.learningRate()).hasValue(0.1);
    assertThat(found.conditions()).isEqualTo(ConditionsTest.some());
  }

  @Test
  void aResultWithoutARateGivesNone() {
    Path file = folder.resolve("result.json");
    Sweep sweep =
        Sweep.byEdge(
            Hyperparameter.DROPOUT, List.of(SweepFixtures.candidate(0, SweepFixtures.noisy(1))));
    JsonFile.write(
        file, new SweepRecord(List.of(), OptionalDouble.empty(), ConditionsTest.some(), sweep));
    assertThatThrownBy(() -> FoundRate.read(file))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("gives no learning rate");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "null", "{}", "[]", "{\"learningRate\": 1}", "{\"conditions\": {}}", "\u0000"})
  void whatIsNoResultIsRefused(String text) throws IOException {
    Path file = folder.resolve("result.json");
    Files.writeString(file, text);
    assertThatThrownBy(() -> FoundRate.read(file))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void workIsDoneOnceAndRememberedAcrossRuns() {
    AtomicInteger done = new AtomicInteger();
    Map<String, String> request = Map.of("seed", "0");
    BatchTrial trial = BatchTrial.completed(32, OptionalLong.of(7), Math.PI);
    for (int run = 0; run < 3; run++) {
      TuningJournal journal = TuningJournal.open(folder, request, Runnable::run);
      BatchTrial result =
          journal.once(
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
    TuningJournal.open(folder, Map.of(), Runnable::run).once("test", RangeResult.class, () -> test);
    RangeResult back =
        TuningJournal.open(folder, Map.of(), Runnable::run)
            .once(
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
        .hasMessageContaining("seed must be 0, as in the tuning begun in")
        .hasMessageContaining("but was 1");
    assertThatThrownBy(() -> TuningJournal.open(folder, Map.of("seed", "0"), Runnable::run))
        .hasMessageContaining("epochs must be 5")
        .hasMessageContaining("but was not set");
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

  private static Recipe recipe() {
    return new Recipe(
        Recipe.FORMAT,
        List.of("onecycle", "tune", "my photos", "--seed", "3"),
        Map.of("batch-size", "128", "weight-decay", "1e-4", "nesterov: #", "it's \"so\"\nyes"),
        Map.of("weight-decay", "1e-4: the largest, \"1e-3\" reaches 6 # no comment"),
        ConditionsTest.some());
  }

  @Test
  void recipesComeBackEqual() throws IOException {
    Path file = folder.resolve("recipe.yaml");
    recipe().write(file);
    assertThat(Recipe.read(file)).isEqualTo(recipe());
    assertThat(Files.readString(file)).startsWith("# A recipe for training");
  }

  @Test
  void peopleMayWriteNumbersWithoutQuotes() throws IOException {
    Path file = folder.resolve("recipe.yaml");
    recipe().write(file);
    String text = Files.readString(file);
    Files.writeString(file, text.replace("batch-size: \"128\"", "batch-size: 256"));
    assertThat(Recipe.read(file).settings()).containsEntry("batch-size", "256");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[1, 2",
        "format: 1",
        "format: 2\nmade: []\nsettings: {}\nreasons: {}\nconditions: {}",
        "settings: {a: {b: c}}",
        "&a [*a, *a]",
        "!!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[]]]",
        "\u0000",
        "a: b: c"
      })
  void whatIsNoRecipeIsRefusedInOneLine(String text) throws IOException {
    Path file = folder.resolve("recipe.yaml");
    Files.writeString(file, text);
    assertThatThrownBy(() -> Recipe.read(file))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(file.toString())
        .satisfies(e -> assertThat(String.valueOf(e.getMessage()).lines().count()).isEqualTo(1));
  }

  @Test
  void aSettingWithoutAValueIsRefused() throws IOException {
    Path file = folder.resolve("recipe.yaml");
    recipe().write(file);
    String text = Files.readString(file);
    Files.writeString(file, text.replace("batch-size: \"128\"", "batch-size:"));
    assertThatThrownBy(() -> Recipe.read(file)).hasMessageContaining("without a value");
  }
}
