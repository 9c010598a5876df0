package dev.onecycle.cli.train;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunRecord;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A training at the rate of a sweep takes all that the sweep chose. */
@Tag("long")
class LrFromSweepTest {
  @TempDir static Path shared = Path.of("");
  private static Path data = Path.of("");

  @TempDir Path temp;

  @BeforeAll
  static void draw() throws IOException {
    data = TestData.colours(shared.resolve("data"), 20, 10, 8, 8);
  }

  private Path sweep(Object... candidates) {
    Path result = temp.resolve("sweep.json");
    List<Object> words = new ArrayList<>(List.of("sweep", data, "--out", result));
    words.addAll(List.of("--by-cycle", 1, "--max-lr", 0.05, "--range-steps", 40));
    words.addAll(List.of(candidates));
    Cli.Result swept = Cli.run(words.toArray());
    assertThat(swept.code()).as(swept.err()).isZero();
    // 54 images are an epoch of seven steps, or of three at the largest batch size.
    int epochs = words.contains("--batch-size") ? 17 : 8;
    assertThat(swept.out())
        .contains(
            "Each short cycle has "
                + epochs
                + " epochs instead of 1: fewer than 50 steps say little");
    return result;
  }

  private Cli.Result train(Path run, Path sweep, Object... more) {
    List<Object> words = new ArrayList<>(List.of("train", data, "--epochs", 10, "--out", run));
    words.addAll(List.of("--lr-from", sweep));
    words.addAll(List.of(more));
    return Cli.run(words.toArray());
  }

  /** Without one of its options; the batch size is the sweep's too, which few images make small. */
  @ParameterizedTest
  @CsvSource({
    "--weight-decay, '1e-1,1e-2', weight_decay, batch_size, 8",
    "--dropout, '0.1,0.3', dropout, batch_size, 8",
    "--batch-size, '16,24', batch_size, batch_size, ''",
    "--momentum, '0.5,0.7', momentum, batch_size, 8"
  })
  void whatWasChosenIsTrainedWith(
      String option, String values, String setting, String other, String usual) throws IOException {
    Path sweep = sweep(option, values);
    byte[] before = Files.readAllBytes(sweep);
    JsonNode found = Cli.parse(sweep);
    double chosen = found.at("/evidence/sweeps/0/chosen").asDouble();
    Path run = temp.resolve("run");
    Cli.Result trained = train(run, sweep);
    assertThat(trained.code()).as(trained.err()).isZero();
    RunRecord record = RunFolder.read(run);
    assertThat(Double.parseDouble(String.valueOf(record.config().get(setting)))).isEqualTo(chosen);
    assertThat(record.config().get(other)).hasToString(usual.isEmpty() ? "" + (int) chosen : usual);
    assertThat(record.acceptedDifferences()).isEmpty();
    assertThat(record.conditions().byName().get("batch_size"))
        .isEqualTo(found.at("/conditions/batch_size").asText());
    assertThat(trained.out())
        .contains(
            "As in the sweep of " + sweep + ": ",
            option.substring(2).replace('-', ' ') + " " + record.config().get(setting));
    assertThat(sweep).hasBinaryContent(before);
  }

  /**
   * Its short cycles of 8 epochs of 7 steps have 56; the peak was given, so no test tells another.
   */
  @Test
  void aPeakThatWasTriedInCyclesOfAnotherLengthIsUsedWithANote() {
    Path sweep = sweep("--weight-decay", "1e-1,1e-2");
    Cli.Result trained =
        Cli.run("train", data, "--epochs", 20, "--lr-from", sweep, "--out", temp.resolve("longer"));
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(trained.out())
        .contains(
            "The peak 0.05 of " + sweep + " is for a cycle of 56 steps, and this cycle has 160;",
            "find it again for this length with 'onecycle find-lr ",
            "sweep-2.json', or set --max-lr");
  }

  /** All layers are trained at its rate, and the last one, before, at a rate of its own. */
  @Test
  void aFineTuningTakesItForAllLayers() {
    Path first = temp.resolve("first");
    assertThat(Cli.run("train", data, "--epochs", 1, "--max-lr", 0.01, "--out", first).code())
        .isZero();
    List<Object> words = new ArrayList<>(List.of("fine-tune", data, "--from", first));
    words.addAll(List.of("--epochs", 2, "--head-epochs", 1, "--head-lr", 0.02));
    words.addAll(List.of("--out", temp.resolve("tuned"), "--lr-from"));
    words.add(sweep("--weight-decay", "1e-1,1e-2"));
    Cli.Result refused = Cli.run(words.toArray());
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("--lr-from must be left out, or accepted by --accept-stale");
    assertThat(temp.resolve("tuned")).doesNotExist();
    words.add("--accept-stale");
    Cli.Result tuned = Cli.run(words.toArray());
    assertThat(tuned.code()).as(tuned.err()).isZero();
    RunRecord head = RunFolder.read(temp.resolve("tuned/1-head"));
    RunRecord all = RunFolder.read(temp.resolve("tuned/2-all"));
    assertThat(head.policy().peak()).isEqualTo(0.02);
    assertThat(all.policy().peak()).isEqualTo(0.05);
    assertThat(all.config().get("weight_decay")).isEqualTo(head.config().get("weight_decay"));
    assertThat(all.acceptedDifferences()).isNotEmpty();
  }

  /** 60 images: plain train makes 400 updates in batches of 8, and so does this. */
  @Test
  void aTrainingWithoutEpochsIsAsLongAsWithoutTheSweep() {
    Path sweep = sweep("--weight-decay", "1e-1,1e-2");
    Path run = temp.resolve("default");
    Cli.Result trained = Cli.run("train", data, "--lr-from", sweep, "--out", run);
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(RunFolder.read(run).policy().steps()).isEqualTo(400);
    assertThat(Cli.read(run.resolve("report.html"))).contains("from sweep.json");
  }

  @Test
  void theConfigurationShowsWhereItComesFrom() {
    Path sweep = sweep("--weight-decay", "1e-1,1e-2");
    String printed = train(temp.resolve("run"), sweep, "--print-config").out();
    assertThat(printed.lines().filter(line -> line.startsWith("weight_decay: ")))
        .singleElement()
        .asString()
        .containsPattern("weight_decay: 0.0?1 +# file " + sweep);
  }

  /** Runs the command that a refusal names. */
  private static void cure(Cli.Result refused) {
    String command = refused.err().split("'onecycle ", 2)[1].split("'", 2)[0];
    List<Object> found = new ArrayList<>(List.of((Object[]) command.split(" ")));
    found.addAll(List.of("--repeats", 1));
    Cli.Result cured = Cli.run(found.toArray());
    assertThat(cured.code()).as(cured.err()).isZero();
  }

  /** The test takes no settings of the run, as the training does not. */
  @Test
  void theCureHoldsForATrainingThatBeginsWithARun() {
    Path first = temp.resolve("first");
    List<Object> words = new ArrayList<>(List.of("train", data, "--epochs", 1, "--out", first));
    words.addAll(List.of("--max-lr", 0.01, "--label-smoothing", 0.2));
    assertThat(Cli.run(words.toArray()).code()).isZero();
    Path sweep = sweep("--weight-decay", "1e-1,1e-2");
    Cli.Result refused = train(temp.resolve("run"), sweep, "--from", first);
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("weights must be").contains("--head=new_if_other_size");
    cure(refused);
    Path next = temp.resolve("sweep-2.json");
    double chosen = Cli.parse(sweep).at("/evidence/sweeps/0/chosen").asDouble();
    assertThat(refused.err()).contains(next + " as --lr-from, with ", "--weight-decay=" + chosen);
    Object[] more = {"--from", first, "--weight-decay", chosen};
    Cli.Result trained = train(temp.resolve("run"), next, more);
    assertThat(trained.code()).as(trained.err()).isZero();
  }

  /** A value of one's own is refused; the command that finds its rate keeps the sweep. */
  @Test
  void anotherValueIsRefusedAndTheCureOverwritesNothing() throws IOException {
    Path sweep = sweep("--weight-decay", "1e-1,1e-2");
    byte[] before = Files.readAllBytes(sweep);
    Path run = temp.resolve("run");
    Object[] own = {"--weight-decay", "1e-3", "--batch-size", 16};
    Cli.Result refused = train(run, sweep, own);
    assertThat(refused.code()).isEqualTo(2);
    Path next = temp.resolve("sweep-2.json");
    assertThat(refused.complaints())
        .singleElement()
        .asString()
        .contains("weight decay must be 0.", " but was 0.001")
        .contains("--out=" + next + "' and name " + next + " as --lr-from");
    assertThat(run).doesNotExist();
    cure(refused);
    assertThat(sweep).hasBinaryContent(before);
    assertThat(temp.resolve("sweep-2.svg")).exists();
    assertThat(train(run, next, own).code()).isZero();
  }

  @Test
  void aSecondSweepToTheSameFileIsRefusedAndTheSameOneRepeatsNothing() throws IOException {
    Path sweep = sweep("--weight-decay", "1e-1,1e-2");
    byte[] before = Files.readAllBytes(sweep);
    byte[] tests = Files.readAllBytes(temp.resolve("sweep-tests.json"));
    Object[] same = {
      "sweep",
      data,
      "--out",
      sweep,
      "--by-cycle",
      1,
      "--max-lr",
      0.05,
      "--range-steps",
      40,
      "--weight-decay",
      "1e-1,1e-2"
    };
    Cli.Result again = Cli.run(same);
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(again.out()).contains("Every result is there already: nothing is tried again.");
    assertThat(Cli.parse(sweep).get("evidence"))
        .isEqualTo(Cli.parse(new String(before, UTF_8)).get("evidence"));
    same[same.length - 1] = "1e-1,1e-3";
    Cli.Result other = Cli.run(same);
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.complaints())
        .anyMatch(line -> line.contains("--weight-decay must be 0.1,1e-2, as in "));
    assertThat(sweep).exists();
    assertThat(temp.resolve("sweep-tests.json")).hasBinaryContent(tests);
  }
}
