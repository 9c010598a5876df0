package dev.onecycle.cli.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunRecord.Status;
import dev.onecycle.text.Shell;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class RunsCommandTest {
  @TempDir Path temp;
  private Path runs = Path.of("");

  @BeforeEach
  void write() {
    runs = temp.resolve("runs");
    run("b", "2026-01-02T00:00:00Z", "resnet20", 0.1, Status.FINISHED, 0.5, 0.75, 0.625);
    run("a", "2026-01-03T00:00:00Z", "resnet9", 0.4, Status.DIVERGED, 0.25);
    run("fine/1-head", "2026-01-01T00:00:00Z", "resnet20", 0.2, Status.INTERRUPTED, 0.5, 0.875);
    run("begun", "2026-01-04T00:00:00Z", "fast", 0.3, Status.RUNNING);
  }

  private void run(
      String name, String started, String model, double peak, Status status, double... accuracies) {
    TestRuns.write(runs.resolve(name), TestRuns.record(started, model, peak), status, accuracies);
  }

  private List<String> names(Object... options) {
    List<Object> words = new ArrayList<>(List.of("runs", runs, "--json"));
    words.addAll(List.of(options));
    Cli.Result result = Cli.run(words.toArray());
    assertThat(result.code()).as(result.err()).isZero();
    return result.json().get("runs").findValuesAsText("name");
  }

  @Test
  void listsTheNewestFirstWithWhatIsKnown() throws IOException {
    Files.writeString(Files.createDirectory(runs.resolve("broken")).resolve("run.json"), "{");
    Cli.Result result = Cli.run("runs", runs);
    assertThat(result.code()).isZero();
    assertThat(result.err()).isEmpty();
    List<String> lines = result.outLines();
    assertThat(lines.get(0))
        .matches(" +started +state +result +model +data +peak +epochs +time +run");
    assertThat(lines.subList(1, 6))
        .extracting(line -> line.replaceAll(".* ", ""))
        .containsExactly("begun", "a", "b", "fine/1-head", "broken");
    assertThat(lines.get(1))
        .containsPattern(
            "2026-01-0[345] \\d\\d:\\d\\d  interrupted +fast +photos of fast +0\\.3 +0 of 3 +begun");
    assertThat(lines.get(2)).containsPattern("diverged +25\\.00 % +resnet9 .* 1 of 3 +20 s +a$");
    assertThat(lines.get(3)).containsPattern("finished +62\\.50 % +resnet20 .* 0\\.1 +3 +60 s +b$");
    assertThat(lines.get(5)).containsPattern("^ +damaged +0 +broken$");
    assertThat(lines.get(6)).startsWith("broken: ").contains("run.json");
  }

  @Test
  void sortsByEveryColumn() {
    assertThat(names()).containsExactly("begun", "a", "b", "fine/1-head");
    assertThat(names("--reverse")).containsExactly("fine/1-head", "b", "a", "begun");
    assertThat(names("--sort", "name")).containsExactly("a", "b", "begun", "fine/1-head");
    assertThat(names("--sort", "result")).containsExactly("fine/1-head", "b", "a", "begun");
    assertThat(names("--sort", "peak")).containsExactly("a", "begun", "fine/1-head", "b");
    assertThat(names("--sort", "epochs")).containsExactly("b", "fine/1-head", "a", "begun");
    assertThat(names("--sort", "time")).containsExactly("b", "fine/1-head", "a", "begun");
    assertThat(names("--sort", "model")).containsExactly("begun", "b", "fine/1-head", "a");
    assertThat(names("--sort", "data")).containsExactly("begun", "b", "fine/1-head", "a");
    assertThat(names("--sort", "state")).containsExactly("b", "begun", "fine/1-head", "a");
  }

  @Test
  void filtersAndLimits() {
    assertThat(names("--model", "ResNet20")).containsExactly("b", "fine/1-head");
    assertThat(names("--state", "finished,diverged")).containsExactly("a", "b");
    assertThat(names("--data", "OF FAST")).containsExactly("begun");
    assertThat(names("--sort", "result", "--limit", 2)).containsExactly("fine/1-head", "b");
    Cli.Result none = Cli.run("runs", runs, "--model", "resnet56");
    assertThat(none.code()).isZero();
    assertThat(none.out())
        .contains("none of them matches; there are models fast, resnet20, resnet9 and states");
    Cli.Result zero = Cli.run("runs", runs, "--limit", 0);
    assertThat(zero.code()).isEqualTo(2);
    assertThat(zero.complaints()).containsExactly("onecycle: --limit must be at least 1 but was 0");
  }

  @Test
  void answersInJson() {
    JsonNode json = Cli.run("runs", runs, "--json", "--model", "resnet20").json();
    assertThat(json.get("folder").asText()).isEqualTo(runs.toString());
    assertThat(json.get("total").asInt()).isEqualTo(4);
    assertThat(json.get("matching").asInt()).isEqualTo(2);
    JsonNode run = json.at("/runs/0");
    assertThat(run.get("run_dir").asText()).isEqualTo(runs.resolve("b").toString());
    assertThat(run.get("state").asText()).isEqualTo("finished");
    assertThat(run.get("started").asText()).isEqualTo("2026-01-02T00:00:00Z");
    assertThat(run.get("measure").asText()).isEqualTo("accuracy");
    assertThat(run.get("value").asDouble()).isEqualTo(0.625);
    assertThat(run.get("best_value").asDouble()).isEqualTo(0.75);
    assertThat(run.get("learning_rate").asDouble()).isEqualTo(0.1);
    assertThat(run.get("epochs").asInt()).isEqualTo(3);
    assertThat(run.get("train_seconds").asDouble()).isEqualTo(60);
    assertThat(run.has("problem")).isFalse();
  }

  @Test
  void anEmptyFolderIsSaidAndAMissingOneIsAnError() throws IOException {
    Path empty = Files.createDirectory(temp.resolve("empty"));
    Cli.Result none = Cli.run("runs", empty);
    assertThat(none.code()).isZero();
    assertThat(none.outLines())
        .containsExactly("There are no runs in " + empty + "; 'onecycle demo' trains one.");
    Cli.Result missing = Cli.run("runs", temp.resolve("missing"));
    assertThat(missing.code()).isEqualTo(65);
    assertThat(missing.complaints()).singleElement().asString().contains("missing cannot be read");
  }

  @Test
  void showsOneRunByNameOrPath() {
    Cli.Result result = Cli.run("runs", runs, "show", "fine/1-head");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out())
        .containsPattern("(?m)^run +" + runs.resolve("fine/1-head") + "$")
        .containsPattern("(?m)^state +interrupted$")
        .containsPattern("(?m)^result +87\\.50 % on 5 test images; best 87\\.50 %$")
        .containsPattern("(?m)^peak +0\\.2: as given$")
        .containsPattern("(?m)^epochs +2 of 3$")
        .containsPattern("(?m)^files +4 files, 0\\.0 MB$")
        .containsPattern("(?m)^resume by +onecycle resume " + runs.resolve("fine/1-head") + "$");
    JsonNode json = Cli.run("runs", "show", runs.resolve("b"), "--json").json();
    assertThat(json.get("name").asText()).isEqualTo("b");
    assertThat(json.at("/settings/seed").asInt()).isEqualTo(1);
    assertThat(json.get("learning_rate_source").asText()).isEqualTo("as given");
  }

  @Test
  void aDamagedRunIsShownWithItsReason() throws IOException {
    Files.writeString(runs.resolve("b/run.json"), "{\"format\": 2}");
    Cli.Result result = Cli.run("runs", runs, "show", "b");
    assertThat(result.code()).isZero();
    assertThat(result.out())
        .containsPattern("(?m)^problem +.*run.json is not a run record")
        .containsPattern("(?m)^epochs +3$");
  }

  @Test
  void whatIsNoRunIsRefusedWithTheNearestName() {
    Cli.Result typo = Cli.run("runs", runs, "show", "fine/1-haed");
    assertThat(typo.code()).isEqualTo(2);
    assertThat(typo.complaints())
        .containsExactly(
            "onecycle: RUN must be the name or the folder of a run but was fine/1-haed; did you mean"
                + " fine/1-head?");
    for (String command : List.of("show", "delete")) {
      Cli.Result folder = Cli.run("runs", command, temp);
      assertThat(folder.code()).isEqualTo(2);
      assertThat(folder.complaints())
          .singleElement()
          .asString()
          .contains("but was " + temp + "; there is no run.json in it");
    }
    assertThat(runs.resolve("b/run.json")).exists();
  }

  @Test
  void optionsBeforeASubcommandAreRefused() {
    Cli.Result result = Cli.run("runs", "--limit", 3, "delete", runs.resolve("b"), "--yes");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.complaints())
        .containsExactly("onecycle: --limit must stand behind delete but stands before it");
    assertThat(runs.resolve("b")).exists();
  }

  @Test
  void renamesARunAndItsPage() throws IOException {
    Path page = runs.resolve("b/report.html");
    assertThat(Cli.run("report", runs.resolve("b")).code()).isZero();
    assertThat(Files.readString(page)).contains(runs.resolve("b").toString());
    Cli.Result result = Cli.run("runs", runs, "rename", "b", "baseline", "--json");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.json().get("before").asText()).isEqualTo(runs.resolve("b").toString());
    Path renamed = Path.of(result.json().get("run_dir").asText());
    assertThat(renamed).isEqualTo(runs.resolve("baseline"));
    assertThat(Files.readString(renamed.resolve("report.html")))
        .contains(runs.resolve("baseline").toString())
        .doesNotContain(runs.resolve("b").toString() + " ");
    assertThat(names()).containsExactly("begun", "a", "baseline", "fine/1-head");
    Cli.Result taken = Cli.run("runs", runs, "rename", "a", "baseline");
    assertThat(taken.code()).isEqualTo(2);
    assertThat(taken.complaints()).singleElement().asString().contains("unused but was baseline");
  }

  @Test
  void comparesRunsByTheirNames() {
    Path page = temp.resolve("compare.html");
    Cli.Result result = Cli.run("runs", runs, "compare", "a", runs.resolve("b"), "-o", page);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out()).contains("b is best with an accuracy of 62.50 %");
    assertThat(page).isNotEmptyFile();
  }

  @Test
  void deletesSeveralRunsWithYes() {
    Cli.Result result =
        Cli.run("runs", runs, "delete", "a", runs.resolve("b"), "a", "-y", "--json");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.json().get("deleted")).hasSize(2);
    assertThat(names()).containsExactly("begun", "fine/1-head");
  }

  @Test
  void withoutATerminalYesIsRequired() {
    Cli.Result result = Cli.run("runs", runs, "delete", "a", "b");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.complaints())
        .singleElement()
        .asString()
        .startsWith("onecycle: --yes must be given where no terminal can be asked")
        .contains("it would delete " + runs.resolve("a") + ", " + runs.resolve("b") + " (8 files");
    assertThat(names()).hasSize(4);
  }

  /** One that cannot be deleted keeps the others too. */
  @Test
  void aRunInTrainingIsNeitherDeletedNorRenamed() {
    Path live = runs.resolve("live");
    try (RunFolder training =
        RunFolder.create(live, TestRuns.record("2026-01-05T00:00:00Z", "fast", 0.1))) {
      assertThat(names("--state", "training")).containsExactly("live");
      for (Cli.Result refused :
          List.of(
              Cli.run("runs", runs, "delete", "b", "live", "--yes"),
              Cli.run("runs", runs, "rename", "live", "new"))) {
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.complaints())
            .containsExactly(
                "onecycle: run must be one that is not in use but was "
                    + training.path()
                    + "; wait for the end of its training");
      }
    }
    assertThat(names()).contains("b", "live");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aLinkToARunIsNotDeleted() throws IOException {
    Path link = Files.createSymbolicLink(runs.resolve("link"), runs.resolve("b"));
    Cli.Result result = Cli.run("runs", runs, "delete", "link", "--yes");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.complaints()).singleElement().asString().contains("it is a link");
    assertThat(link).isSymbolicLink();
    assertThat(runs.resolve("b/run.json")).exists();
  }

  @Test
  void namesOfRunsReachNoTerminalWithTheirControlCharacters() {
    run(
        "evil\u001b[2Jname",
        "2026-01-09T00:00:00Z",
        "m\u001b]0;x\u0007",
        0.1,
        Status.FINISHED,
        0.5);
    for (Cli.Result result :
        List.of(Cli.run("runs", runs), Cli.run("runs", runs, "show", "evil\u001b[2Jname"))) {
      assertThat(result.code()).as(result.err()).isZero();
      assertThat(result.out()).contains("evil\ufffd[2Jname").doesNotContain("\u001b", "\u0007");
    }
  }

  /** On a terminal, which the program script of util-linux makes. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void asksOnATerminal() throws Exception {
    Path script = Path.of("/usr/bin/script");
    assumeTrue(Files.isExecutable(script), "no program that makes a terminal");
    assertThat(onTerminal(script, "n\n"))
        .contains("Delete ", "runs/b (4 files", "[y/N]", "Nothing was deleted.");
    assertThat(names()).contains("b");
    assertThat(onTerminal(script, "y\n")).contains("Deleted: ");
    assertThat(names()).doesNotContain("b");
  }

  private String onTerminal(Path script, String typed) throws Exception {
    String line =
        Shell.line(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.onecycle.cli.Main",
                "runs",
                runs.toString(),
                "delete",
                "b"));
    Process process =
        new ProcessBuilder(script.toString(), "-qec", line, "/dev/null")
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().write(typed.getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    return said;
  }
}
