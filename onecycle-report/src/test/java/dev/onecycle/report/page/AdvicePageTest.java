package dev.onecycle.report.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.report.SampleRun;
import dev.onecycle.run.RunHistory;
import dev.onecycle.run.RunRecord.Status;
import dev.onecycle.run.tuning.Evidence;
import java.util.Optional;
import org.jsoup.Jsoup;
import org.junit.jupiter.api.Test;

/** What the page advises: 30 test images of three classes, of which guessing finds a third. */
class AdvicePageTest {
  private static String advice(SampleRun run) {
    RunHistory history = run.history();
    String html = new RunReport(history, Evidence.NONE, Optional.empty()).html();
    return Jsoup.parse(html).select(".advice").text();
  }

  private static double[] losses(double... losses) {
    return losses;
  }

  @Test
  void aRunAtChanceLevelIsNotToldToRaiseItsRate() {
    double[] chance = losses(1.11, 1.1, 1.1, 1.1);
    assertThat(advice(SampleRun.usual().withResults(chance, chance, 1 / 3.0)))
        .startsWith("30 evaluation images are too few to say whether the network has learned")
        .contains("33.3 % on them stands for 19 to 51 %, and guessing gives 33.3 %")
        .endsWith("Evaluate on more images before a setting is changed.");
    assertThat(advice(SampleRun.usual().withResults(chance, chance, 0)))
        .startsWith("The network has not learned: its accuracy of 0.0 % and its validation loss")
        .contains("Check the labels");
  }

  @Test
  void aRunThatExplodedIsToldToLowerItsRate() {
    double[] exploded = losses(1.2, 40, 1e6, 1e9);
    assertThat(advice(SampleRun.usual().withResults(exploded, exploded, 1 / 3.0)))
        .startsWith("Training exploded: the losses are far above 1.099, the loss of a network")
        .endsWith("A lower peak rate trains: measure it with a range test, or try a third.");
    assertThat(advice(SampleRun.usual().withDone(1, Status.DIVERGED)))
        .startsWith("Training diverged");
  }

  @Test
  void aRunWithoutAMistakeGetsNoAdvice() {
    double[] small = losses(0.5, 0.01, 0.001, 0.001);
    assertThat(advice(SampleRun.usual().withResults(small, small, 1)))
        .isEqualTo(
            "All 30 evaluation images are classified correctly. These images cannot show whether"
                + " other settings are better.");
  }

  /** A rise from 0.6 to 0.8 on 30 images may be chance. */
  @Test
  void differencesBelowTheNoiseOfFewImagesGetNoAdvice() {
    assertThat(
            advice(
                SampleRun.usual()
                    .withResults(losses(1, 0.8, 0.75, 0.7), losses(1, 0.6, 0.7, 0.8), 0.8)))
        .isEqualTo(
            "30 evaluation images are too few to read the gap between the losses: differences of"
                + " 0.34 are chance.");
  }

  @Test
  void lossesThatFellFrom272AreNoGap() {
    assertThat(
            advice(
                SampleRun.usual().withResults(losses(272, 31, 2, 0.7), losses(90, 8, 1, 0.7), 0.7)))
        .startsWith(
            "The training loss of epoch 1 is 272, far above the 1.099 of a network that guesses.")
        .endsWith("a lower peak rate or a longer warm-up saves these epochs.");
  }
}
