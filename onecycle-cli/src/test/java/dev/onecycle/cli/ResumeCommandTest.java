package dev.onecycle.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunLock;
import dev.onecycle.tune.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens where a run is gone on with, in the same world and in others. */
class ResumeCommandTest {
  private static final String STEPS = "step,epoch,learning_rate,momentum,loss";
  private static final int STEPS_AN_EPOCH = 8;

  @TempDir static Path temp = Path.of("");
  private static Path data = Path.of("");
  private static Path whole = Path.of("");

  @TempDir Path scratch;

  @BeforeAll
  static void train() throws IOException {
    data = TestImages.folder(temp.resolve("data"));
    whole = temp.resolve("whole");
    Cli.Result result =
        Cli.run(
            "train",
            data,
            "--epochs",
            2,
            "--max-lr",
            0.05,
            "--batch-size",
            16,
            "--dropout",
            0.1,
            "--threads",
            1,
            "--out",
            whole);
    assertThat(result.code()).as(result.err()).isZero();
  }

  /** The run as it was when it had been killed after its first epoch. */
  private Path killed() throws IOException {
    Path run = copy(whole, scratch.resolve("run"));
    Files.delete(run.resolve("model.safetensors"));
    remove(run.resolve("checkpoints").resolve("step-0000000016-epoch-000002"));
    replace(run, "\"finished\"", "\"running\"");
    return run;
  }

  private static Path copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
    return to;
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(path);
      }
    }
  }

  private static void replace(Path run, String from, String to) throws IOException {
    String text = Cli.read(run.resolve("run.json"));
    assertThat(text).contains(from);
    Files.writeString(run.resolve("run.json"), text.replace(from, to));
  }

  private static void assertSameAsWhole(Path run) throws IOException {
    for (String name : List.of("model.safetensors", "steps.csv")) {
      assertThat(Files.mismatch(whole.resolve(name), run.resolve(name))).as(name).isEqualTo(-1);
    }
    assertThat(Cli.parse(run.resolve("run.json")).get("status").asText()).isEqualTo("finished");
  }

  private static void assertRefused(Cli.Result result, int code, String... why) {
    assertThat(result.code()).as(result.err()).isEqualTo(code);
    assertThat(result.complaints()).singleElement().asString().contains(why);
  }

  @Test
  void inTheSameWorldItComesToTheSameBits() throws IOException {
    Path run = killed();
    Cli.Result result = Cli.run("resume", run);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).contains("Going on from step 8 of 16", "test images right");
    assertSameAsWhole(run);
  }

  @Test
  void withoutAnyCheckpointItBeginsAgain() throws IOException {
    Path run = killed();
    remove(run.resolve("checkpoints"));
    assertThat(Cli.run("resume", run).out()).contains("Going on from step 0 of 16");
    assertSameAsWhole(run);
  }

  @Test
  void aRunThatIsOverIsLeftAsItIs() throws IOException {
    FileTimes before = FileTimes.of(whole);
    Cli.Result result = Cli.run("resume", whole, "--json");
    assertThat(result.code()).isZero();
    assertThat(result.json().get("epochs").asInt()).isEqualTo(2);
    assertThat(result.json().get("test_accuracy").asDouble())
        .isEqualTo(Cli.parse(whole.resolve("run.json")).at("/outcome/test_accuracy").asDouble());
    assertThat(FileTimes.of(whole)).isEqualTo(before);
    assertRefused(Cli.run("resume", whole, "--extend-epochs", 1), 2, "--extend-epochs", "is over");
  }

  /** When each file was last written. */
  private record FileTimes(Map<Path, Object> byPath) {
    static FileTimes of(Path folder) throws IOException {
      try (Stream<Path> all = Files.walk(folder)) {
        return new FileTimes(
            all.collect(java.util.stream.Collectors.toMap(path -> path, FileTimes::written)));
      }
    }

    private static Object written(Path path) {
      try {
        return Files.getLastModifiedTime(path);
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }

  /** 8 of 16 steps are left; one more epoch makes them 16, each half as far apart. */
  @Test
  void moreEpochsStretchWhatIsLeftOfTheCycle() throws IOException {
    Path run = killed();
    Cli.Result result = Cli.run("resume", run, "--extend-epochs", 1);
    assertThat(result.code()).as(result.err()).isZero();
    List<String[]> steps = Cli.csv(run.resolve("steps.csv"), STEPS);
    List<String[]> before = Cli.csv(whole.resolve("steps.csv"), STEPS);
    assertThat(steps).hasSize(24);
    for (int i = 0; i < 24; i++) {
      double place = i < 8 ? i : 8 + (i - 8) * 7 / 15.0; // the last step stays the last
      int low = (int) place;
      int high = Math.min(15, low + 1);
      double expected =
          rate(before, low) + (place - low) * (rate(before, high) - rate(before, low));
      assertThat(rate(steps, i)).as("step %d", i).isCloseTo(expected, within(1e-15));
    }
    JsonNode record = Cli.parse(run.resolve("run.json"));
    assertThat(record.at("/settings/epochs").asInt()).isEqualTo(3);
    assertThat(record.at("/policy/steps").asInt()).isEqualTo(24);
    assertThat(record.at("/amendments/0/addedSteps").asInt()).isEqualTo(STEPS_AN_EPOCH);
    assertThat(Cli.read(run.resolve("report.html"))).contains("resumed with --extend-epochs 1");
    assertRefused(Cli.run("resume", run, "--extend-epochs", 1), 2, "is over");
  }

  private static double rate(List<String[]> steps, int i) {
    return Double.parseDouble(steps.get(i)[2]);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"--batch-size=8", "--seed=1", "--epochs=3", "--threads=2", "--weight-decay=0"})
  void settingsAreTheRunsOwn(String option) throws IOException {
    assertRefused(Cli.run("resume", killed(), option), 2, "unknown option");
  }

  @Test
  void anExtensionIsCounted() throws IOException {
    assertRefused(
        Cli.run("resume", killed(), "--extend-epochs", -1), 2, "--extend-epochs must be at least");
  }

  /** Threads are replicas, which batch norms depend on: a resumed run has as many as it had. */
  @Test
  void threadsAreThoseOfTheRunOnAnyMachine() throws IOException {
    Path run = killed();
    replace(run, "\"--threads=1\"", "\"--threads=0\"");
    assertThat(Cli.run("resume", run).out()).contains("on 1 threads");
    assertSameAsWhole(run);
  }

  private Path movedData() throws IOException {
    return copy(data, scratch.resolve("moved"));
  }

  @Test
  void imagesThatMovedAreNamed() throws IOException {
    Path run = killed();
    replace(run, data.toString(), scratch.resolve("gone").toString());
    assertRefused(Cli.run("resume", run), 65, "gone");
    Path moved = movedData();
    assertThat(Cli.run("resume", run, "--data", moved).code()).isZero();
    assertSameAsWhole(run);
    assertThat(Cli.parse(run.resolve("run.json")).at("/arguments/1").asText())
        .isEqualTo(moved.toString());
  }

  @Test
  void anImageLessIsRefused() throws IOException {
    Path moved = movedData();
    Files.delete(moved.resolve("train/red/000.png"));
    assertRefused(Cli.run("resume", killed(), "--data", moved), 2, "images must be those that");
  }

  @Test
  void anImageMoreIsRefused() throws IOException {
    Path moved = movedData();
    Files.copy(moved.resolve("test/red/000.png"), moved.resolve("train/red/more.png"));
    assertRefused(Cli.run("resume", killed(), "--data", moved), 2, "images must be those that");
  }

  @Test
  void aClassOfAnotherNameIsRefused() throws IOException {
    Path moved = movedData();
    for (String part : List.of("train", "test")) {
      Files.move(moved.resolve(part).resolve("red"), moved.resolve(part).resolve("rot"));
    }
    assertRefused(Cli.run("resume", killed(), "--data", moved), 2, "images must be those that");
  }

  @Test
  void anotherMachineIsSaidAndGoesOn() throws IOException {
    Path run = killed();
    JsonNode environment = Cli.parse(run.resolve("run.json")).get("environment");
    replace(run, environment.get("processor").asText(), "abacus");
    Cli.Result result = Cli.run("resume", run);
    assertThat(result.code()).isZero();
    assertThat(result.out()).contains("perhaps not to the same bits: processor was abacus");
  }

  @Test
  void anotherFormatIsRefused() throws IOException {
    Path run = killed();
    replace(run, "\"format\" : 1", "\"format\" : 2");
    assertRefused(Cli.run("resume", run), 65, "run.json", "format 2");
  }

  @Test
  void aRecordThatContradictsItselfIsRefused() throws IOException {
    Path run = killed();
    replace(run, "\"learning_rate\" : 0.05", "\"learning_rate\" : 0.06");
    assertRefused(Cli.run("resume", run), 65, "run.json", "its settings do not give");
  }

  @Test
  void aRunOfAProgramIsLeftToIt() throws IOException {
    Path run = killed();
    replace(run, "\"arguments\" : [", "\"arguments\" : [ ], \"words\" : [");
    assertRefused(Cli.run("resume", run), 65, "not trained by onecycle train");
  }

  @Test
  void whatIsNoRunIsRefused() {
    assertRefused(Cli.run("resume", data), 65, "run.json cannot be read");
  }

  @Test
  void twoCannotHaveARunAtOnce() throws IOException {
    Path run = killed();
    try (RunLock held = RunLock.take(run)) {
      assertRefused(Cli.run("resume", run), 73, "in use by process");
      held.close();
    }
    assertThat(Cli.run("resume", run).code()).isZero();
  }

  @Test
  void trainPointsToItWhereTheFolderIsARun() throws IOException {
    assertRefused(
        Cli.run("train", data, "--max-lr", 0.05, "--out", killed()), 2, "onecycle resume");
  }

  /** Everything that a recipe said is in the record. */
  @Test
  void aRecipeIsNotNeededAgain() throws IOException {
    Path recipe = scratch.resolve("recipe.yaml");
    new Recipe(
            Recipe.FORMAT,
            List.of("onecycle", "tune"),
            Map.of("batch-size", "16", "dropout", "0.1", "threads", "1", "epochs", "2"),
            Map.of(),
            RunFolder.read(whole).conditions())
        .write(recipe);
    Path run = scratch.resolve("cooked");
    Cli.Result trained = Cli.run("train", data, "--recipe", recipe, "--max-lr", 0.05, "--out", run);
    assertThat(trained.code()).as(trained.err()).isZero();
    assertSameAsWhole(run);
    Files.delete(recipe);
    Files.delete(run.resolve("model.safetensors"));
    remove(run.resolve("checkpoints").resolve("step-0000000016-epoch-000002"));
    replace(run, "\"finished\"", "\"failed\"");
    Cli.Result resumed = Cli.run("resume", run);
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertSameAsWhole(run);
  }

  @Test
  void eventsOfTensorBoardGoOnInAnotherFile() throws IOException {
    Path run = scratch.resolve("events");
    Cli.run(
        "train",
        data,
        "--epochs",
        2,
        "--max-lr",
        0.05,
        "--batch-size",
        16,
        "--tensorboard",
        "--out",
        run);
    remove(run.resolve("checkpoints").resolve("step-0000000016-epoch-000002"));
    replace(run, "\"finished\"", "\"failed\"");
    assertThat(Cli.run("resume", run).code()).isZero();
    try (Stream<Path> files = Files.list(run)) {
      assertThat(files.filter(f -> f.toString().contains("tfevents"))).hasSize(2);
    }
  }

  @Test
  void checkpointsAreModelsLikeAnyOther() {
    Path model = whole.resolve("checkpoints/step-0000000008-epoch-000001/model.safetensors");
    Cli.Result result = Cli.run("evaluate", model, data, "--json");
    assertThat(result.code()).as(result.err()).isZero();
    String[] first = Cli.read(whole.resolve("epochs.csv")).lines().toList().get(1).split(",", -1);
    assertThat(result.json().get("test_accuracy").asDouble())
        .as(Arrays.toString(first))
        .isEqualTo(Double.parseDouble(first[4]));
  }

  /** What it was told to do about faults, it does when it is resumed, unless told otherwise. */
  @Test
  void howItIsSavedIsKept() throws IOException {
    Path run = killed();
    replace(run, "\"--threads=1\"", "\"--threads=1\", \"--checkpoint-minutes=-1\"");
    assertRefused(Cli.run("resume", run), 65, "--checkpoint-minutes must be in");
    assertThat(Cli.run("resume", run, "--checkpoint-minutes", 1).code()).isEqualTo(65);
  }
}
