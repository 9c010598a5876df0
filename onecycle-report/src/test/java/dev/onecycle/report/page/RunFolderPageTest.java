package dev.onecycle.report.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.record.StepRecord;
import dev.onecycle.report.RunFolders;
import dev.onecycle.report.SampleRun;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunHistory;
import dev.onecycle.run.RunRecord.Status;
import dev.onecycle.text.Texts;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Pages made from run folders in any state. */
class RunFolderPageTest {
  private static final int MEGABYTE = 1_000_000;

  @TempDir Path temp = Path.of("");

  private Path written(RunReport report) {
    return RunFolders.write(report, temp.resolve("run"));
  }

  private static Document page(Path folder) {
    return Jsoup.parse(RunReport.read(folder).html());
  }

  /** The size of a page as a file, in bytes. */
  private static int size(String html) {
    return html.getBytes(StandardCharsets.UTF_8).length;
  }

  @Test
  void aFolderGivesThePageOfTheRunWrittenToIt() {
    RunReport report = SampleRun.usual().report();
    String path = temp.resolve("run").toAbsolutePath().normalize().toString();
    assertThat(RunReport.read(written(report)).html().replace(path, "run"))
        .isEqualTo(RunFolders.withoutPictures(report, "run").html());
  }

  @Test
  void thePageHasNoUrlsExceptNamespacesAndThePlottersOwn() {
    String html = RunReport.read(written(SampleRun.usual().report())).html();
    String plotter = "/*! https://github.com/leeoniya/uPlot";
    assertThat(html).containsOnlyOnce(plotter);
    assertThat(
            html.replace(plotter, "").replaceAll("http://www\\.w3\\.org/(2000/svg|1999/xlink)", ""))
        .doesNotContainPattern("(?i)https?:|[\"'(]//[a-z]|@import|\\burl\\((?![\"']?#)");
  }

  @Test
  void aCutLineIsLeftOutAndThePageSaysSo() throws Exception {
    RunReport report = SampleRun.usual().withDone(2, Status.INTERRUPTED).report();
    Path folder = written(report);
    RunFolders.cut(folder.resolve(RunFolder.STEPS), 7);

    assertThat(RunReport.read(folder).history().steps())
        .isEqualTo(report.history().steps().subList(0, 59));
    Document page = page(folder);
    assertThat(page.select(".notes p").eachText())
        .containsExactly("1 line of steps.csv cannot be understood and is left out.");
    assertThat(page.select(".outcome").text())
        .isEqualTo("Stopped: accuracy 55.00 % on 30 test images after 2 of 4 epochs.");
    assertThat(page.select("figure svg")).hasSize(4);
  }

  @Test
  void aLossCutToAnotherNumberIsLeftOut() throws Exception {
    Path folder = written(SampleRun.usual().report());
    RunFolders.cut(folder.resolve(RunFolder.STEPS), 3);
    assertThat(RunReport.read(folder).history().steps()).hasSize(119);
    assertThat(page(folder).select(".notes p")).hasSize(1);
  }

  @Test
  void missingFilesAreNamed() throws Exception {
    Path folder = written(SampleRun.usual().report());
    Files.delete(folder.resolve(RunFolder.STEPS));
    Files.delete(folder.resolve(RunFolder.EPOCHS));
    assertThat(page(folder).select(".notes p").eachText())
        .containsExactly("steps.csv is missing.", "epochs.csv is missing.");
  }

  @Test
  void aNewFolderHasAPage() {
    Path folder = written(SampleRun.usual().withDone(0, Status.RUNNING).report());
    Document page = page(folder);
    assertThat(page.select(".outcome").text())
        .isEqualTo("Training has started; no epoch is complete yet.");
    assertThat(page.select(".notes")).isEmpty();
    assertThat(page.select("figure svg")).hasSize(4);
    assertThat(page.select("noscript")).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "RUNNING | Training: accuracy 55.00 % on 30 test images after 2 of 4 epochs.",
        "FINISHED | Accuracy 55.00 % on 30 test images after 2 of 4 epochs, 4 s of training.",
        "INTERRUPTED | Stopped: accuracy 55.00 % on 30 test images after 2 of 4 epochs.",
        "DIVERGED | Diverged after 2 of 4 epochs: no reason is recorded",
        "FAILED | Failed after 2 of 4 epochs: no reason is recorded"
      })
  void thePageStatesTheStatusOfTheRun(Status status, String sentence) {
    Document page = page(written(SampleRun.usual().withDone(2, status).report()));
    assertThat(page.select(".outcome").text()).isEqualTo(sentence);
    assertThat(page.select("#follow")).hasSize(status == Status.RUNNING ? 1 : 0);
  }

  /** Its record says that it runs, and no process has its lock. */
  @Test
  void aKilledRunIsInterrupted() {
    Path folder = temp.resolve("killed");
    RunHistory running = SampleRun.usual().withDone(2, Status.RUNNING).report().history();
    try (RunFolder files = RunFolder.create(folder, running.record())) {
      running.epochs().forEach(files::epoch);
    }
    Document page = page(folder);
    assertThat(page.select(".outcome").text()).startsWith("Stopped: accuracy 55.00 %");
    assertThat(page.select("#follow")).isEmpty();
    assertThat(page.text()).contains("resume it from its last checkpoint");
    assertThat(page.text()).doesNotContain("Evaluate the model", "the model has");
  }

  @ParameterizedTest
  @CsvSource({"NaN", "Infinity", "-Infinity"})
  void nonFiniteLossesSurviveTheFile(double loss) {
    SampleRun run = SampleRun.usual().withDone(4, Status.DIVERGED);
    List<StepRecord> steps =
        run.history().steps().stream()
            .map(
                s ->
                    s.step() < 100
                        ? s
                        : new StepRecord(s.step(), s.epoch(), s.learningRate(), s.momentum(), loss))
            .toList();
    Document page = page(written(run.withSteps(steps).report()));
    assertThat(page.select("#losses desc").text())
        .contains("training loss of a batch: 20 not finite");
    assertThat(page.select(".notes")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"1, 20, 3", "200, 500, 3", "4, 30, 1000", "1000, 100, 1000"})
  void anyLengthAndAnyNumberOfClassesFitIntoAMegabyte(int epochs, int steps, int classes) {
    List<String> names = IntStream.range(0, classes).mapToObj(i -> "class " + i).toList();
    Path folder = written(SampleRun.usual().withEpochs(epochs, steps).withClasses(names).report());
    RunReport report = RunReport.read(folder);
    assertThat(report.history().steps()).hasSize(epochs * steps);
    String html = report.html();
    assertThat(size(html)).isLessThan(MEGABYTE);
    assertThat(Jsoup.parse(html).select("table").stream().mapToInt(t -> t.select("td").size()))
        .as("cells of a table: no matrix of every class with every class")
        .allMatch(cells -> cells <= 10 * 1000);
  }

  static Stream<String> foldersNames() {
    return HostileNames.all().stream()
        .filter(name -> !name.contains("/") && StandardCharsets.UTF_8.newEncoder().canEncode(name));
  }

  @ParameterizedTest
  @MethodSource("foldersNames")
  void aFolderCanHaveAnyName(String name) {
    Document page = page(RunFolders.write(SampleRun.usual().report(), temp.resolve(name)));
    assertThat(page.title()).isEqualTo(normal(Texts.clean(name)) + " – Onecycle");
    assertThat(page.select("h1").text()).isEqualTo(normal(Texts.clean(name)));
    assertThat(page.select("script:not([type=application/json])")).hasSize(2);
    assertThat(page.select("script[type=application/json]")).hasSameSizeAs(page.select("figure"));
    assertThat(page.select("[^on]")).isEmpty();
    assertThat(page.select("iframe, object, embed, base, form, math, body style")).isEmpty();
  }

  private static String normal(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }

  /** Each command is a line of its own with whole paths, so that it works wherever it is pasted. */
  @Test
  void commandsHaveWholePaths() {
    SampleRun run = SampleRun.usual().withSetting("data", "/data/my photos");
    String folder = written(run.report()).toAbsolutePath().normalize().toString();
    assertThat(page(temp.resolve("run")).select("pre").eachText())
        .containsExactly(
            "onecycle train photos --optimizer=sgd",
            "onecycle evaluate " + folder,
            "onecycle report " + folder + " --figures " + folder + "/figures");
  }

  /** No command that cannot work: a run that diverged or is not at its end has no model. */
  @Test
  void commandsAreThoseThatTheStateOfTheRunAllows() {
    SampleRun run = SampleRun.usual();
    assertThat(commands(run.withDone(2, Status.DIVERGED)))
        .containsExactly(
            "train photos --optimizer=sgd",
            "resume run --on-divergence retry",
            "report run --figures run/figures");
    assertThat(commands(run.withDone(2, Status.RUNNING)))
        .containsExactly(
            "train photos --optimizer=sgd", "resume run", "report run --figures run/figures");
    assertThat(commands(run.withDone(2, Status.INTERRUPTED)))
        .containsExactly(
            "train photos --optimizer=sgd",
            "resume run",
            "evaluate run",
            "report run --figures run/figures");
  }

  private static List<String> commands(SampleRun run) {
    return Jsoup.parse(run.with(SampleRun.Place.RUN, "run").html())
        .select("pre")
        .eachText()
        .stream()
        .map(command -> command.replaceFirst("^\\S+ ", ""))
        .toList();
  }
}
