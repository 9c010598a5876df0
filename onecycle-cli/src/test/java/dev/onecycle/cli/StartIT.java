package dev.onecycle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.selftest.harness.ProcessUnderTest;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.model.ModelInput;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.train.Learner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that compute nothing must not wait for the engine, or for libraries they never use. */
class StartIT {
  @TempDir Path temp;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "--version",
        "train --help",
        "help find-lr",
        "schedule --max-lr 0.8 --epochs 95 --steps-per-epoch 98",
        "schedule --max-lr 0.8 --steps 9310 --csv cycle.csv"
      })
  void neitherTheEngineNorFiguresNorJsonAreLoaded(String line) {
    assertThat(loaded(ExitCode.OK, line, "org.bytedeco.", "org.jfree.", "com.fasterxml."))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"0, schedule --max-lr 0.8 --steps 9310 --json", "2, shcedule", "2, train"})
  void theEngineIsNotLoadedForAnAnswerInJsonOrAMistake(int code, String line) {
    assertThat(loaded(code, line, "org.bytedeco.")).isEmpty();
  }

  /** Java's print streams swallow it; a pipe that nobody reads on is another matter. */
  @Test
  void outputThatIsLostIsAFailure() throws IOException {
    Path launcher = Processes.launcher(temp);
    for (String words : List.of("--help", "schedule --max-lr 1 --steps 9", "runs . --json")) {
      ProcessUnderTest lost = Processes.pasted(temp, launcher + " " + words + " > /dev/full");
      assertThat(lost.exitCode()).as(words).isEqualTo(ExitCode.CANNOT_WRITE);
      assertThat(Cli.read(lost.err()))
          .endsWith("onecycle: standard output cannot be written: No space left on device\n");
    }
    String unread = launcher + " schedule --help > >(head -1 > /dev/null)";
    ProcessUnderTest read = Processes.pasted(temp, unread);
    assertThat(read.exitCode()).isZero();
    assertThat(Cli.read(read.err())).isEmpty();
  }

  /** Not only those that train read a variable for each of their options. */
  @Test
  void everyCommandReadsItsSettingsFromTheEnvironment() throws IOException {
    String line = Processes.launcher(temp) + " schedule --max-lr 1 --steps 9";
    ProcessUnderTest cosine = Processes.pasted(temp, "env ONECYCLE_POLICY=cosine " + line);
    assertThat(cosine.exitCode()).isZero();
    assertThat(cosine.output()).contains("cosine over 9 steps");
    ProcessUnderTest given =
        Processes.pasted(temp, "env ONECYCLE_POLICY=cosine " + line + " --policy step");
    assertThat(given.exitCode()).isZero();
    assertThat(given.output()).contains("step decay over 9 steps");
    ProcessUnderTest wrong = Processes.pasted(temp, "env ONECYCLE_POLICY=cosinus " + line);
    assertThat(wrong.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(wrong.output()).contains("ONECYCLE_POLICY", "did you mean cosine?");
  }

  @Test
  void theEngineWouldBeSeen() {
    assertThat(loaded(ExitCode.OK, "doctor --json", "org.bytedeco.", "com.fasterxml."))
        .contains("org.bytedeco.javacpp.Loader", "org.bytedeco.pytorch.global.torch")
        .contains("com.fasterxml.jackson.databind.ObjectMapper");
  }

  /** A model is checked before anything native is there, also one that scales and drops. */
  @Test
  void theEngineIsNotLoadedForAnImageThatIsNotThere() {
    List<String> classes = List.of("a", "b");
    ImageShape shape = new ImageShape(3, 8, 8);
    Path file = temp.resolve("model.safetensors");
    byte[] pixels = new byte[2 * shape.bytes()];
    new Random(1).nextBytes(pixels);
    ImageDataset images = ImageDataset.of(shape, classes, new int[] {0, 1}, pixels);
    Network network = Models.byName("resnet9").network(shape, 2, 0.1);
    try (Learner learner = Learner.prepare(network, images, LearnerSettings.defaults())) {
      new ModelFile(
              network, classes, new ModelInput(shape, learner.normalization()), learner.weights())
          .write(file);
    }
    // Its types are there for the verifier to see; what would load it is not.
    String[] engine = {"org.bytedeco.javacpp.Loader", "org.bytedeco.pytorch.global."};
    assertThat(loaded(ExitCode.BAD_DATA, "predict " + file + " missing.png", engine)).isEmpty();
  }

  /** The classes of some packages that the process of a command loaded. */
  private List<String> loaded(int code, String line, String... packages) {
    Path classes = temp.resolve("classes.txt");
    String words = line.replace("cycle.csv", temp.resolve("cycle.csv").toString());
    ProcessUnderTest process =
        Processes.start(
            temp,
            List.of("-Xlog:class+load:file=" + classes + ":none"),
            (Object[]) words.split(" "));
    assertThat(process.exitCode()).as(process.output()).isEqualTo(code);
    List<String> names = Cli.read(classes).lines().map(loaded -> loaded.split(" ")[0]).toList();
    assertThat(names).contains("picocli.CommandLine");
    return names.stream().filter(name -> Stream.of(packages).anyMatch(name::startsWith)).toList();
  }
}
