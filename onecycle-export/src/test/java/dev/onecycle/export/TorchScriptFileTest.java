package dev.onecycle.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.batch.BatchLoader;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.data.sample.Targets;
import dev.onecycle.error.BadDataException;
import dev.onecycle.testing.Python;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.model.ModelInput;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.script.ScriptNetwork;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.settings.Precision;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.weights.NamedTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exported programs give what the engine gives: in the engine itself, and in Python. */
@Tag("long")
class TorchScriptFileTest {
  private static final LearnerSettings FP32 =
      LearnerSettings.builder().precision(Precision.FP32).build();

  /** For each file: its outputs for the images in the file beside it, its weights, its classes. */
  private static final String IN_PYTHON =
      """
      import sys, torch
      for file in sys.argv[1:]:
          extra = {"onecycle.classes": ""}
          network = torch.jit.load(file, _extra_files=extra)
          n, c, h, w = map(int, open(file + ".size").read().split())
          pixels = bytearray(open(file + ".pixels", "rb").read())
          images = torch.frombuffer(pixels, dtype=torch.uint8).reshape(n, c, h, w)
          print(" ".join("%.9g" % p for p in network(images).flatten().tolist()))
          print(" ".join(network.state_dict()))
          classes = extra["onecycle.classes"]
          text = classes.decode("utf-8") if isinstance(classes, bytes) else classes
          print(text.encode("unicode_escape").decode())
      """;

  /** Makes weights trainable. */
  private static final String UNFREEZE =
      """
      import sys, torch
      network = torch.jit.load(sys.argv[1])
      for weight in network.parameters():
          weight.requires_grad_(True)
      network.save(sys.argv[2])
      """;

  @TempDir Path temp;

  private static Python python() {
    Optional<Python> python = Python.with("torch");
    assumeTrue(python.isPresent(), "no Python with torch");
    return python.orElseThrow();
  }

  /** The expectation for one file. */
  private record Expected(double[][] outputs, List<String> weights) {}

  @Test
  void pythonReadsEveryModelAndGivesTheSameOutputs() throws IOException {
    Python python = python();
    List<Path> files = new ArrayList<>();
    List<Expected> expected = new ArrayList<>();
    for (Network network : ExportedNetworks.all().toList()) {
      ImageDataset data = ExportedNetworks.images(network.imageShape());
      try (Learner learner = ExportedNetworks.trained(network, data);
          BatchLoader loader = BatchLoader.evaluation(data, data.size());
          Batch batch = loader.next()) {
        ModelFile model = ExportedNetworks.model(learner, data);
        for (boolean probabilities : new boolean[] {false, true}) {
          Path file = temp.resolve(network.name() + "-" + probabilities + ".pt");
          TorchScriptFile.write(model, new ExportOptions(true, probabilities), file);
          Files.write(temp.resolve(file + ".pixels"), ExportedNetworks.channelsFirst(batch));
          ImageShape shape = network.imageShape();
          Files.writeString(
              temp.resolve(file + ".size"),
              batch.size() + " 3 " + shape.height() + " " + shape.width());
          files.add(file);
          expected.add(
              new Expected(
                  probabilities ? learner.probabilities(batch) : learner.outputs(batch),
                  model.tensors().stream().map(NamedTensor::name).sorted().toList()));
        }
      }
    }
    List<String> lines = python.run(IN_PYTHON, files.toArray()).lines().toList();
    for (int i = 0; i < files.size(); i++) {
      double[] found =
          Arrays.stream(lines.get(3 * i).split(" ")).mapToDouble(Double::parseDouble).toArray();
      double[][] outputs = expected.get(i).outputs;
      int each = outputs[0].length;
      double[][] rows = new double[outputs.length][];
      for (int row = 0; row < rows.length; row++) {
        rows[row] = Arrays.copyOfRange(found, row * each, (row + 1) * each);
      }
      requireClose(rows, outputs, 1e-4);
      TreeSet<String> names = new TreeSet<>(List.of(lines.get(3 * i + 1).split(" ")));
      assertThat(names).contains("onecycle_means", "onecycle_factors");
      names.removeIf(name -> name.startsWith("onecycle_"));
      assertThat(names).containsExactlyElementsOf(expected.get(i).weights);
      assertThat(lines.get(3 * i + 2)).isEqualTo("[\"cat\",\"dog\",\"eule \\xfc\"]");
    }
  }

  private static void requireClose(double[][] found, double[][] wanted, double tolerance) {
    for (int i = 0; i < wanted.length; i++) {
      double largest = Arrays.stream(wanted[i]).map(Math::abs).max().orElseThrow();
      assertThat(found[i]).containsExactly(wanted[i], within(tolerance * Math.max(1, largest)));
    }
  }

  /** A network that is a program itself is written with the weights that it has now. */
  @Test
  void aTorchScriptNetworkIsWrittenWithItsTrainedWeights() {
    Network network = ExportedNetworks.some().get(0);
    ImageDataset data = ExportedNetworks.images(network.imageShape());
    Path written = temp.resolve("written.pt");
    Path first = temp.resolve("first.pt");
    try (Learner learner = ExportedNetworks.trained(network, data)) {
      TorchScriptFile.write(ExportedNetworks.model(learner, data), ExportOptions.NETWORK, written);
    }
    python().run(UNFREEZE, written, first);
    Network script = ScriptNetwork.open(first, network.imageShape(), network.outputs());
    Path second = temp.resolve("second.pt");
    try (Learner learner = ExportedNetworks.trained(script, data);
        BatchLoader loader = BatchLoader.evaluation(data, data.size());
        Batch batch = loader.next()) {
      ModelFile model = ExportedNetworks.model(learner, data);
      TorchScriptFile.write(model, ExportOptions.NETWORK, second);
      Network read = ScriptNetwork.open(second, network.imageShape(), network.outputs());
      try (Learner other = Learner.prepare(read, data, learner.normalization(), FP32)) {
        requireClose(other.outputs(batch), learner.outputs(batch), 1e-5);
      }
      assertThatThrownBy(() -> TorchScriptFile.write(model, new ExportOptions(true, false), second))
          .isInstanceOf(BadDataException.class)
          .hasMessageContaining("leave normalize and probabilities out");
    }
  }

  @Test
  void numbersHaveNoProbabilities() {
    Network network =
        new Network("line", SampleLayout.numbers(2), 1, new Layer.Linear(2, 1, false));
    ModelFile model =
        new ModelFile(
            network,
            new Targets.Numbers(List.of("price")),
            new ModelInput(
                network.input(), new Normalization(List.of(0.0, 1.0), List.of(1.0, 2.0))),
            List.of(new NamedTensor("weight", new long[] {1, 2}, new float[] {3, -1})));
    Path file = temp.resolve("numbers.pt");
    assertThatThrownBy(() -> TorchScriptFile.write(model, new ExportOptions(false, true), file))
        .isInstanceOf(BadDataException.class)
        .hasMessageStartingWith("outputs must be scores to have probabilities but are 1 number");
    assertThat(file).doesNotExist();
    TorchScriptFile.write(model, new ExportOptions(true, false), file);
    assertThat(
            python()
                .run(
                    "import sys, torch; print(torch.jit.load(sys.argv[1])(torch.tensor([[1., 1.],"
                        + " [2., 5.]])).tolist())",
                    file))
        .isEqualTo("[[3.0], [4.0]]");
  }
}
