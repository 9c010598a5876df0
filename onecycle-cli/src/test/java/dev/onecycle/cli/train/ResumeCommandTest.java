package dev.onecycle.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.cli.Cli;
import dev.onecycle.cli.StoppedRun;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunLock;
import dev.onecycle.run.tuning.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The results of runs that are resumed. */
class ResumeCommandTest extends StoppedRun {
  @Test
  void inTheSameWorldItHasTheSameBits() throws IOException {
    Path run = killed();
    Cli.Result result = Cli.run("resume", run);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).contains("Resuming from step 8 of 16", " % on 30 test images");
    assertSameAsWhole(run);
  }

  /**
   * A job that is started again by the same command may be on a machine that mounts it elsewhere.
   */
  @Test
  void trainWithResumeReadsTheDataOfItsOwnCommand() throws IOException {
    Path run = killed();
    Path elsewhere = scratch.resolve("elsewhere");
    Files.createSymbolicLink(elsewhere, data);
    Cli.Result result = Cli.run("train", elsewhere, "--resume", "--out", run);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).contains("Resuming from step 8 of 16");
    assertThat(Cli.read(run.resolve("run.json"))).contains(elsewhere.toString());
    assertSameAsWhole(run);
  }

  @Test
  void theFileOfClassesMayHaveMovedToo() throws IOException {
    Path flat = Files.createDirectory(scratch.resolve("flat"));
    StringBuilder csv = new StringBuilder("image,label\n");
    for (String colour : List.of("red", "green")) {
      for (int i = 0; i < 40; i++) {
        String name = "%03d.png".formatted(i);
        Files.copy(
            data.resolve("train").resolve(colour).resolve(name), flat.resolve(colour + name));
        csv.append(colour).append(name).append(',').append(colour).append('\n');
      }
    }
    Path labels = Files.writeString(scratch.resolve("labels.csv"), csv);
    Path run = scratch.resolve("run");
    List<Object> words = new ArrayList<>(List.of("train", flat, "--labels", labels, "--out", run));
    words.addAll(List.of("--epochs", 1, "--max-lr", 0.01, "--batch-size", 8));
    Cli.Result trained = Cli.run(words.toArray());
    assertThat(trained.code()).as(trained.err()).isZero();
    edit(run, "/status", "running");
    Path moved = Files.move(labels, scratch.resolve("moved.csv"));
    assertThat(Cli.run("resume", run).code()).isEqualTo(65);
    Cli.Result resumed = Cli.run("resume", run, "--labels", moved);
    assertThat(resumed.code()).as(resumed.err()).isZero();
  }

  /** Every parameter of a policy is in the record, and the policy is made of it again. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "--policy pytorch3 --warmup-share 0.4 --anneal linear --divider 5 --final-divider 50",
        "--policy fastai2 --warmup-share 0.4 --final-divider 100 --momentum 0.9:0.8:0.7",
        "--policy onecycle --annihilation 0"
      })
  void aPolicyGoesOnWithItsParameters(String options) throws IOException {
    Path run = scratch.resolve("policy");
    List<Object> words = new ArrayList<>(List.of("train", data, "--out", run));
    words.addAll(List.of("--batch-size", 16, "--threads", 1, "--epochs", 2, "--max-lr", 0.05));
    words.addAll(List.of(options.split(" ")));
    Cli.Result trained = Cli.run(words.toArray());
    assertThat(trained.code()).as(trained.err()).isZero();
    String steps = Cli.read(run.resolve("steps.csv"));
    assertThat(steps.lines()).hasSize(17);
    kill(run);
    Cli.Result resumed = Cli.run("resume", run);
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.out()).contains("Resuming from step 8 of 16");
    assertThat(Cli.read(run.resolve("steps.csv"))).isEqualTo(steps);
  }

  @Test
  void aFinishedRunIsLeftAsItIs() throws IOException {
    FileTimes before = FileTimes.of(whole);
    Cli.Result result = Cli.run("resume", whole, "--json");
    assertThat(result.code()).isZero();
    assertThat(result.err()).contains("The run is finished; nothing is left to do.");
    assertThat(result.json().get("epochs").asInt()).isEqualTo(2);
    assertThat(result.json().get("test_accuracy").asDouble())
        .isEqualTo(Cli.parse(whole.resolve("run.json")).at("/outcome/test_accuracy").asDouble());
    assertThat(FileTimes.of(whole)).isEqualTo(before);
    assertRefused(
        Cli.run("resume", whole, "--extend-epochs", 1), 2, "--extend-epochs", "is finished");
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
        Cli.run("train", data, "--max-lr", 0.05, "--out", killed()),
        2,
        "resume the run in it with 'onecycle resume ");
  }

  /** Everything that a recipe said is in the record. */
  @Test
  void aRecipeIsNotNeededAgain() throws IOException {
    Path recipe = scratch.resolve("recipe.yaml");
    new Recipe(
            Recipe.FORMAT,
            List.of("onecycle", "tune"),
            Map.of("batch_size", "16", "dropout", "0.1", "threads", "1", "epochs", "2"),
            Map.of(),
            RunFolder.read(whole).conditions())
        .write(recipe);
    Path run = scratch.resolve("cooked");
    Cli.Result trained = Cli.run("train", data, "--recipe", recipe, "--max-lr", 0.05, "--out", run);
    assertThat(trained.code()).as(trained.err()).isZero();
    assertSameAsWhole(run);
    Files.delete(recipe);
    kill(run);
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
    kill(run);
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
}
