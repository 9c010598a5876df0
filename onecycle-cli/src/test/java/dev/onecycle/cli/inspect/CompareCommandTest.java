package dev.onecycle.cli.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.Conditions;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunRecord;
import dev.onecycle.schedule.OneCycle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareCommandTest {
  private static final String LOG =
      "iteration,lr,test_accuracy,test_loss,train\n"
          + "0,0.1,0.10052,87.3366,4.328\n100,0.158,0.21488,2.15539,1.90421\n";

  @TempDir Path temp;

  private Path run(String name, int seed, double weightDecay, double... accuracies) {
    RunRecord.Data data =
        new RunRecord.Data(
            "x",
            "abc",
            List.of("a", "b"),
            List.of(3, 8, 8),
            10,
            new RunRecord.Evaluation("test", 5));
    RunRecord record =
        RunRecord.of(
                data,
                RunRecord.PolicySummary.of(OneCycle.of(30, 0.1)),
                Conditions.none().with("model", "resnet20").with("weight_decay", weightDecay))
            .withOrigin(
                "2026-01-01T00:00:00Z", List.of("onecycle", "train", "x"), Map.of("java", "17"))
            .withConfig(Map.of("seed", seed, "epochs", 1), Map.of());
    Path folder = temp.resolve(name);
    try (RunFolder files = RunFolder.create(folder, record)) {
      files.step(new StepRecord(0, 0, 0.1, 0.95, 2.5));
      for (int i = 0; i < accuracies.length; i++) {
        files.epoch(
            new EpochRecord(
                i,
                i + 1,
                2.1,
                100,
                1.5,
                Optional.of(new EpochRecord.Evaluated(2.0, accuracies[i], 0.5))));
      }
    }
    return folder;
  }

  private Path log() throws IOException {
    return Files.writeString(temp.resolve("smith.csv"), LOG);
  }

  @Test
  void comparesRunsAndALogInTablesAPageAndFigures() throws IOException {
    Path page = temp.resolve("page.html");
    Path figures = temp.resolve("figures");
    Cli.Result result =
        Cli.run(
            "compare",
            run("a", 1, 1e-4, 0.5),
            run("b", 1, 1e-3, 0.6),
            "--csv",
            log(),
            "-o",
            page,
            "--figures",
            figures);

    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    assertThat(result.out())
        .contains(
            "b is best with an accuracy of 60.00 %, 10.00 points above a; on 5 images this"
                + " difference may be chance.",
            "Comparison: " + page)
        .containsPattern("(?m)^ +21\\.49 +21\\.49 +2\\.1554 +1\\.9042 +smith$")
        .containsPattern("(?m)^ +weight decay +run$")
        .containsPattern("(?m)^ +0\\.001 +b$");
    assertThat(Cli.read(page)).contains("b is best with an accuracy of 60.00 %");
    for (String name : List.of("losses", "accuracy", "schedule")) {
      assertThat(figures.resolve(name + ".svg")).isNotEmptyFile();
      assertThat(figures.resolve(name + ".png")).isNotEmptyFile();
    }
  }

  @Test
  void answersInJsonWithSeedGroups() {
    Path page = temp.resolve("page.html");
    Cli.Result result =
        Cli.run(
            "compare",
            run("a", 1, 1e-4, 0.5),
            run("b", 2, 1e-4, 0.6),
            run("c", 3, 1e-4, 0.7),
            run("bare", 4, 1e-4),
            "-o",
            page,
            "--json");

    assertThat(result.code()).isZero();
    assertThat(result.outLines()).hasSize(1);
    JsonNode json = result.json();
    assertThat(json.get("runs")).hasSize(4);
    assertThat(json.at("/runs/2/accuracy_percent").asDouble()).isEqualTo(70);
    assertThat(json.at("/runs/3").has("accuracy_percent")).isFalse();
    assertThat(json.at("/differences/0/name").asText()).isEqualTo("seed");
    assertThat(json.at("/differences/0/values/b").asText()).isEqualTo("2");
    assertThat(json.get("groups")).hasSize(1);
    assertThat(json.at("/groups/0/n").asInt()).isEqualTo(3);
    assertThat(json.at("/groups/0/accuracy_percent/mean").asDouble()).isEqualTo(60);
    assertThat(json.get("page").asText()).isEqualTo(page.toString());
  }

  @Test
  void oneLogAloneIsEnoughAndOneRunAloneIsNot() throws IOException {
    Path page = temp.resolve("page.html");
    assertThat(Cli.run("compare", "--csv", log(), "-o", page).code()).isZero();
    assertThat(page).isNotEmptyFile();

    Cli.Result alone = Cli.run("compare", run("a", 1, 1e-4, 0.5));
    assertThat(alone.code()).isEqualTo(2);
    assertThat(alone.complaints()).singleElement().asString().contains("twice or more");
  }

  @Test
  void whatIsNoRunOrNoLogIsRefusedByName() throws IOException {
    Path page = temp.resolve("page.html");
    Path run = run("a", 1, 1e-4, 0.5);
    Cli.Result noRun = Cli.run("compare", run, temp, "-o", page);
    assertThat(noRun.code()).isEqualTo(2);
    assertThat(noRun.complaints())
        .singleElement()
        .asString()
        .contains("RUN must be the folder of a run but was " + temp);

    Path broken = Files.writeString(temp.resolve("broken.csv"), "step,loss\n0,1\n1,x\n");
    Cli.Result noLog = Cli.run("compare", run, "--csv", broken, "-o", page);
    assertThat(noLog.code()).isEqualTo(65);
    assertThat(noLog.complaints())
        .containsExactly(
            "onecycle: " + broken + " line 3: training loss must be a number but was 'x'");
    assertThat(page).doesNotExist();
  }
}
