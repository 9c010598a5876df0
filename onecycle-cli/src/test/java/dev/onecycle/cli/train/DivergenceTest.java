package dev.onecycle.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.cli.Cli;
import dev.onecycle.run.Conditions;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.tuning.Evidence;
import dev.onecycle.run.tuning.FoundRate;
import dev.onecycle.schedule.Amendment;
import dev.onecycle.testing.TestData;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.weights.NamedTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs whose losses explode to finite numbers, and models that are spoiled. */
@Tag("long")
class DivergenceTest {
  private static final Pattern BACK =
      Pattern.compile("after a rise from step (\\d+) on\\. Back to step (\\d+) and on");

  @TempDir static Path temp = Path.of("");
  private static Path data = Path.of("");

  @BeforeAll
  static void data() throws IOException {
    data = TestData.colours(temp.resolve("data"));
  }

  /** A checkpoint after every step, so that the last three are from after the rise. */
  @Test
  void aRunThatExplodesEndsWith76AndARetryGoesBackBeforeTheRise() {
    Path run = temp.resolve("exploded");
    Cli.Result exploded =
        Cli.run(
            "train",
            data,
            "--max-lr=40",
            "--momentum=0.5", // explodes at 40 and learns at a 27th of it on every machine
            "--precision=fp32",
            "--epochs=8",
            "--batch-size=16",
            "--checkpoint-minutes=1e-6",
            "--out",
            run);
    assertThat(exploded.code()).as(exploded.err()).isEqualTo(76);
    assertThat(exploded.err())
        .contains("loss must stay below 1", "10 times the loss at the start or of knowing nothing")
        .contains(
            "lower the peak learning rate: train anew with --max-lr 13, a third of this peak, or"
                + " without --max-lr: a range test then finds a rate");
    assertThat(exploded.out()).doesNotContain("of 8 epochs", "Report:");
    RunRecord record = RunFolder.read(run);
    assertThat(record.status()).isEqualTo(RunRecord.Status.DIVERGED);
    assertThat(run.resolve("model.safetensors")).doesNotExist();

    Cli.Result retried = Cli.run("resume", run, "--on-divergence=retry", "--json");
    Matcher back = BACK.matcher(retried.err());
    assertThat(back.find()).as(retried.err()).isTrue();
    long rise = Long.parseLong(back.group(1));
    assertThat(rise).isPositive();
    assertThat(Long.parseLong(back.group(2))).isEqualTo(rise - 1);
    assertThat(retried.code()).as(retried.err()).isZero();
    // The losses that exploded were above 1e11; how far the rest gets depends on rounding.
    assertThat(retried.json().get("train_loss").asDouble()).isLessThan(1e6);
    assertThat(retried.json().get("test_loss").asDouble()).isLessThan(1e6);
    List<Amendment> amendments = RunFolder.read(run).amendments();
    assertThat(amendments).isNotEmpty();
    assertThat(amendments.get(0).reason()).startsWith("loss must stay below");
    List<String[]> steps =
        Cli.csv(run.resolve("steps.csv"), "step,epoch,learning_rate,momentum,loss");
    assertThat(steps).hasSize(64);
  }

  /** The file's rate is not advised again, nor a test that each step would see whole. */
  @Test
  void theAdviceKnowsWhereTheRateCameFrom() {
    Path found = temp.resolve("far.json");
    new FoundRate(
            List.of(),
            OptionalDouble.of(6000),
            OptionalLong.empty(),
            Conditions.none(),
            Evidence.NONE)
        .write(found);
    Object[] words = {"train", data, "--epochs=4", "--batch-size=4", "--accept-stale"};
    List<Object> stored = new ArrayList<>(List.of(words));
    stored.addAll(List.of("--lr-from", found, "--out", temp.resolve("stored")));
    Cli.Result exploded = Cli.run(stored.toArray());
    assertThat(exploded.code()).as(exploded.err()).isEqualTo(76);
    assertThat(exploded.err())
        .endsWith("train anew with --max-lr 2000, a third of this peak" + System.lineSeparator());
    Cli.Result whole =
        Cli.run(
            "train",
            data,
            "--epochs=40",
            "--batch-size=120",
            "--max-lr=6000",
            "--out",
            temp.resolve("whole"));
    assertThat(whole.code()).as(whole.err()).isEqualTo(76);
    assertThat(whole.err()).contains("--max-lr 2000").doesNotContain("range test");
  }

  /** The steps since the last checkpoint show how the losses rose. */
  @Test
  void thePageOfARunThatExplodedInItsFirstEpochShowsItsSteps() throws IOException {
    Path run = temp.resolve("at-once");
    Cli.Result exploded =
        Cli.run("train", data, "--max-lr=5000", "--epochs=4", "--batch-size=4", "--out", run);
    assertThat(exploded.code()).as(exploded.err()).isEqualTo(76);
    long steps = Cli.csv(run.resolve("steps.csv"), "step,epoch,learning_rate,momentum,loss").size();
    assertThat(steps).isBetween(2L, 30L);
    boolean shown = Files.readString(run.resolve("report.html")).contains("\"xs\":[0,1");
    assertThat(shown).as("steps in the figures of the page").isTrue();
  }

  @Test
  void aModelThatGivesNoNumbersHasNoAccuracyAndNoPrediction() throws IOException {
    Path run = temp.resolve("spoiled");
    Cli.Result trained =
        Cli.run("train", data, "--max-lr=0.05", "--epochs=2", "--batch-size=16", "--out", run);
    assertThat(trained.code()).as(trained.err()).isZero();
    Path model = run.resolve("model.safetensors");
    ModelFile file = ModelFile.read(model);
    List<NamedTensor> tensors = file.tensors();
    // Finite weights whose sums are not.
    tensors.stream()
        .filter(tensor -> tensor.name().startsWith("fc"))
        .forEach(tensor -> Arrays.fill(tensor.values(), 3e38f));
    Files.delete(model);
    file.with(tensors).write(model);
    Path image = data.resolve("test/red").toFile().listFiles()[0].toPath();
    for (Cli.Result result :
        List.of(
            Cli.run("evaluate", run, data),
            Cli.run("evaluate", run, data, "--json"),
            Cli.run("predict", run, image))) {
      assertThat(result.code()).isEqualTo(65);
      assertThat(result.err()).contains("gives scores that are not finite numbers");
      assertThat(result.out()).doesNotContain("ccuracy", "red");
    }
  }
}
