package dev.onecycle.cli.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.StepRecord;
import dev.onecycle.report.page.LiveReport;
import dev.onecycle.report.page.RunReport;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunRecord;
import dev.onecycle.schedule.OneCycle;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run shows of itself, while it goes on and after. */
class ReportCommandTest {
  @TempDir static Path temp = Path.of("");
  private static Path run = Path.of("");
  private static Path data = Path.of("");

  @BeforeAll
  static void train() throws IOException {
    data = TestData.colours(temp.resolve("data"));
    run = temp.resolve("run");
    Cli.Result trained =
        Cli.run(
            "train",
            data,
            "--max-lr",
            0.05,
            "-e",
            2,
            "-b",
            16,
            "--tensorboard",
            "-o",
            run,
            "--quiet");
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(trained.out()).contains("Report: " + run.resolve("report.html"));
  }

  private static List<String> filesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aRunLeavesAPageOfHowItEnded() {
    String page = Cli.read(run.resolve("report.html"));
    assertThat(page)
        .contains("% on 30 test images after 2 of 2 epochs")
        .contains("Misclassified images", "id=\"confusion\"", "id=\"losses\"", "id=\"schedule\"")
        .contains("onecycle train " + data)
        .doesNotContain("id=\"follow\"");
  }

  @Test
  void tensorBoardsEventsLieBesideIt() throws IOException {
    List<String> events =
        filesIn(run).stream().filter(f -> f.startsWith("events.out.tfevents.")).toList();
    assertThat(events).hasSize(1);
    byte[] bytes = Files.readAllBytes(run.resolve(events.get(0)));
    String text = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
    assertThat(text).contains("brain.Event:2", "train/loss", "validation/accuracy", "\u0089PNG");
    assertThat(text).contains("figures/losses", "figures/schedule");
  }

  @Test
  void thePageAndItsFiguresCanBeWrittenAgain() throws IOException {
    Path figures = temp.resolve("figures");
    Path page = temp.resolve("again.html");
    Cli.Result again = Cli.run("report", run, "--figures", figures, "-o", page, "--json");
    assertThat(again.code()).as(again.err()).isZero();
    JsonNode json = again.json();
    assertThat(json.get("report").asText()).isEqualTo(page.toString());
    assertThat(json.get("figures")).hasSize(8);
    assertThat(filesIn(figures))
        .containsExactly(
            "accuracy.png",
            "accuracy.svg",
            "learning-rate.png",
            "learning-rate.svg",
            "losses.png",
            "losses.svg",
            "schedule.png",
            "schedule.svg");
    assertThat(Cli.read(page)).isEqualTo(Cli.read(run.resolve("report.html")));
  }

  @Test
  void aSweepFromElsewhereIsShownWithIt() {
    Path found = temp.resolve("find-lr.json");
    Cli.Result finder =
        Cli.run(
            "find-lr",
            data,
            "-b",
            16,
            "--range-steps",
            40,
            "-o",
            found,
            "--svg",
            temp.resolve("x.svg"),
            "--quiet");
    assertThat(found).as(finder.err()).exists();
    Path page = temp.resolve("with.html");
    Cli.Result with = Cli.run("report", run, "--with", found, "-o", page);
    assertThat(with.code()).as(with.err()).isZero();
    assertThat(Cli.read(page)).contains("Learning rate range test", "id=\"range\"");
    assertThat(Cli.read(run.resolve("report.html"))).doesNotContain("id=\"range\"");
    // The page has one figure of range tests: a second test is not left out in silence.
    Path two = temp.resolve("two.html");
    Cli.Result twice = Cli.run("report", run, "--with", found, "--with", found, "-o", two);
    assertThat(twice.code()).isEqualTo(ExitCode.USAGE);
    assertThat(twice.err()).contains("--with must be the file of a sweep", found.toString());
    assertThat(two).doesNotExist();
  }

  @Test
  void whatIsNoRunIsRefused() throws IOException {
    Path empty = Files.createDirectories(temp.resolve("empty"));
    for (Path wrong : List.of(empty, temp.resolve("absent"), run.resolve("steps.csv"))) {
      Cli.Result refused = Cli.run("report", wrong);
      assertThat(refused.code()).isEqualTo(ExitCode.BAD_DATA);
      assertThat(refused.complaints()).hasSize(1);
      assertThat(refused.err())
          .contains(
              Files.exists(wrong)
                  ? wrong + " is not the folder of a run: it has no run.json"
                  : wrong + " cannot be read: no such file or folder");
    }
    Cli.Result broken = Cli.run("report", run, "--with", run.resolve("steps.csv"));
    assertThat(broken.code()).isEqualTo(ExitCode.BAD_DATA);
    assertThat(broken.err()).contains("is not the result of a range test or sweep");
  }

  @Test
  void thePageIsWrittenAnewAfterEachEpoch() {
    Path folder = temp.resolve("going on");
    RunRecord ended = RunFolder.read(run);
    RunRecord going = ended.withEnd(RunRecord.Status.RUNNING, "", ended.outcome());
    StringWriter said = new StringWriter();
    Console console = new Console(new PrintWriter(said), new PrintWriter(said), false, false);
    Path page = folder.resolve(RunReport.FILE);
    LiveReport live = new LiveReport(console::answer);
    try (RunFolder files = RunFolder.create(folder, going)) {
      live.begun(folder, going, OneCycle.of(going.policy().steps(), going.policy().peak()));
      assertThat(Cli.read(page)).contains("no epoch is complete yet", "id=\"follow\"");
      for (int epoch = 0; epoch < 2; epoch++) {
        StepRecord step = new StepRecord(epoch, epoch, 0.1, 0.9, 2);
        EpochRecord done =
            new EpochRecord(
                epoch,
                epoch + 1,
                2,
                9,
                1,
                Optional.of(new EpochRecord.Evaluated(2, 0.25 * (epoch + 1), 1)));
        files.step(step);
        live.step(step);
        files.epoch(done);
        live.epoch(done);
        assertThat(Cli.read(page)).contains("images after " + (epoch + 1) + " of 2 epochs");
      }
    }
    assertThat(said.toString()).isEmpty();
  }

  @Test
  void aPageThatCannotBeWrittenEndsNoTraining() throws IOException {
    Path folder = temp.resolve("blocked");
    StringWriter said = new StringWriter();
    Console console = new Console(new PrintWriter(said), new PrintWriter(said), false, false);
    LiveReport live = new LiveReport(console::answer);
    RunRecord record = RunFolder.read(run);
    try (RunFolder files = RunFolder.create(folder, record)) {
      live.begun(
          files.path(), record, OneCycle.of(record.policy().steps(), record.policy().peak()));
      Files.delete(folder.resolve(RunReport.FILE));
      Files.createDirectories(folder.resolve(RunReport.FILE).resolve("in the way"));
      live.ended(folder, record);
      assertThat(said.toString())
          .contains("No report: ", "report.html cannot be created: it is a folder");
      Files.writeString(folder.resolve(RunFolder.RECORD), "{");
      live.ended(folder, record);
      assertThat(said.toString()).contains("No report: " + folder.resolve(RunFolder.RECORD));
    }
  }
}
