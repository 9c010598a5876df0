package dev.onecycle.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.cli.StoppedRun;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A network from Python under the commands, from its file to predictions. */
class ScriptModelTest {
  private static final String TRUST = "a program that runs in this process, with your rights";

  @TempDir static Path temp = Path.of("");
  private static Path data = Path.of("");
  private static Path script = Path.of("");
  private static Path whole = Path.of("");

  @TempDir Path scratch;

  @BeforeAll
  static void train() throws IOException {
    data = TestData.colours(temp.resolve("data"), 40, 10, 8, 8);
    script = temp.resolve("mine.pt");
    try (InputStream in = ScriptModelTest.class.getResourceAsStream("/scripts/dropout.pt")) {
      Files.copy(Objects.requireNonNull(in), script);
    }
    whole = temp.resolve("whole");
    Cli.Result result = train("--trust-model", "--out", whole);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).contains("torchscript: 331 parameters");
    Files.delete(script); // the run has its own copy
  }

  private static Cli.Result train(Object... more) {
    Object[] words = {
      "train",
      data,
      "--model",
      script,
      "--epochs",
      2,
      "--max-lr",
      0.05,
      "--batch-size",
      16,
      "--threads",
      2
    };
    Object[] all = new Object[words.length + more.length];
    System.arraycopy(words, 0, all, 0, words.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    return Cli.run(all);
  }

  @Test
  void aKilledRunResumesToTheSameBitsWithoutTheFile() throws IOException {
    Path run = StoppedRun.kill(StoppedRun.copy(whole, scratch.resolve("run")));
    Cli.Result result = Cli.run("resume", run);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).contains("Resuming from step 8 of 16");
    for (String name : new String[] {"model.safetensors", "steps.csv"}) {
      assertThat(Files.mismatch(whole.resolve(name), run.resolve(name))).as(name).isEqualTo(-1);
    }
  }

  @Test
  void itIsEvaluatedAndPredictsWhereItIsTrusted() {
    Cli.Result evaluated = Cli.run("evaluate", whole, "--trust-model", "--json");
    assertThat(evaluated.code()).as(evaluated.err()).isZero();
    assertThat(evaluated.json().get("test_accuracy").asDouble())
        .isEqualTo(Cli.parse(whole.resolve("run.json")).at("/outcome/test_accuracy").asDouble());
    Path image = data.resolve("test").resolve("red").resolve("000.png");
    Cli.Result predicted = Cli.run("predict", whole, image, "--trust-model");
    assertThat(predicted.code()).as(predicted.err()).isZero();
    assertThat(predicted.out()).contains("000.png");
    for (Cli.Result distrusted :
        new Cli.Result[] {Cli.run("evaluate", whole), Cli.run("predict", whole, image)}) {
      assertThat(distrusted.code()).isEqualTo(65);
      assertThat(distrusted.complaints()).hasSize(1);
      assertThat(distrusted.err()).contains("--trust-model must be given", TRUST);
    }
  }

  /** Its checkpoint is read where it is trusted, and the advice is no damage where it is not. */
  @Test
  void aTrainingBeginsWithAKilledRun() throws IOException {
    Path killed = StoppedRun.kill(StoppedRun.copy(whole, scratch.resolve("killed")));
    Path out = scratch.resolve("on");
    Object[] words = {
      "train", data, "--from", killed, "--epochs", 1, "--max-lr", 0.01, "--out", out
    };
    Cli.Result distrusted = Cli.run(words);
    assertThat(distrusted.code()).isNotZero();
    assertThat(distrusted.err()).contains("trust").doesNotContain("remove that folder");
    List<Object> trusting = new ArrayList<>(List.of(words));
    trusting.add("--trust-model");
    Cli.Result trained = Cli.run(trusting.toArray());
    assertThat(trained.code()).as(trained.err()).isZero();
    StoppedRun.assertRefused(
        Cli.run("train", data, "--from", whole, "--trust-model", "--dropout", 0.3), 2, "--dropout");
  }

  @Test
  void anotherFileInPlaceOfTheRunsOwnIsRefused() throws IOException {
    Path run = StoppedRun.kill(StoppedRun.copy(whole, scratch.resolve("run")));
    Files.writeString(run.resolve("network.pt"), "another");
    Path moved = Files.copy(whole.resolve("model.safetensors"), scratch.resolve("m.safetensors"));
    Files.writeString(scratch.resolve("network.pt"), "another");
    StoppedRun.assertRefused(
        Cli.run("evaluate", moved, data, "--trust-model"), 65, "network.pt must have sha256");
    assertThat(Cli.run("resume", run).code()).isNotZero();
    Files.delete(scratch.resolve("network.pt"));
    StoppedRun.assertRefused(
        Cli.run("evaluate", moved, data, "--trust-model"),
        65,
        "its network must be beside it, a TorchScript file network.pt");
  }

  @Test
  void theWeightsHaveTheNamesOfPythonsStateDict() throws IOException {
    byte[] file = Files.readAllBytes(whole.resolve("model.safetensors"));
    int length = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
    JsonNode header = Cli.parse(new String(file, 8, length, StandardCharsets.UTF_8));
    assertThat(header.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder(
            "__metadata__",
            "conv.weight",
            "norm.weight",
            "norm.bias",
            "norm.running_mean",
            "norm.running_var",
            "head.weight",
            "head.bias",
            "scale");
  }

  @Test
  void settingsThatAFileBringsItselfAreRefused() throws IOException {
    Path copy = Files.copy(whole.resolve("network.pt"), scratch.resolve("copy.pt"));
    StoppedRun.assertRefused(
        Cli.run("train", data, "--model", copy), 2, "--trust-model must be given", TRUST);
    StoppedRun.assertRefused(
        Cli.run("train", data, "--model", copy, "--trust-model", "--dropout", 0.1),
        2,
        "--dropout must be left out for model " + copy);
    StoppedRun.assertRefused(
        Cli.run("train", data, "--model", scratch.resolve("none.pt"), "--trust-model"),
        65,
        "none.pt must be a TorchScript file but is not there");
  }

  @Test
  void anOperatorOfAnExtensionIsRefusedByName() throws IOException {
    Path custom = scratch.resolve("custom.pt");
    try (ZipFile sound = new ZipFile(whole.resolve("network.pt").toFile());
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(custom))) {
      for (ZipEntry entry : Collections.list(sound.entries())) {
        byte[] content = sound.getInputStream(entry).readAllBytes();
        if (entry.getName().endsWith(".py")) {
          content =
              new String(content, StandardCharsets.UTF_8)
                  .replace("torch.flatten(", "ops.mine.flatten(")
                  .getBytes(StandardCharsets.UTF_8);
        }
        out.putNextEntry(new ZipEntry(entry.getName()));
        out.write(content);
      }
    }
    Path run = scratch.resolve("run");
    StoppedRun.assertRefused(
        Cli.run("train", data, "--model", custom, "--trust-model", "--out", run),
        65,
        "operators of libtorch alone but uses mine::flatten; write it without the extension");
    assertThat(run).doesNotExist();
  }

  @Test
  void findLrTakesItToo() throws IOException {
    Path copy = Files.copy(whole.resolve("network.pt"), scratch.resolve("copy.pt"));
    Cli.Result result =
        Cli.run(
            "find-lr",
            data,
            "--model",
            copy,
            "--trust-model",
            "--batch-size",
            16,
            "--out",
            scratch.resolve("found.json"),
            "--svg",
            scratch.resolve("f.svg"));
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(scratch.resolve("found.json")).exists();
  }
}
