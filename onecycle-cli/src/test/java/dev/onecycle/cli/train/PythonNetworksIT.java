package dev.onecycle.cli.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.cli.Processes;
import dev.onecycle.selftest.harness.ProcessUnderTest;
import dev.onecycle.testing.TestData;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What PyTorch wrote is trained here, is resumed to the same bits after it was killed, and gives
 * PyTorch the same accuracy and loss.
 */
@Tag("long")
class PythonNetworksIT {
  private static final int SIDE = 8;

  @TempDir static Path shared = Path.of("");
  private static Path data = Path.of("");
  private static Path script = Path.of("");
  private static Optional<String> python = Optional.empty();

  @TempDir Path temp;

  @BeforeAll
  static void make() throws IOException {
    python = python();
    assumeTrue(python.isPresent(), "no Python with torch");
    data = TestData.colours(shared.resolve("data"), 40, 30, SIDE, SIDE);
    script = shared.resolve("networks.py");
    try (InputStream in = PythonNetworksIT.class.getResourceAsStream("/scripts/networks.py")) {
      Files.copy(Objects.requireNonNull(in), script);
    }
    ProcessUnderTest made = python(shared, script, "make", shared);
    assertThat(made.exitCode()).as(made.output()).isZero();
  }

  private static Optional<String> python() {
    for (String name : List.of("python3", "/usr/bin/python3")) {
      try {
        Process process = new ProcessBuilder(name, "-c", "import torch").start();
        if (process.waitFor() == 0) {
          return Optional.of(name);
        }
      } catch (IOException e) {
        // not there
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    return Optional.empty();
  }

  private static ProcessUnderTest python(Path logs, Object... words) {
    List<String> command = new ArrayList<>(List.of(python.orElseThrow()));
    Stream.of(words).map(String::valueOf).forEach(command::add);
    return ProcessUnderTest.start(logs, command, Map.of());
  }

  private ProcessUnderTest train(String kind, Path out) throws IOException {
    List<Object> words = new ArrayList<>(List.of("train", data, "--out", out));
    words.addAll(
        kind.equals("script")
            ? List.of("--model", shared.resolve("network.pt"), "--trust-model")
            : List.of("--from", shared.resolve("resnet20.pth")));
    words.addAll(List.of("--epochs", 5, "--max-lr", 0.02, "--batch-size", 8, "--threads", 1));
    words.addAll(List.of("--precision", "fp32", "--seed", 3));
    return Processes.start(Files.createTempDirectory(temp, "log"), List.of(), words.toArray());
  }

  @ParameterizedTest
  @ValueSource(strings = {"script", "state dict"})
  void itIsTrainedResumedAndGivenBack(String kind) throws IOException {
    Path whole = temp.resolve("whole");
    ProcessUnderTest trained = train(kind, whole);
    assertThat(trained.exitCode()).as(trained.output()).isZero();
    Path killed = temp.resolve("killed");
    ProcessUnderTest run = train(kind, killed);
    run.awaitOutput("epoch   2/5");
    run.kill();
    assertThat(Cli.parse(killed.resolve("run.json")).get("status").asText()).isEqualTo("running");
    ProcessUnderTest resumed = Processes.start(temp, List.of(), "resume", killed);
    assertThat(resumed.exitCode()).as(resumed.output()).isZero();
    for (String name : List.of("model.safetensors", "steps.csv")) {
      assertThat(Files.mismatch(whole.resolve(name), killed.resolve(name))).as(name).isEqualTo(-1);
    }
    JsonNode outcome = Cli.parse(whole.resolve("run.json")).get("outcome");
    JsonNode pythons = checked(kind, whole);
    assertThat(pythons.get("accuracy").asDouble())
        .isCloseTo(outcome.get("test_accuracy").asDouble(), within(0.001));
    double loss = outcome.get("test_loss").asDouble();
    assertThat(pythons.get("loss").asDouble()).isCloseTo(loss, within(1e-4 * loss));
  }

  /** Accuracy and loss of a run's weights in PyTorch, on the test images. */
  private JsonNode checked(String kind, Path run) throws IOException {
    ByteArrayOutputStream pixels = new ByteArrayOutputStream();
    ByteArrayOutputStream labels = new ByteArrayOutputStream();
    for (int label = 0; label < TestData.COLOURS.size(); label++) {
      try (Stream<Path> files =
          Files.list(data.resolve("test").resolve(TestData.COLOURS.get(label)))) {
        for (Path file : files.sorted().toList()) {
          BufferedImage image = ImageIO.read(file.toFile());
          for (int p = 0; p < SIDE * SIDE; p++) {
            int rgb = image.getRGB(p % SIDE, p / SIDE);
            pixels.write(rgb >> 16);
            pixels.write(rgb >> 8);
            pixels.write(rgb);
          }
          labels.write(label);
        }
      }
    }
    ProcessUnderTest check =
        python(
            temp,
            script,
            "check",
            kind,
            run.resolve("model.safetensors"),
            shared.resolve("network.pt"),
            Files.write(temp.resolve("images"), pixels.toByteArray()),
            Files.write(temp.resolve("labels"), labels.toByteArray()),
            SIDE + "x" + SIDE);
    assertThat(check.exitCode()).as(check.output()).isZero();
    return Cli.parse(Cli.read(check.out()).strip());
  }
}
