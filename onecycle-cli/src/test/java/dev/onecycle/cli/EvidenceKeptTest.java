package dev.onecycle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.text.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No command changes a byte of the records, curves, checkpoints and model of a run. */
class EvidenceKeptTest extends StoppedRun {
  private Path run = Path.of("");

  @BeforeEach
  void copy() throws IOException {
    run = copy(whole, scratch.resolve("run"));
  }

  /** Every file by its hash, but for the page and the figures, which can be made again. */
  private static Map<String, String> evidence(Path run) throws IOException {
    Map<String, String> hashes = new TreeMap<>();
    try (Stream<Path> files = Files.walk(run)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.toString().matches(".*\\.(html|svg|png|lock)")) {
          hashes.put(run.relativize(file).toString(), Sha256.of(Files.readAllBytes(file)));
        }
      }
    }
    assertThat(hashes)
        .containsKeys("run.json", "steps.csv", "epochs.csv", "classification.json")
        .containsKeys("model.safetensors", "checkpoints/latest");
    return hashes;
  }

  private Cli.Result called(String line) {
    List<Object> words = new ArrayList<>();
    for (String word : line.split(" ", -1)) {
      words.add(word.replace("RUN", run.toString()).replace("DATA", data.toString()));
    }
    return Cli.run(words.toArray());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "report RUN",
        "report RUN --figures RUN --with RUN/../found.json",
        "report RUN -o RUN/page.html",
        "compare RUN RUN -o RUN/report.html --figures RUN",
        "evaluate RUN",
        "evaluate RUN DATA",
        "predict RUN DATA/test/red/000.png",
        "resume RUN",
        "find-lr --from RUN --range-steps 25 --repeats 1 -o RUN/../x.json --csv RUN/x.csv --svg"
            + " RUN/x.svg",
        "schedule --max-lr 1 --steps 100 --csv RUN/cycle.csv --svg RUN/schedule.svg"
      })
  void commandsThatReadARunLeaveIt(String line) throws IOException {
    Map<String, String> before = evidence(run);
    if (line.contains("found.json")) {
      assertThat(
              called("find-lr DATA -b 16 --range-steps 40 --repeats 1 -o RUN/../found.json").code())
          .isIn(0, 65);
    }
    Cli.Result result = called(line);
    assertThat(result.code()).as(result.err()).isIn(0, 65);
    assertThat(evidence(run)).containsAllEntriesOf(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "report RUN -o RUN/run.json",
        "compare RUN RUN -o RUN/steps.csv",
        "train DATA -o RUN --max-lr 0.1",
        "tune DATA -o RUN",
        "demo -o RUN",
        "find-lr DATA -o RUN/classification.json",
        "find-lr DATA -o RUN/../x.json --csv RUN/steps.csv",
        "find-lr DATA -o RUN/../x.json --svg RUN/model.safetensors",
        "find-lr DATA -o RUN/../x.json --svg RUN/../x.svg --png RUN/epochs.csv",
        "sweep DATA -o RUN/run.json --weight-decay 0,0.1",
        "sweep DATA -o RUN/../x.json --csv RUN/epochs.csv --weight-decay 0,0.1",
        "schedule --max-lr 1 --steps 100 --csv RUN/steps.csv",
        "schedule --max-lr 1 --steps 100 --svg RUN/classification.json"
      })
  void anOutputInTheirPlaceIsRefused(String line) throws IOException {
    Map<String, String> before = evidence(run);
    Cli.Result result = called(line);
    assertThat(result.code()).as(result.err()).isEqualTo(2);
    assertThat(result.complaints())
        .singleElement()
        .asString()
        .containsAnyOf("new", "a file that ends in");
    assertThat(evidence(run)).isEqualTo(before);
  }

  @Test
  void anEditedRecipeIsLeftAsItIs() throws IOException {
    Path out = scratch.resolve("tuned");
    String line =
        "tune DATA --batch-size 16 --weight-decay 1e-3 --dropout 0 --by-cycle 0 --final-tests 1"
            + " --range-steps 100 --epochs 2 --out "
            + out;
    Cli.Result tuned = called(line);
    assertThat(tuned.code()).as(tuned.err()).isZero();
    Path recipe = out.resolve("recipe.yaml");
    Files.writeString(recipe, Files.readString(recipe).replace("epochs: \"2\"", "epochs: \"7\""));
    byte[] edited = Files.readAllBytes(recipe);
    Cli.Result again = called(line);
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(again.out()).contains(recipe + " was changed since it was written");
    assertThat(recipe).hasBinaryContent(edited);
  }
}
