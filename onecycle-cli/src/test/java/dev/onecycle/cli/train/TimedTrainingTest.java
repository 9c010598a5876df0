package dev.onecycle.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.cli.Cli;
import dev.onecycle.cli.StoppedRun;
import dev.onecycle.run.RunFolder;
import dev.onecycle.testing.TestData;
import dev.onecycle.torch.train.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run whose length is given as a time. */
@Tag("long")
class TimedTrainingTest {
  private static final double MINUTES = 0.2;

  @TempDir static Path temp = Path.of("");
  private static Path data = Path.of("");
  private static Path run = Path.of("");
  private static Cli.Result trained = new Cli.Result(-1, "", "");

  @BeforeAll
  static void train() throws IOException {
    data = TestData.colours(temp.resolve("data"));
    run = temp.resolve("run");
    Engine.environment(); // which loads the engine, and that may take seconds
    trained =
        Cli.run(
            "train",
            data,
            "--max-lr",
            0.05,
            "--batch-size",
            16,
            "--threads",
            1,
            "--evaluate-every",
            100,
            "--minutes",
            MINUTES,
            "--out",
            run);
    assertThat(trained.code()).as(trained.err()).isZero();
  }

  private static List<String[]> steps() {
    return Cli.csv(run.resolve("steps.csv"), "step,epoch,learning_rate,momentum,loss");
  }

  @Test
  void theTimeBecomesALengthOfTheCycle() {
    assertThat(trained.out())
        .containsPattern("of 0.2 minutes are left: [0-9,]+ steps of [0-9]+ ms");
    long steps = RunFolder.read(run).policy().steps();
    assertThat(steps()).hasSize((int) steps);
    assertThat(steps).isGreaterThan(10);
    String[] last = steps().get(steps().size() - 1);
    assertThat(Double.parseDouble(last[2])).isEqualTo(0.05 / 1000);
    assertThat(RunFolder.read(run).config()).containsEntry("minutes", MINUTES);
    assertThat(RunFolder.read(run).config()).doesNotContainKey("epochs");
    assertThat(RunFolder.read(run).resolved())
        .containsEntry("epochs", (int) ((steps + 7) / 8)); // of 120 images in batches of 16
  }

  /** Its length is part of the run: resuming it takes no new measurement. */
  @Test
  void itIsResumedToTheSameBits() throws IOException {
    Path copy = StoppedRun.copy(run, temp.resolve("copy"));
    Files.delete(copy.resolve("model.safetensors"));
    StoppedRun.edit(copy, "/status", "running");
    try (Stream<Path> all = Files.list(copy.resolve("checkpoints"))) {
      StoppedRun.remove(all.filter(Files::isDirectory).max(Path::compareTo).orElseThrow());
    }
    Cli.Result resumed = Cli.run("resume", copy);
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.out()).contains("Resuming from step ").doesNotContain("minutes are left");
    for (String name : List.of("model.safetensors", "steps.csv")) {
      assertThat(Files.mismatch(run.resolve(name), copy.resolve(name))).as(name).isEqualTo(-1);
    }
  }

  @Test
  void aTimeThatIsTooShortIsRefused() {
    Path out = temp.resolve("no");
    Cli.Result tooShort = Cli.run("train", data, "--max-lr", 0.05, "--minutes", 1e-4, "--out", out);
    assertThat(tooShort.code()).isEqualTo(2);
    assertThat(tooShort.err())
        .contains("--minutes must be more than the", "or a peak rate as --max-lr");
    assertThat(out).doesNotExist();
  }
}
