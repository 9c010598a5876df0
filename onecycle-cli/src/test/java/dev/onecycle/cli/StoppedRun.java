package dev.onecycle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A run of two epochs, finished, and as it would be if it had been killed after its first. */
public abstract class StoppedRun {
  static final String STEPS = "step,epoch,learning_rate,momentum,loss";
  static final int STEPS_AN_EPOCH = 8;

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir public static Path temp = Path.of("");
  public static Path data = Path.of("");
  public static Path whole = Path.of("");

  @TempDir public Path scratch;

  @BeforeAll
  public static void train() throws IOException {
    data = TestData.colours(temp.resolve("data"), 40, 10, 8, 8);
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

  /** A copy of the run as if it had been killed after its first epoch. */
  public Path killed() throws IOException {
    return killed("run");
  }

  /** A copy under a name, as if it had been killed after its first epoch. */
  public Path killed(String name) throws IOException {
    return kill(copy(whole, scratch.resolve(name)));
  }

  /** Changes a finished run to the state of one that was killed after its first epoch. */
  public static Path kill(Path run) throws IOException {
    Files.delete(run.resolve("model.safetensors"));
    remove(run.resolve("checkpoints").resolve("step-0000000016-epoch-000002"));
    edit(run, "/status", "running");
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

  /** Replaces a value in the record of a run; it must be there, and be another one. */
  public static void edit(Path run, String pointer, Object value) throws IOException {
    Path file = run.resolve("run.json");
    JsonNode record = Cli.parse(file);
    JsonNode before = record.at(pointer);
    JsonNode after = JSON.valueToTree(value);
    assertThat(before.isMissingNode()).as(pointer).isFalse();
    assertThat(after).as(pointer).isNotEqualTo(before);
    JsonPointer path = JsonPointer.compile(pointer);
    ((ObjectNode) record.at(path.head())).set(path.last().getMatchingProperty(), after);
    Files.writeString(file, record.toString());
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
