package dev.onecycle.bench.predict;

import dev.onecycle.bench.measure.Spread;
import dev.onecycle.bench.peers.PeerPrograms;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.Require;
import dev.onecycle.export.ExportOptions;
import dev.onecycle.export.OnnxFile;
import dev.onecycle.export.TorchScriptFile;
import dev.onecycle.run.files.Directories;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.model.ModelInput;
import dev.onecycle.torch.model.NetworkWeights;
import dev.onecycle.torch.nn.ModelSpec;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.weights.NamedTensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The speed of predictions: onecycle's own, ONNX Runtime's and DJL's, of the same model. */
@Command(
    name = "predict",
    description = {
      "Milliseconds of one image and images/s in batches: onecycle's predictor, ONNX Runtime for"
          + " Java with the model exported as ONNX, and DJL with the model exported as TorchScript.",
      "",
      "Each runs in a process of its own, in turn, with its default settings; pixels go in as uint8,"
          + " probabilities come out.",
      ""
    },
    mixinStandardHelpOptions = true)
public final class PredictBench implements Callable<Integer> {
  private static final List<String> NAMES =
      List.of("onecycle-bf16", "onecycle-fp32", "onecycle-shared", "onnxruntime", "djl");

  @Option(names = "--model", defaultValue = "resnet20", description = "Default: ${DEFAULT-VALUE}.")
  String model = "resnet20";

  @Option(
      names = "--image-size",
      paramLabel = "SIDE",
      defaultValue = "32",
      description = "Default: ${DEFAULT-VALUE}.")
  int side = 32;

  @Option(names = "--batch-size", defaultValue = "32", description = "Default: ${DEFAULT-VALUE}.")
  int batch = 32;

  @Option(names = "--rounds", defaultValue = "5", description = "Default: ${DEFAULT-VALUE}.")
  int rounds = 5;

  @Option(
      names = "--seconds",
      defaultValue = "4",
      description =
          "Measured time of single images, and again of batches. Default: ${DEFAULT-VALUE}.")
  double seconds = 4;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description =
          "Runtimes: onecycle-bf16, onecycle-fp32, onecycle-shared (one sample by all threads),"
              + " onnxruntime, djl. Default: all.")
  List<String> only = NAMES;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Require.atLeast("rounds", rounds, 1);
    Require.atLeast("batch size", batch, 1);
    Require.positive("seconds", seconds);
    for (String name : only) {
      Require.that(NAMES.contains(name), "a runtime", "one of " + NAMES, name, name);
    }
    Path folder = Files.createTempDirectory("onecycle-predict");
    try {
      measure(folder);
      return 0;
    } finally {
      Directories.remove(folder);
    }
  }

  private void measure(Path folder) throws IOException, InterruptedException {
    ModelFile file = drawn();
    Path own = folder.resolve(ModelFile.NAME);
    Path onnx = folder.resolve("model.onnx");
    Path script = folder.resolve("model.pt");
    file.write(own);
    OnnxFile.write(file, new ExportOptions(true, true), onnx);
    TorchScriptFile.write(file, new ExportOptions(true, true), script);
    Map<String, List<String>> commands = new LinkedHashMap<>();
    for (String name : only) {
      commands.put(
          name,
          name.equals("djl")
              ? command(PeerPrograms.djl("dev.onecycle.peer.djl.Predict"), script)
              : command(
                  PeerPrograms.own(RuntimeMain.class, name),
                  name.equals("onnxruntime") ? onnx : own));
    }
    System.out.println(
        Numbers.format("%s of %dx%d, %d rounds of %.0f s", model, side, side, rounds, seconds));
    PeerPrograms.machine().forEach((name, value) -> System.out.println(name + ": " + value));
    Map<String, List<Measured>> all = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      for (Map.Entry<String, List<String>> one : commands.entrySet()) {
        Measured found = run(one.getKey(), one.getValue());
        all.computeIfAbsent(one.getKey(), unused -> new ArrayList<>()).add(found);
      }
    }
    table(all);
  }

  /** A model of drawn weights, which take as long as trained ones. */
  private ModelFile drawn() {
    ModelSpec spec = Models.byName(model);
    Network network = spec.network(new ImageShape(3, side, side), 10, 0);
    SplittableRandom random = new SplittableRandom(1);
    List<NamedTensor> weights = new ArrayList<>();
    for (NamedTensor zero : NetworkWeights.zeros(network)) {
      float[] values = zero.values();
      boolean variance = zero.name().endsWith("running_var");
      double scale = 1 / Math.sqrt(Math.max(1, values.length / (double) zero.shape()[0]));
      for (int i = 0; i < values.length; i++) {
        values[i] = variance ? 1 : (float) (scale * (2 * random.nextDouble() - 1));
      }
      weights.add(new NamedTensor(zero.name(), zero.shape(), values));
    }
    List<Double> halves = Collections.nCopies(3, 0.5);
    return new ModelFile(
        network,
        IntStream.range(0, 10).mapToObj(c -> "class " + c).toList(),
        new ModelInput(network.imageShape(), new Normalization(halves, halves)),
        weights);
  }

  private List<String> command(List<String> program, Path file) {
    List<String> command = new ArrayList<>(program);
    command.add(file.toString());
    command.addAll(List.of("3", "" + side, "" + side, "" + batch, "" + seconds));
    return command;
  }

  private static Measured run(String name, List<String> command)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    if (!name.startsWith("onecycle")) {
      // The launcher's settings of the allocator are onecycle's own.
      builder.environment().keySet().removeIf(variable -> variable.startsWith("MALLOC_"));
    }
    Process process = builder.start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new BadDataException(name + " failed with exit code " + process.exitValue());
    }
    return printed
        .lines()
        .filter(line -> line.startsWith("{"))
        .map(Measured::parse)
        .findFirst()
        .orElseThrow(() -> new BadDataException(name + " printed no measurement"));
  }

  private static void table(Map<String, List<Measured>> all) {
    System.out.println("| runtime | one image, p50 | p99 | images/s in batches | setup |");
    System.out.println("|---|---|---|---|---|");
    all.forEach(
        (name, found) ->
            System.out.println(
                Numbers.format(
                    "| %s | %.2f ms | %.2f ms | %,.0f (%,.0f to %,.0f) | %s |",
                    name,
                    spread(found, Measured::p50).median(),
                    spread(found, Measured::p99).median(),
                    spread(found, Measured::rate).median(),
                    spread(found, Measured::rate).lowest(),
                    spread(found, Measured::rate).highest(),
                    found.get(0).setup())));
  }

  private static Spread spread(List<Measured> found, ToDoubleFunction<Measured> value) {
    return Spread.of(Arrays.stream(found.toArray(Measured[]::new)).mapToDouble(value).toArray());
  }
}
