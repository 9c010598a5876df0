package dev.onecycle.cli.inspect;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.options.ModelArgument;
import dev.onecycle.error.Require;
import dev.onecycle.export.ExportOptions;
import dev.onecycle.export.OnnxFile;
import dev.onecycle.export.PythonLoader;
import dev.onecycle.export.TorchScriptFile;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.run.files.FileNames;
import dev.onecycle.torch.model.ModelFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes a trained model in the format of another runtime. */
@Command(
    name = "export",
    description = {
      "Write a trained model for another runtime: ONNX for ONNX Runtime and many others,"
          + " TorchScript for PyTorch, LibTorch and DJL, or the weights alone as safetensors.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  onecycle export runs/NAME --format onnx",
      "  onecycle export runs/NAME --format onnx --normalize --probabilities -o cats.onnx",
      "  onecycle export runs/NAME --format torchscript --normalize --probabilities",
      "  onecycle export runs/NAME --format safetensors"
    })
public final class ExportCommand implements Callable<Integer> {
  /** The formats by name. */
  enum Format {
    ONNX(".onnx"),
    TORCHSCRIPT(".pt"),
    SAFETENSORS(".safetensors");

    private final String ending;

    Format(String ending) {
      this.ending = ending;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Mixin ModelArgument model = new ModelArgument();

  @Option(
      names = "--format",
      required = true,
      paramLabel = "FORMAT",
      description = "${COMPLETION-CANDIDATES}.")
  Format format = Format.ONNX;

  @Option(
      names = "--normalize",
      description =
          "The input is pixels from 0 to 255 as uint8 [N, C, H, W]. Default: float32,"
              + " normalised with the means and standard deviations in the file's metadata.")
  boolean normalize;

  @Option(names = "--probabilities", description = "The output is probabilities. Default: scores.")
  boolean probabilities;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description = "The file to write. Default: model with the ending of the format.")
  @Nullable Path out;

  @Mixin OutputOptions output = new OutputOptions();

  @Override
  public Integer call() {
    Console console = output.console();
    if (format == Format.SAFETENSORS) {
      Require.that(
          !normalize && !probabilities,
          normalize ? "--normalize" : "--probabilities",
          "left out with --format safetensors, which holds weights alone,",
          "given",
          format);
    }
    ModelFile read = model.read();
    Path named = out == null ? Path.of("model" + format.ending) : out;
    Path file =
        FileNames.requireNew("--out", FileNames.requireNewOr(format.ending, "--out", named));
    AtomicFile.requireWritable(file);
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("file", file.toString());
    result.put("format", format.toString());
    ExportOptions options = new ExportOptions(normalize, probabilities);
    if (format == Format.ONNX) {
      OnnxFile.write(read, options, file);
      console.answer("The model in ONNX: " + file);
    } else if (format == Format.TORCHSCRIPT) {
      TorchScriptFile.write(read, options, file);
      console.answer("The model in TorchScript: " + file);
    } else {
      read.write(file);
      String loader = PythonLoader.of(file);
      console.answer("The weights: " + file);
      console.answer("Read them in Python by:");
      loader.lines().forEach(console::answer);
      result.put("python", loader);
    }
    console.result(result);
    return ExitCode.OK;
  }
}
