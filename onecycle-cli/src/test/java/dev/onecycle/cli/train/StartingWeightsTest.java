package dev.onecycle.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.cli.StateDicts;
import dev.onecycle.cli.StoppedRun;
import dev.onecycle.torch.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Trainings that begin with the weights of a file or of an earlier run. */
@Tag("long")
class StartingWeightsTest extends StoppedRun {
  private Cli.Result train(Path out, Path images, Object... more) {
    List<Object> words = new ArrayList<>(List.of("train", images, "--out", out));
    words.addAll(List.of("--batch-size", 16, "--threads", 1, "--epochs", 2, "--max-lr", 0.05));
    words.addAll(List.of(more));
    return Cli.run(words.toArray());
  }

  /** Two of the three colours: the last layer has another size. */
  private Path twoColours() throws IOException {
    Path folder = scratch.resolve("two");
    try (var files = Files.walk(data)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path relative = data.relativize(file);
        if (!relative.getName(1).toString().equals("red")) {
          Path copy = folder.resolve(relative);
          Files.createDirectories(copy.getParent());
          Files.copy(file, copy);
        }
      }
    }
    return folder;
  }

  @Test
  void anEarlierRunIsTrainedOnForOtherClasses() throws IOException {
    Path run = scratch.resolve("on");
    Cli.Result trained = train(run, twoColours(), "--from", whole, "--freeze", "body");
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(trained.out())
        .contains("arrays taken, 2 arrays new (fc.weight, fc.bias)")
        .contains("normalized by the means and deviations of the model that the weights are from");
    JsonNode record = Cli.parse(run.resolve("run.json"));
    assertThat(record.at("/conditions/weights").asText()).startsWith("from a file, sha256 ");
    assertThat(Cli.parse(run.resolve("weights.json"))).isNotEmpty();
    Safetensors before = Safetensors.read(whole.resolve("model.safetensors"));
    Safetensors after = Safetensors.read(run.resolve("model.safetensors"));
    for (int i = 0; i < before.tensors().size(); i++) {
      String name = before.tensors().get(i).name();
      if (!name.startsWith("fc.")) {
        float[] kept =
            after.tensors().stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst()
                .orElseThrow()
                .values();
        assertThat(kept).as(name).isEqualTo(before.tensors().get(i).values());
      }
    }
    assertThat(before.metadata().get("onecycle.means"))
        .isEqualTo(after.metadata().get("onecycle.means"));
  }

  /** The file need not be there any more. */
  @Test
  void aRunFromWeightsIsResumedToTheSameBits() throws IOException {
    Path weights = scratch.resolve("weights.safetensors");
    Files.copy(whole.resolve("model.safetensors"), weights);
    Path run = scratch.resolve("resumed");
    assertThat(train(run, data, "--from", weights, "--first-layer-rate", 0.1).code()).isZero();
    String steps = Cli.read(run.resolve("steps.csv"));
    byte[] model = Files.readAllBytes(run.resolve("model.safetensors"));
    kill(run);
    Files.delete(weights);
    Cli.Result resumed = Cli.run("resume", run);
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.out()).contains("Resuming from step 8 of 16");
    assertThat(Cli.read(run.resolve("steps.csv"))).isEqualTo(steps);
    assertThat(Files.readAllBytes(run.resolve("model.safetensors"))).isEqualTo(model);
    Cli.Result evaluated = Cli.run("evaluate", run);
    assertThat(evaluated.code()).as(evaluated.err()).isZero();
  }

  @Test
  void weightsThatDoNotFitAreOneLine() throws IOException {
    Path run = scratch.resolve("refused");
    Cli.Result other = train(run, data, "--from", whole, "--model", "resnet9");
    assertThat(other.code()).isEqualTo(65);
    assertThat(other.err().strip().lines().filter(line -> line.startsWith("onecycle: ")))
        .singleElement()
        .asString()
        .contains("model.safetensors holds weights of another network: it lacks 40 of 40 arrays");
    assertThat(run).doesNotExist();
    Path text = Files.writeString(scratch.resolve("weights.pth"), "no weights");
    assertThat(train(run, data, "--from", text).err()).contains("weights.pth is no weight file");
    assertThat(train(run, data, "--from", data).err()).contains("run.json");
  }

  /** The arrays of a state dict tell which model it is; each cycle has a range test of its own. */
  @Test
  void fineTuningNeedsNothingButTheWeights() throws IOException {
    Path weights =
        StateDicts.write(
            scratch.resolve("weights.pth"),
            Safetensors.read(whole.resolve("model.safetensors")).tensors());
    Path runs = scratch.resolve("found");
    Object[] words = {
      "fine-tune",
      twoColours(),
      "--from",
      weights,
      "--out",
      runs,
      "--batch-size",
      16,
      "--epochs",
      2,
      "--range-steps",
      40,
      "--threads",
      1
    };
    Cli.Result tuned = Cli.run(words);
    assertThat(tuned.code()).as(tuned.err()).isZero();
    assertThat(tuned.out()).contains("resnet20: 130 parameters", "105 arrays taken, 2 arrays new");
    for (String run : List.of("1-head", "2-all")) {
      JsonNode record = Cli.parse(runs.resolve(run).resolve("run.json"));
      assertThat(record.at("/config/model").asText()).isEqualTo("resnet20");
      assertThat(record.at("/config/max_lr").isMissingNode()).as(run).isTrue();
      List<String> curve = Files.readAllLines(runs.resolve(run).resolve("range.csv"));
      assertThat(curve).as(run).hasSizeGreaterThan(10);
    }
    assertThat(tuned.out())
        .contains("Weights from " + runs.resolve("1-head") + "/model.safetensors");
  }

  /** Two runs in one folder, with one JSON object at the end; done again, nothing is trained. */
  @Test
  void fineTuningTrainsTheLastLayerAndThenAll() throws IOException {
    Path runs = scratch.resolve("tuned");
    Object[] words = {
      "fine-tune",
      twoColours(),
      "--from",
      whole,
      "--out",
      runs,
      "--head-epochs",
      3,
      "--head-lr",
      0.05,
      "--epochs",
      2,
      "--max-lr",
      0.02,
      "--batch-size",
      16,
      "--threads",
      1,
      "--json"
    };
    Cli.Result tuned = Cli.run(words);
    assertThat(tuned.code()).as(tuned.err()).isZero();
    assertThat(tuned.json().get("run_dir").asText()).endsWith("2-all");
    JsonNode head = Cli.parse(runs.resolve("1-head/run.json"));
    assertThat(head.at("/config/freeze").asText()).isEqualTo("body");
    assertThat(head.at("/config/head").asText()).isEqualTo("new");
    assertThat(head.at("/config/model").asText()).isEqualTo("resnet20");
    JsonNode all = Cli.parse(runs.resolve("2-all/run.json"));
    assertThat(all.at("/config/from").asText()).endsWith("1-head");
    assertThat(all.at("/config/first_layer_rate").asDouble()).isEqualTo(0.01);
    assertThat(all.at("/config/freeze").isMissingNode() || all.at("/config/freeze").isNull())
        .isTrue();
    byte[] model = Files.readAllBytes(runs.resolve("2-all/model.safetensors"));
    Cli.Result again = Cli.run(words);
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(Files.readAllBytes(runs.resolve("2-all/model.safetensors"))).isEqualTo(model);
    assertThat(Cli.run("fine-tune", data).err()).contains("--from must be given: the weights of");
  }
}
