package dev.onecycle.report.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.report.SampleRun;
import dev.onecycle.run.RunRecord.Status;
import java.util.List;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;

/** The page of a run of seven epochs that is evaluated after every three and after the last. */
class FewEvaluationsPageTest {
  private static Document page(int done, Status status) {
    SampleRun run = SampleRun.usual().withEpochs(7, 20).withDone(done, status);
    return Jsoup.parse(run.evaluatedEvery(3).html());
  }

  /** Accuracies of {@link SampleRun}: 0.2 + 0.7 · epoch / 7, of which 3 epochs give 50 %. */
  @Test
  void theOutcomeIsTheLastEvaluation() {
    assertThat(page(2, Status.RUNNING).select(".outcome").text())
        .isEqualTo("Training: no evaluation after 2 of 7 epochs.");
    assertThat(page(2, Status.INTERRUPTED).select(".outcome").text())
        .isEqualTo("Stopped: no evaluation after 2 of 7 epochs.");
    assertThat(page(5, Status.RUNNING).select(".outcome").text())
        .isEqualTo("Training: accuracy 50.00 % on 30 test images after 3 of 7 epochs, 5 complete.");
    assertThat(page(7, Status.FINISHED).select(".outcome").text())
        .isEqualTo("Accuracy 90.00 % on 30 test images after 7 of 7 epochs, 14 s of training.");
  }

  @Test
  void tableAndFiguresHaveNumbersForEvaluatedEpochsOnly() {
    Document page = page(7, Status.FINISHED);
    List<String> rows = page.select("details:contains(Table of 7 epochs) tbody tr").eachText();
    assertThat(rows).hasSize(7);
    assertThat(rows.get(1)).matches("2 40 \\S+ – – – 1000 2.0 –");
    assertThat(rows.get(2)).matches("3 60 \\S+ \\S+ 0\\.1\\S* 50.00 1000 2.0 1.0");
    assertThat(page.text())
        .contains("Accuracy on 30 test images, after every 3 epochs and after the last.");
    assertThat(page.select("#accuracy").select("script").get(0).data()).contains("[59,119,139]");
    assertThat(page.text()).contains("evaluate_every 3");
  }

  @Test
  void aRunEvaluatedAfterEachEpochDoesNotListTheSetting() {
    assertThat(SampleRun.usual().html())
        .contains("Accuracy on 30 test images, after each epoch.")
        .doesNotContain("evaluate_every");
  }
}
