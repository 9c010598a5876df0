package dev.onecycle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A run of two epochs, whole and as if it had been killed after its first. */
public abstract class StoppedRun {
  static final String STEPS = "step,epoch,learning_rate,momentum,loss";
  static final int STEPS_AN_EPOCH = 8;

  @TempDir public static Path temp = Path.of("");
  public static Path data = Path.of("");
  public static Path whole = Path.of("");

  @TempDir public Path scratch;

  @BeforeAll
  public static void train() throws IOException {
    data = TestData.colours(temp.resolve("data"));
    whole = temp.resolve("whole");
    Cli.Result result =
        Cli.run(
            "train",
            data,
            "--epochs",
            2,
            "--max-lr",
            0.05,
            "--batch-size",
            16,
            "--dropout",
            0.1,
            "--threads",
            1,
            "--out",
            whole);
    assertThat(result.code()).as(result.err()).isZero();
  }

  /** The run as it was when it had been killed after its first epoch. */
  public Path killed() throws IOException {
    return kill(copy(whole, scratch.resolve("run")));
  }

  /** Makes a run that is over what it would be had it been killed after its first epoch. */
  public static Path kill(Path run) throws IOException {
    Files.delete(run.resolve("model.safetensors"));
    remove(run.resolve("checkpoints").resolve("step-0000000016-epoch-000002"));
    replace(run, "\"finished\"", "\"running\"");
    return run;
  }

  public static Path copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
    return to;
  }

  public static void remove(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(path);
      }
    }
  }

  public static void replace(Path run, String from, String to) throws IOException {
    String text = Cli.read(run.resolve("run.json"));
    assertThat(text).contains(from);
    Files.writeString(run.resolve("run.json"), text.replace(from, to));
  }

  public static void assertSameAsWhole(Path run) throws IOException {
    for (String name : List.of("model.safetensors", "steps.csv")) {
      assertThat(Files.mismatch(whole.resolve(name), run.resolve(name))).as(name).isEqualTo(-1);
    }
    assertThat(Cli.parse(run.resolve("run.json")).get("status").asText()).isEqualTo("finished");
  }

  public static void assertRefused(Cli.Result result, int code, String... why) {
    assertThat(result.code()).as(result.err()).isEqualTo(code);
    assertThat(result.complaints()).singleElement().asString().contains(why);
  }
}
