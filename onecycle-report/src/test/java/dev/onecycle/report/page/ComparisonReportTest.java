package dev.onecycle.report.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.report.SampleRun;
import dev.onecycle.report.SampleRun.Place;
import dev.onecycle.report.chart.Point;
import dev.onecycle.report.figures.RunCurves;
import dev.onecycle.run.RunRecord.Status;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;

class ComparisonReportTest {
  private static final String HOSTILE = "<script>alert(1)</script>";

  private static ComparisonReport report(SampleRun... runs) {
    return ComparisonReport.of(Stream.of(runs).map(SampleRun::history).toList(), List.of());
  }

  @Test
  void theBestRunIsNamedWithItsLead() {
    ComparisonReport report =
        report(SampleRun.small("a", 1, 1e-4, 0.5, 2.0), SampleRun.small("b", 1, 1e-3, 0.7125, 1.0));
    assertThat(report.sentence())
        .isEqualTo(
            "b is best with an accuracy of 71.25 %, 21.25 points above a; on 30 images"
                + " this difference may be chance.");
  }

  @Test
  void equalRunsAndRunsWithoutAnEpochAreNotRanked() {
    SampleRun a = SampleRun.small("a", 1, 1e-4, 0.5, 2.0);
    SampleRun b = SampleRun.small("b", 1, 1e-3, 0.5, 2.0);
    SampleRun bare = b.with(Place.RUN, "bare").withDone(0, Status.FINISHED);

    assertThat(report(a, b).sentence()).isEqualTo("a and b are equal with an accuracy of 50.00 %.");
    assertThat(report(a, bare).sentence()).isEqualTo("a: accuracy 50.00 %.");
    assertThat(report(bare).sentence()).isEqualTo("No accuracy is recorded yet.");
  }

  @Test
  void aSeedGroupIsReportedWithItsDeviation() {
    ComparisonReport report =
        report(
            SampleRun.small("a", 1, 1e-4, 0.5, 2.0),
            SampleRun.small("b", 2, 1e-4, 0.6, 1.8),
            SampleRun.small("c", 3, 1e-4, 0.7, 1.6));
    assertThat(report.sentence())
        .endsWith(
            "Over 3 seeds (a, b, c): accuracy 60.00 ± 10.00 %, validation loss 1.8000 ± 0.2000"
                + " (mean ± standard deviation).");
    assertThat(Jsoup.parse(report.html()).text()).contains("60.00 ± 10.00", "1.8000 ± 0.2000");
  }

  @Test
  void thePageHasFiguresTablesAndNamesAsText() {
    SampleRun hostile =
        SampleRun.small(HOSTILE, 1, 1e-4, 0.5, 2.0).withSetting("note", "<img src=x>");
    String html = report(hostile, SampleRun.small("b", 1, 1e-3, 0.6, 1.8)).html();
    Document page = Jsoup.parse(html);

    assertThat(html).doesNotContain(HOSTILE, "<img");
    assertThat(page.select("script:not([type])")).as("ours alone").hasSize(2);
    assertThat(page.select("h1").text()).isEqualTo("Comparison of runs");
    assertThat(page.select("bdi").eachText()).contains(HOSTILE, "b");
    assertThat(page.select("figure").eachAttr("id"))
        .containsExactly(
            "losses",
            "accuracy",
            "schedule",
            "losses-epochs",
            "accuracy-epochs",
            "schedule-epochs",
            "losses-share",
            "accuracy-share",
            "schedule-share");
    assertThat(page.select("#accuracy svg")).hasSize(1);
    assertThat(page.select("table:contains(settings that differ) th").eachText())
        .containsExactly("run", "weight decay", "note");
    assertThat(page.select("table:contains(Results of each run) tbody tr")).hasSize(2);
    assertThat(page.select("#follow")).isEmpty();
  }

  @Test
  void equalNamesGetTheParentFolderOrANumber() {
    assertThat(
            DistinctNames.of(
                List.of("run", "run", "c"),
                List.of(Path.of("/x/a/run"), Path.of("/x/b/run"), Path.of("/x/c"))))
        .containsExactly("a/run", "b/run", "c");
    assertThat(DistinctNames.of(List.of("r", "r"), List.of(Path.of("/a/r"), Path.of("/a/r"))))
        .containsExactly("a/r", "a/r (2)");
    assertThat(
            DistinctNames.of(
                List.of("a/r", "r", "r"), List.of(Path.of("/q"), Path.of("/a/r"), Path.of("/b/r"))))
        .doesNotHaveDuplicates();
  }

  /** 0.5 and 0.6 of 30 images: 31 to 69 % and 42 to 75 %. */
  @Test
  void accuraciesHaveTheirIntervals() {
    ComparisonReport report =
        report(SampleRun.small("a", 1, 1e-4, 0.5, 2.0), SampleRun.small("b", 1, 1e-3, 0.9, 1.0));
    assertThat(report.sentence()).doesNotContain("chance");
    assertThat(
            Jsoup.parse(report.html()).select("table:contains(Results of each run) tbody").text())
        .contains("50.00 33.2 to 66.8", "90.00 74.4 to 96.5");
  }

  @Test
  void aLogWithoutALengthIsSaidToHaveNoEpochs() {
    RunCurves log =
        RunCurves.named("log")
            .with(RunCurves.Quantity.TRAINING_LOSS, List.of(new Point(0, 2), new Point(1, 1)));
    ComparisonReport report =
        ComparisonReport.of(
            List.of(SampleRun.small("a", 1, 1e-4, 0.5, 2.0).history()), List.of(log));
    assertThat(Jsoup.parse(report.html()).text())
        .contains("There are no curves over epochs and the share of the cycle, because a log");
    assertThat(report(SampleRun.small("a", 1, 1e-4, 0.5, 2.0)).html())
        .doesNotContain("There are no curves");
  }
}
