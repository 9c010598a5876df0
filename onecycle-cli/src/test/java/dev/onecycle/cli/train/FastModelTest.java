package dev.onecycle.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.cli.Cli;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.run.RunHistory;
import dev.onecycle.run.RunRecord;
import dev.onecycle.testing.TestData;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.weights.NamedTensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The model {@code fast} on the command line: its defaults, and what is made of its runs. */
@Tag("long")
class FastModelTest {
  @TempDir static Path temp = Path.of("");
  private static Path data = Path.of("");
  private static Path run = Path.of("");
  private static Cli.Result trained = new Cli.Result(-1, "", "");

  @TempDir Path scratch;

  /** 10 steps, and one checkpoint of 7 million weights after them. */
  @BeforeAll
  static void train() throws IOException {
    data = TestData.colours(temp.resolve("data"), 26, 4, 16, 16);
    run = temp.resolve("run");
    trained =
        Cli.run(
            "train",
            data,
            "--model",
            "fast",
            "--epochs",
            1,
            "--max-lr",
            0.05,
            "--batch-size",
            8,
            "--out",
            run,
            "--json");
    assertThat(trained.code()).as(trained.err()).isZero();
  }

  private static Map<String, Object> settings(Path folder) {
    RunRecord record = RunHistory.read(folder).record();
    return record.settings();
  }

  @Test
  void bringsItsSettingsButForThoseGiven() {
    assertThat(settings(run))
        .containsEntry("model", "fast")
        .containsEntry("batch_size", 8)
        .containsEntry("label_smoothing", 0.1)
        .containsEntry("batchnorm_momentum", 0.4)
        .containsEntry("bias_rate", 64.0)
        .containsEntry("weight_decay", 3e-3);
    assertThat(settings(run))
        .containsEntry("pad", 2)
        .containsEntry("flip", "random")
        .containsEntry("optimizer", "muon");
    assertThat(RunHistory.read(run).record().conditions().byName())
        .containsEntry("augmentation", "pad 2 (reflect), random crop, flip");
  }

  @Test
  void eachOfItsSettingsCanBeSetOtherwise() {
    Path out = scratch.resolve("other");
    Cli.Result result =
        Cli.run(
            "train",
            data,
            "--model",
            "fast",
            "--epochs",
            1,
            "--max-lr",
            0.01,
            "--batch-size",
            6,
            "--optimizer",
            "sgd",
            "--label-smoothing",
            0,
            "--batchnorm-momentum",
            0.1,
            "--bias-rate",
            1,
            "--weight-decay",
            0,
            "--flip",
            "alternate",
            "--pad",
            4,
            "--out",
            out);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(settings(out))
        .containsEntry("batch_size", 6)
        .containsEntry("label_smoothing", 0.0)
        .containsEntry("batchnorm_momentum", 0.1)
        .containsEntry("bias_rate", 1.0)
        .containsEntry("weight_decay", 0.0);
    assertThat(settings(out))
        .containsEntry("pad", 4)
        .containsEntry("flip", "alternate")
        .containsEntry("optimizer", "sgd");
    assertThat(RunHistory.read(out).record().conditions().byName())
        .containsEntry("augmentation", "pad 4 (reflect), random crop, alternating flip");
  }

  @Test
  void itsOptimizerDecouplesDecayByItself() {
    Cli.Result refused = Cli.run("train", data, "--model", "fast", "--decoupled-decay");
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err())
        .contains("--decoupled-decay must be left out with muon, which always decouples,");
  }

  @Test
  void adamTakesItWithoutARateForBiases() {
    Cli.Result result =
        Cli.run(
            "train",
            data,
            "--model",
            "fast",
            "--epochs",
            1,
            "--max-lr",
            0.001,
            "--batch-size",
            8,
            "--optimizer",
            "adamw",
            "--out",
            scratch.resolve("adam"));
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(settings(scratch.resolve("adam"))).containsEntry("bias_rate", 1.0);
    Cli.Result refused =
        Cli.run(
            "train",
            data,
            "--model",
            "fast",
            "--optimizer",
            "adamw",
            "--bias-rate",
            2,
            "--max-lr",
            0.001,
            "--out",
            scratch.resolve("refused"));
    assertThat(refused.code()).isEqualTo(ExitCode.USAGE);
    assertThat(refused.err()).contains("--bias-rate must be 1 for adamw");
  }

  /** The whitening is in the file: a model is evaluated to what its run came to. */
  @Test
  void itsModelIsUsedAsItWasTrained() {
    NamedTensor whitening =
        ModelFile.read(run.resolve("model.safetensors")).tensors().stream()
            .filter(tensor -> tensor.name().equals("whiten.weight"))
            .findFirst()
            .orElseThrow();
    assertThat(Arrays.stream(toDoubles(whitening.values())).map(Math::abs).sum()).isPositive();
    Cli.Result evaluated = Cli.run("evaluate", run, data, "--json");
    assertThat(evaluated.code()).as(evaluated.err()).isZero();
    assertThat(evaluated.json().get("test_accuracy").asDouble())
        .isEqualTo(trained.json().get("test_accuracy").asDouble());
  }

  private static double[] toDoubles(float[] values) {
    double[] doubles = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      doubles[i] = values[i];
    }
    return doubles;
  }

  @Test
  void aFlipIsNotBothGivenAndRefused() {
    Cli.Result result =
        Cli.run("train", data, "--flip", "random", "--no-flip", "--out", scratch.resolve("x"));
    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err()).contains("--no-flip must be left out where --flip is given");
  }
}
