package dev.onecycle.cli.inspect;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.options.ModelArgument;
import dev.onecycle.error.Require;
import dev.onecycle.export.OnnxFile;
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
      "Write a trained model for another runtime: ONNX for ONNX Runtime and many others, or"
          + " safetensors with the names of PyTorch.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  onecycle export runs/NAME --format onnx",
      "  onecycle export runs/NAME --format onnx --normalize --probabilities -o cats.onnx",
      "  onecycle export runs/NAME --format safetensors"
    })
public final class ExportCommand implements Callable<Integer> {
  /** The formats by name. */
  enum Format {
    ONNX,
    SAFETENSORS;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Reads the file with Python's standard library and PyTorch alone. */
  private static final String LOADER =
      """
      import json, struct, torch
      with open(%s, "rb") as file:
          header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
          data = bytearray(file.read())
      weights = {}
      for name, array in header.items():
          if name != "__metadata__":
              begin, end = array["data_offsets"]
              values = torch.frombuffer(data[begin:end], dtype=torch.float32)
              weights[name] = values.reshape(array["shape"])
      """;

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
          "ONNX: the input are pixels from 0 to 255 as uint8 [N, C, H, W]. Default: float32,"
              + " normalised with the means and standard deviations in the file's metadata.")
  boolean normalize;

  @Option(
      names = "--probabilities",
      description = "ONNX: the output are probabilities. Default: scores.")
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
    String ending = "." + format;
    Path file =
        out == null
            ? FileNames.requireNew("--out", Path.of("model" + ending))
            : FileNames.requireNewOr(ending, "--out", out);
    if (format == Format.SAFETENSORS) {
      Require.that(
          !normalize && !probabilities,
          "--normalize and --probabilities",
          "left out with safetensors, which holds arrays alone,",
          "given",
          format);
    }
    AtomicFile.requireWritable(file);
    ModelFile read = model.read();
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("file", file.toString());
    result.put("format", format.toString());
    if (format == Format.ONNX) {
      OnnxFile.write(read, new OnnxFile.Options(normalize, probabilities), file);
      console.answer("The model in ONNX: " + file);
    } else {
      read.write(file);
      String loader = LOADER.formatted(python(file.toString())).strip();
      console.answer("The weights: " + file);
      console.answer("Read them in Python by:");
      loader.lines().forEach(console::answer);
      result.put("python", loader);
    }
    console.result(result);
    return ExitCode.OK;
  }

  private static String python(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
