package dev.onecycle.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.cli.StoppedRun;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.run.RunHistory;
import dev.onecycle.run.RunRecord;
import dev.onecycle.testing.TestData;
import dev.onecycle.torch.job.RunSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run of four epochs that is evaluated after the third and the last, beside one after each. */
class EvaluateEveryTest {
  private static final String EPOCHS =
      "epoch,steps,train_loss,evaluation_loss,accuracy,samples_per_second,train_seconds,"
          + "evaluation_seconds";
  private static final int LOSS = 3;
  private static final int ACCURACY = 4;
  private static final int SECONDS = 7;

  @TempDir static Path temp = Path.of("");
  private static Path each = Path.of("");
  private static Path few = Path.of("");
  private static Cli.Result trained = new Cli.Result(-1, "", "");

  @TempDir Path scratch;

  @BeforeAll
  static void train() throws IOException {
    Path data = TestData.colours(temp.resolve("data"), 40, 10, 8, 8);
    each = temp.resolve("each");
    few = temp.resolve("few");
    train(data, each, 1);
    trained = train(data, few, 3);
  }

  private static Cli.Result train(Path data, Path out, int every) {
    Cli.Result result =
        Cli.run(
            "train",
            data,
            "--epochs",
            4,
            "--max-lr",
            0.05,
            "--batch-size",
            16,
            "--threads",
            1,
            "--reestimate-batchnorm",
            2,
            "--evaluate-every",
            every,
            "--tensorboard",
            "--out",
            out,
            "--json");
    assertThat(result.code()).as(result.err()).isZero();
    return result;
  }

  private static List<String[]> epochs(Path run) {
    return Cli.csv(run.resolve("epochs.csv"), EPOCHS);
  }

  private static void assertEvaluated(Path run, Boolean... evaluated) {
    List<String[]> rows = epochs(run);
    for (int i : List.of(LOSS, ACCURACY, SECONDS)) {
      assertThat(rows).extracting(row -> !row[i].isEmpty()).containsExactly(evaluated);
    }
  }

  @Test
  void theTrainingIsTheSameToTheBit() throws IOException {
    for (String name : List.of("model.safetensors", "steps.csv")) {
      assertThat(Files.mismatch(each.resolve(name), few.resolve(name))).as(name).isEqualTo(-1);
    }
  }

  @Test
  void epochsHaveWhatWasMeasuredAndNothingElse() {
    assertEvaluated(each, true, true, true, true);
    assertEvaluated(few, false, false, true, true);
    for (int epoch : List.of(2, 3)) {
      String[] there = epochs(each).get(epoch);
      String[] here = epochs(few).get(epoch);
      assertThat(Arrays.copyOf(here, 5)).isEqualTo(Arrays.copyOf(there, 5));
    }
    assertThat(trained.json().get("test_accuracy").asDouble())
        .isEqualTo(Double.parseDouble(epochs(few).get(3)[ACCURACY]));
    assertThat(trained.json().has("evaluated_after_epochs")).isFalse();
  }

  @Test
  void theLinesOfEpochsSaySoAndAreAsWide() {
    List<String> lines = trained.err().lines().filter(l -> l.startsWith("epoch ")).toList();
    assertThat(lines).hasSize(4);
    assertThat(lines.subList(0, 2)).allMatch(line -> line.contains("   not evaluated   "));
    assertThat(lines.subList(2, 4)).allMatch(line -> line.contains("   test loss "));
    assertThat(lines)
        .extracting(line -> line.indexOf(" images/s"))
        .containsOnly(lines.get(2).indexOf(" images/s"));
  }

  @Test
  void theReportSaysItOnlyWhereItIsNotAfterEach() {
    assertThat(Cli.parse(few.resolve("run.json")).at("/config/evaluate_every").asInt())
        .isEqualTo(3);
    assertThat(Cli.parse(each.resolve("run.json")).at("/config/evaluate_every").asInt())
        .isEqualTo(1);
    assertThat(Cli.read(each.resolve("report.html")))
        .contains("after each epoch")
        .doesNotContain("after every ");
    assertThat(Cli.read(few.resolve("report.html")))
        .contains("of 4 epochs", "after every 3 epochs and after the last");
  }

  @Test
  void onlyAnEvaluatedEpochIsTheBest() {
    List<String[]> rows = epochs(few);
    double third = Double.parseDouble(rows.get(2)[ACCURACY]);
    double fourth = Double.parseDouble(rows.get(3)[ACCURACY]);
    boolean lowerLoss =
        Double.parseDouble(rows.get(3)[LOSS]) < Double.parseDouble(rows.get(2)[LOSS]);
    boolean better = fourth > third || (fourth == third && lowerLoss);
    assertThat(Cli.read(few.resolve("checkpoints/best")).strip())
        .isEqualTo(better ? "step-0000000032-epoch-000004" : "step-0000000024-epoch-000003");
  }

  /** As if it had been killed after its second epoch, before anything was evaluated. */
  private Path killed() throws IOException {
    Path run = StoppedRun.copy(few, scratch.resolve("run"));
    Files.delete(run.resolve("model.safetensors"));
    Files.delete(run.resolve("checkpoints/best"));
    StoppedRun.remove(run.resolve("checkpoints/step-0000000024-epoch-000003"));
    StoppedRun.remove(run.resolve("checkpoints/step-0000000032-epoch-000004"));
    StoppedRun.edit(run, "/status", "running");
    return run;
  }

  @Test
  void aCheckpointHoldsThatAnEpochWasNotEvaluated() {
    JsonNode epochs =
        Cli.parse(few.resolve("checkpoints/step-0000000024-epoch-000003/state.json"))
            .at("/position/epochs");
    assertThat(epochs.at("/1/metrics").has("accuracy")).isFalse();
    assertThat(epochs.at("/2/metrics/accuracy").asDouble())
        .isEqualTo(Double.parseDouble(epochs(few).get(2)[ACCURACY]));
  }

  @Test
  void aResumedRunHasTheSameBits() throws IOException {
    Path run = killed();
    Cli.Result result = Cli.run("resume", run);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).contains("Resuming from step 16 of 32");
    for (String name : List.of("model.safetensors", "steps.csv", "checkpoints/best")) {
      assertThat(Files.mismatch(few.resolve(name), run.resolve(name))).as(name).isEqualTo(-1);
    }
    for (int epoch = 0; epoch < 4; epoch++) {
      assertThat(Arrays.copyOf(epochs(run).get(epoch), 5))
          .isEqualTo(Arrays.copyOf(epochs(few).get(epoch), 5));
    }
  }

  /** The last epoch is another one now; what was to be the last is not evaluated. */
  @Test
  void theLastEpochOfALongerRunIsEvaluated() throws IOException {
    Path run = killed();
    Cli.Result result = Cli.run("resume", run, "--extend-epochs", 1);
    assertThat(result.code()).as(result.err()).isZero();
    assertEvaluated(run, false, false, true, false, true);
    assertThat(Cli.parse(run.resolve("run.json")).at("/config/evaluate_every").asInt())
        .isEqualTo(3);
  }

  /** As of runs that a signal ended after their second and their fourth of more epochs. */
  @Test
  void aStoppedRunSaysWhatItsLastEvaluationWas() {
    RunHistory run = RunHistory.read(few);
    List<EpochRecord> epochs = run.epochs();
    assertThat(said(run, epochs.subList(0, 2))).startsWith("No evaluation in 2 of 4 epochs, ");
    EpochRecord third = epochs.get(2);
    String right =
        String.format(
            Locale.ROOT, "accuracy %.2f %% on 30 test images after 3 of 4 epochs", percent(third));
    String interval = " \\(95 % interval [\\d.]+ to [\\d.]+\\)";
    assertThat(said(run, epochs.subList(0, 3))).matches(right + interval + ", \\d+ s of training");
    EpochRecord fourth = new EpochRecord(3, 32, 1, 1, 1, Optional.empty());
    assertThat(said(run, List.of(epochs.get(0), epochs.get(1), third, fourth)))
        .matches(right + ", 4 done" + interval + ", .*");
  }

  private static double percent(EpochRecord epoch) {
    return 100 * epoch.evaluated().orElseThrow().accuracy();
  }

  private static String said(RunHistory run, List<EpochRecord> done) {
    RunRecord record = run.record().withEnd(RunRecord.Status.INTERRUPTED, "", Map.of());
    return new RunSummary(few, record, done).describe();
  }

  @Test
  void aComparisonNamesIt() {
    Path page = scratch.resolve("page.html");
    Cli.Result result = Cli.run("compare", each, few, "-o", page, "--json");
    assertThat(result.code()).as(result.err()).isZero();
    JsonNode difference = result.json().at("/differences/0");
    assertThat(result.json().get("differences")).hasSize(1);
    assertThat(difference.get("name").asText()).isEqualTo("evaluate every");
    assertThat(difference.at("/values/each").asText()).isEqualTo("1");
    assertThat(difference.at("/values/few").asText()).isEqualTo("3");
    double[] known =
        IntStream.of(2, 3)
            .mapToDouble(i -> 100 * Double.parseDouble(epochs(few).get(i)[ACCURACY]))
            .toArray();
    assertThat(result.json().at("/runs/1/best_accuracy_percent").asDouble())
        .isEqualTo(Math.max(known[0], known[1]));
  }
}
