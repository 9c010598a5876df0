package dev.onecycle.cli.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.onecycle.cli.Cli;
import dev.onecycle.testing.TestData;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.weights.NamedTensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportCommandTest {
  private static final Path PYTHON = Path.of("/usr/bin/python3");
  private static final Path TORCH = Path.of("/usr/lib/python3/dist-packages/torch");

  @TempDir static Path temp = Path.of("");
  private static Path run = Path.of("");

  @BeforeAll
  static void run() throws IOException {
    run = temp.resolve("run");
    Path data = TestData.colours(temp.resolve("data"));
    Cli.Result trained = Cli.run("train", data, "--max-lr=0.05", "--epochs=1", "--out", run);
    assertThat(trained.code()).as(trained.err()).isZero();
  }

  @Test
  void onnxIsWritten() {
    Path file = temp.resolve("cats.onnx");
    Cli.Result result =
        Cli.run("export", run, "--format=onnx", "--normalize", "--probabilities", "-o", file);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).isEqualTo("The model in ONNX: " + file + System.lineSeparator());
    assertThat(file).isNotEmptyFile();
  }

  @Test
  void torchScriptIsWritten() {
    Path file = temp.resolve("cats.pt");
    Cli.Result result = Cli.run("export", run, "--format=torchscript", "-o", file);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out())
        .isEqualTo("The model in TorchScript: " + file + System.lineSeparator());
    assertThat(file).isNotEmptyFile();
  }

  /** The lines that it prints work as they are, and read the very weights. */
  @Test
  void theLoaderThatIsPrintedReadsTheWeights() throws Exception {
    assumeTrue(Files.exists(TORCH), "PyTorch for Python is installed");
    Path file = temp.resolve("weights.safetensors");
    Cli.Result result = Cli.run("export", run, "--format=safetensors", "-o", file);
    assertThat(result.code()).as(result.err()).isZero();
    String loader = result.out().substring(result.out().indexOf("import json"));
    NamedTensor first = ModelFile.read(file).tensors().get(0);
    Path script = temp.resolve("load.py");
    Files.writeString(
        script,
        loader
            + "\nprint(list(weights['"
            + first.name()
            + "'].shape), float(weights['"
            + first.name()
            + "'].flatten()[5]))\n");
    Process python =
        new ProcessBuilder(PYTHON.toString(), script.toString()).redirectErrorStream(true).start();
    String printed =
        new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(python.waitFor()).as(printed).isZero();
    assertThat(printed)
        .startsWith(java.util.Arrays.toString(first.shape()))
        .endsWith(" " + Double.toString(first.values()[5]));
  }

  @Test
  void optionsOfOnnxAreRefusedForSafetensors() {
    Cli.Result result =
        Cli.run(
            "export",
            run,
            "--format=safetensors",
            "--normalize",
            "-o",
            temp.resolve("none.safetensors"));
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("--normalize must be left out with --format safetensors");
    assertThat(temp.resolve("none.safetensors")).doesNotExist();
  }

  @Test
  void aModelThatIsThereIsNotOverwritten() throws Exception {
    for (String format : List.of("onnx", "torchscript", "safetensors")) {
      String ending = format.equals("torchscript") ? "pt" : format;
      Path there = Files.writeString(temp.resolve("there." + ending), "own weights");
      Cli.Result result = Cli.run("export", run, "--format=" + format, "-o", there);
      assertThat(result.code()).isEqualTo(2);
      assertThat(result.err())
          .contains(
              "--out must be a new file, since results are not overwritten, but was " + there);
      assertThat(there).hasContent("own weights");
    }
  }

  @Test
  void theFormatMustBeNamed() {
    Cli.Result result = Cli.run("export", run);
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("--format");
  }
}
