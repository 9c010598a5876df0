package dev.onecycle.cli.tune;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.cli.StoppedRun;
import dev.onecycle.run.tuning.FoundRate;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Settings are chosen for trained weights, for groups of layers, and for a network of Python. */
class TuningOfWeightsTest extends StoppedRun {
  private Cli.Result sweep(String out, Object... more) {
    List<Object> words = new ArrayList<>(List.of("sweep", data, "--batch-size", 16));
    words.addAll(List.of("--weight-decay", "1e-2,1e-4", "--range-steps", 40, "--threads", 1));
    words.addAll(List.of("--out", scratch.resolve(out)));
    words.addAll(List.of(more));
    return Cli.run(words.toArray());
  }

  private Cli.Result tune(Object... more) {
    List<Object> words = new ArrayList<>(List.of("tune", data, "--batch-size", 16));
    words.addAll(List.of("--weight-decay", "1e-4", "--final-tests", 1, "--by-cycle", 0));
    words.addAll(List.of("--range-steps", 40, "--epochs", 2, "--threads", 1, "--no-flip"));
    words.addAll(List.of("--out", scratch.resolve("tuned")));
    words.addAll(List.of(more));
    return Cli.run(words.toArray());
  }

  private double firstLoss(String out) {
    return FoundRate.read(scratch.resolve(out))
        .evidence()
        .sweeps()
        .get(0)
        .candidates()
        .get(0)
        .test()
        .runs()
        .get(0)
        .points()
        .get(0)
        .loss();
  }

  private Path script() throws IOException {
    Path script = scratch.resolve("mine.pt");
    try (InputStream in = TuningOfWeightsTest.class.getResourceAsStream("/scripts/dropout.pt")) {
      Files.copy(Objects.requireNonNull(in), script);
    }
    return script;
  }

  @Test
  void aSweepBeginsWithTheWeightsOfARun() {
    assertThat(sweep("fresh.json").code()).isIn(0, 65);
    Cli.Result swept = sweep("trained.json", "--from", whole);
    assertThat(swept.code()).as(swept.err()).isIn(0, 65);
    assertThat(swept.err() + swept.out()).contains("107 arrays taken");
    assertThat(firstLoss("trained.json")).isLessThan(0.8 * firstLoss("fresh.json"));
    assertThat(FoundRate.read(scratch.resolve("trained.json")).conditions().get("weights"))
        .startsWith("from a file, sha256 ");
  }

  @Test
  void aSweepTakesANetworkOfPython() throws IOException {
    Cli.Result swept = sweep("sweep.json", "--model", script(), "--trust-model");
    assertThat(swept.code()).as(swept.err()).isIn(0, 65);
    assertThat(FoundRate.read(scratch.resolve("sweep.json")).conditions().byName().toString())
        .contains("torchscript");
  }

  /** The groups are in the recipe, and a training by it has them. */
  @Test
  void aTuningKnowsGroups() {
    Cli.Result tuned =
        tune("--from", whole, "--freeze", "conv1,bn1,layer1", "--layer-rates", "layer2=0.25");
    assertThat(tuned.code()).as(tuned.err()).isZero();
    Path run = scratch.resolve("run");
    Cli.Result trained =
        Cli.run("train", data, "--recipe", scratch.resolve("tuned/recipe.yaml"), "--out", run);
    assertThat(trained.code()).as(trained.err()).isZero();
    JsonNode record = Cli.parse(run.resolve("run.json"));
    assertThat(record.at("/config/freeze").asText()).isEqualTo("conv1,bn1,layer1");
    assertThat(record.at("/config/from").asText()).isEqualTo(whole.toString());
    JsonNode groups = record.at("/resolved/layer_groups");
    assertThat(groups).hasSize(2);
    assertThat(groups.get(0).get("layers").asText()).isEqualTo("layer2");
    assertThat(groups.get(0).get("rate").asDouble()).isEqualTo(0.25);
    Cli.Result other =
        Cli.run(
            "train",
            data,
            "--recipe",
            scratch.resolve("tuned/recipe.yaml"),
            "--freeze",
            "conv1",
            "--out",
            scratch.resolve("other"));
    assertThat(other.code()).as(other.err()).isEqualTo(2);
    assertThat(other.err()).contains("layers");
  }

  @Test
  void aTuningTakesANetworkOfPython() throws IOException {
    Path script = script();
    Cli.Result tuned = tune("--model", script, "--trust-model");
    assertThat(tuned.code()).as(tuned.err()).isZero();
    Path run = scratch.resolve("run");
    Cli.Result trained =
        Cli.run("train", data, "--recipe", scratch.resolve("tuned/recipe.yaml"), "--out", run);
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(Cli.parse(run.resolve("run.json")).at("/config/model").asText())
        .isEqualTo(script.toString());
  }
}
