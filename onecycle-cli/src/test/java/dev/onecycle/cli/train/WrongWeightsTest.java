package dev.onecycle.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.cli.StateDicts;
import dev.onecycle.cli.StoppedRun;
import dev.onecycle.testing.TestImages;
import dev.onecycle.torch.weights.NamedTensor;
import dev.onecycle.torch.weights.Safetensors;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Weights that are of no use here: one clear line each, and nothing is left behind. */
class WrongWeightsTest extends StoppedRun {
  private List<NamedTensor> arrays() {
    return Safetensors.read(whole.resolve("model.safetensors")).tensors();
  }

  private Path file(String name, List<NamedTensor> arrays) throws IOException {
    return StateDicts.write(scratch.resolve(name), arrays);
  }

  private Path renamed(String name, UnaryOperator<String> rename) throws IOException {
    return file(
        name,
        arrays().stream()
            .map(a -> new NamedTensor(rename.apply(a.name()), a.shape(), a.values()))
            .toList());
  }

  /** The network of the file, with another array under a name. */
  private List<NamedTensor> with(NamedTensor other) {
    List<NamedTensor> all = new ArrayList<>(arrays());
    all.replaceAll(array -> array.name().equals(other.name()) ? other : array);
    return all;
  }

  private Cli.Result run(Path weights, Object... more) {
    List<Object> words = new ArrayList<>(List.of("train", data, "--from", weights));
    words.addAll(List.of("--epochs", 1, "--max-lr", 0.01, "--batch-size", 16, "--threads", 1));
    words.addAll(List.of("--out", scratch.resolve("run")));
    words.addAll(List.of(more));
    return Cli.run(words.toArray());
  }

  private void refused(int code, String why, Path weights, Object... more) throws IOException {
    Cli.Result result = run(weights, more);
    assertThat(result.code()).as(result.err()).isEqualTo(code);
    assertThat(result.err().lines().filter(line -> line.startsWith("onecycle: ")))
        .singleElement()
        .asString()
        .contains(why)
        .doesNotContain("Exception");
    assertThat(result.err()).doesNotContain("\tat ");
    try (Stream<Path> files = Files.list(scratch)) {
      assertThat(files).allMatch(file -> file.toString().endsWith(".pth"));
    }
  }

  @Test
  void theStateDictOfAnotherNetwork() throws IOException {
    Path other = renamed("other.pth", name -> "block." + name.replace("layer", "stage"));
    refused(2, "whose arrays are of none of resnet20, resnet32", other);
    refused(
        65,
        "other.pth holds weights of another network: it lacks 105 of 105 arrays",
        other,
        "--model",
        "resnet20");
  }

  @Test
  void halfAStateDict() throws IOException {
    List<NamedTensor> all = arrays();
    Path half = file("half.pth", all.subList(0, all.size() / 2));
    refused(2, "for resnet20, the nearest, " + half + " holds only a part of the weights", half);
    refused(
        65,
        "half.pth holds only a part of the weights: it lacks 53 of 105 arrays",
        half,
        "--model",
        "resnet20");
  }

  @Test
  void aPickleThatCallsTheSystem() throws IOException {
    Path trace = scratch.resolve("called.pth");
    Path evil = StateDicts.calling(scratch.resolve("evil.pth"), "touch " + trace);
    for (String command : List.of("train", "fine-tune")) {
      Cli.Result result = Cli.run(command, data, "--from", evil, "--out", scratch.resolve("run"));
      assertThat(result.code()).as(result.err()).isEqualTo(65);
      assertThat(result.err())
          .contains("evil.pth is not read: it calls os.system, which is no tensor");
    }
    assertThat(trace).doesNotExist();
    assertThat(scratch.resolve("run")).doesNotExist();
  }

  @Test
  void weightsThatAreNotNumbers() throws IOException {
    NamedTensor bias =
        new NamedTensor("fc.bias", new long[] {3}, new float[] {0, Float.NaN, Float.NaN});
    refused(65, "cannot be used: fc.bias [3] (holds NaN)", file("nan.pth", with(bias)));
  }

  @Test
  void aLastLayerOfAnotherSize() throws IOException {
    List<NamedTensor> seven = new ArrayList<>(arrays());
    seven.removeIf(array -> array.name().startsWith("fc."));
    seven.add(new NamedTensor("fc.weight", new long[] {7, 64}, new float[7 * 64]));
    seven.add(new NamedTensor("fc.bias", new long[] {7}, new float[7]));
    refused(
        65,
        "is for another last layer: fc.weight must be [3, 64] but is in the file [7, 64]; set --head"
            + " to new",
        file("head.pth", seven),
        "--head",
        "same");
    Cli.Result taken = run(scratch.resolve("head.pth"));
    assertThat(taken.code()).as(taken.err()).isZero();
    assertThat(taken.out()).contains("2 arrays new (fc.weight, fc.bias)");
  }

  @Test
  void rulesThatMatchNothing() throws IOException {
    Path student = renamed("student.pth", name -> "student." + name);
    Object[] model = {"--model", "resnet20"};
    refused(65, "without the prefix student. most would match: set --from-prefix", student, model);
    for (String[] rule :
        new String[][] {
          {"--from-prefix", "teacher.", "the start of a name in the file but was teacher."},
          {"--from-renames", "stem=conv1", "a rule that matches a name but was stem=conv1"},
          {"--from-renames", "stem", "old=new or /expression/=new but was stem"},
          {"--from-ignore", "aux.", "the start of a name in the file but was aux."},
          {"--from-ignore", "student.fc,", "at least one character but was nothing"},
        }) {
      refused(2, rule[0] + " must be " + rule[2], student, rule[0], rule[1]);
    }
    Cli.Result noWeights = Cli.run("train", data, "--from-prefix", "student.");
    assertRefused(noWeights, 2, "--from-prefix must be left out where no --from is given");
  }

  /** Which model it is for is told by the arrays, once the rules have named them. */
  @Test
  void rulesBringTheNamesOfOthers() throws IOException {
    Path renamed =
        renamed(
            "renamed.pth",
            name -> "student." + name.replaceFirst("^layer(\\d)", "stage$1").replace("fc", "head"));
    List<NamedTensor> both = new ArrayList<>(arrays());
    both.replaceAll(a -> new NamedTensor("teacher." + a.name(), a.shape(), a.values()));
    Cli.Result trained =
        run(
            renamed,
            "--from-prefix",
            "student.",
            "--from-renames",
            "/^stage(\\d{1,2})/=layer$1, head=fc");
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(trained.out()).contains("resnet20:", "107 arrays renamed");
    JsonNode record = Cli.parse(scratch.resolve("run/run.json"));
    assertThat(record.at("/config/model").asText()).isEqualTo("resnet20");
    assertThat(record.at("/conditions/weights").asText())
        .matches("from a file, sha256 \\w{64}, from_prefix student\\., from_renames .*head=fc");
    assertThat(record.at("/config/image_size").isMissingNode()).isTrue();
  }

  private Path grey() throws IOException {
    for (String part : List.of("train", "test")) {
      for (int i = 0; i < 32; i++) {
        BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
        boolean bright = i % 2 == 0;
        int from = 8 * (i % 3) + (bright ? 150 : 20);
        for (int p = 0; p < 64; p++) {
          image.getRaster().setSample(p % 8, p / 8, 0, from + p);
        }
        Path folder = scratch.resolve("grey.pth").resolve(part).resolve(bright ? "bright" : "dark");
        Files.createDirectories(folder);
        Files.write(folder.resolve(i + ".png"), TestImages.encode(image, "png"));
      }
    }
    return scratch.resolve("grey.pth");
  }

  /** A grey file is read as three equal channels; weights of one channel have none for colours. */
  @Test
  void weightsOfOtherChannels() throws IOException {
    Path grey = grey();
    Cli.Result summed =
        Cli.run(
            "train",
            grey,
            "--from",
            file("colour.pth", arrays()),
            "--epochs",
            2,
            "--max-lr",
            0.01,
            "--batch-size",
            16,
            "--threads",
            1,
            "--out",
            scratch.resolve("run.pth"));
    assertThat(summed.code()).as(summed.err()).isZero();
    assertThat(summed.out()).contains("of 3×8×8", "105 arrays taken");
    NamedTensor narrow = new NamedTensor("conv1.weight", new long[] {16, 1, 3, 3}, new float[144]);
    refused(
        65,
        "1 array has another shape, such as conv1.weight [16, 3, 3, 3] (in the file [16, 1, 3, 3])",
        file("narrow.pth", with(narrow)),
        "--model",
        "resnet20");
  }
}
