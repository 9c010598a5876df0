package dev.onecycle.torch.job;

import static dev.onecycle.torch.job.TrainingConfig.BATCH_SIZE;
import static dev.onecycle.torch.job.TrainingConfig.EPOCHS;
import static dev.onecycle.torch.job.TrainingConfig.MINUTES;
import static dev.onecycle.torch.job.TrainingConfig.REESTIMATE_BATCHNORM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.torch.train.TrainingPlan;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShortRunTest {
  private static final TrainingConfig CONFIG = TrainingConfig.of("photos");

  /** What is said. */
  private static List<String> said(TrainingConfig asked, int images) {
    return said(asked, images, true);
  }

  private static List<String> said(TrainingConfig asked, int images, boolean averages) {
    TrainingConfig fitted = ShortRun.fitted(asked, images);
    TrainingPlan plan =
        ShortRun.reestimated(fitted.plan(fitted.get(EPOCHS)), asked, images, averages);
    List<String> said = new ArrayList<>();
    ShortRun.say(
        asked,
        plan,
        new ShortRun.Samples(images, "image"),
        averages,
        new JobListener() {
          @Override
          public void note(String sentence) {
            said.add(sentence);
          }
        });
    return said;
  }

  @Test
  void theBatchSizeIsTheLargestThatMakesEnoughUpdates() {
    assertThat(ShortRun.batchSize(128, 162, 10, 200)).isEqualTo(8); // 21 batches
    assertThat(ShortRun.batchSize(128, 320, 10, 200)).isEqualTo(16); // 20 batches
    assertThat(ShortRun.batchSize(128, 1000, 10, 200)).isEqualTo(32);
    assertThat(ShortRun.batchSize(500, 1000, 10, 200)).isEqualTo(32);
    assertThat(ShortRun.batchSize(128, 2432, 10, 200)).isEqualTo(64); // 19 batches of 128
    assertThat(ShortRun.batchSize(128, 2433, 10, 200))
        .isEqualTo(64); // a last batch of one is left out
    assertThat(ShortRun.batchSize(128, 2434, 10, 200)).isEqualTo(128);
    assertThat(ShortRun.batchSize(128, 50_000, 1, 200)).isEqualTo(128);
    assertThat(ShortRun.batchSize(128, 6, 10, 200)).isEqualTo(8);
    assertThat(ShortRun.batchSize(4, 6, 10, 200)).isEqualTo(4);
  }

  @Test
  void smallerBatchesComeWithEpochsForEnoughUpdates() {
    assertThat(ShortRun.epochs(10, 8, 162)).isEqualTo(29); // 21 batches
    assertThat(ShortRun.epochs(10, 8, 12)).isEqualTo(50); // 2 batches: no more than five times
    assertThat(ShortRun.epochs(10, 64, 5_000)).isEqualTo(10); // 79 batches
    TrainingConfig fitted = ShortRun.fitted(CONFIG, 162);
    assertThat(fitted.get(EPOCHS)).isEqualTo(29);
    assertThat(ShortRun.fitted(CONFIG.with(EPOCHS, 12), 162).get(EPOCHS)).isEqualTo(12);
    assertThat(ShortRun.fitted(CONFIG.with(BATCH_SIZE, 16), 162).get(EPOCHS)).isEqualTo(10);
  }

  /** 162 images: without a number, 29 epochs of 21 batches are 609 updates. */
  @ParameterizedTest
  @CsvSource({
    "1, 8, 21",
    "20, 8, 420",
    "28, 8, 588",
    "29, 8, 609",
    "40, 8, 840",
    // 55 epochs of 11 batches would be 605, and fewer than without a number.
    "55, 8, 1155",
    "56, 16, 616",
    "60, 16, 660",
    "100, 16, 1100",
    "102, 32, 612",
    "203, 64, 609",
    "304, 64, 912",
    "305, 128, 610"
  })
  void givenEpochsAreMadeInTheLargestBatchesOfEnoughUpdates(int epochs, int size, long updates) {
    TrainingConfig fitted = ShortRun.fitted(CONFIG.with(EPOCHS, epochs), 162);
    assertThat(fitted.get(EPOCHS)).isEqualTo(epochs);
    assertThat(fitted.get(BATCH_SIZE)).isEqualTo(size);
    assertThat(TrainingPlan.of(epochs, size).steps(162)).isEqualTo(updates);
  }

  @Test
  void moreEpochsNeverMakeFewerUpdatesThanNoGivenNumber() {
    for (int images = 12; images < 4000; images += 37) {
      long standard = updates(CONFIG, images);
      int epochs = ShortRun.fitted(CONFIG, images).get(EPOCHS);
      for (int given = epochs; given < 400; given += 1 + given / 7) {
        assertThat(updates(CONFIG.with(EPOCHS, given), images))
            .as("%d epochs of %d images", given, images)
            .isGreaterThanOrEqualTo(standard);
      }
    }
  }

  private static long updates(TrainingConfig asked, int images) {
    TrainingConfig fitted = ShortRun.fitted(asked, images);
    return fitted.plan(fitted.get(EPOCHS)).steps(images);
  }

  @Test
  void toGiveTheBatchSizeThatIsChosenChangesNothing() {
    TrainingConfig given = ShortRun.fitted(CONFIG.with(BATCH_SIZE, 8), 162);
    assertThat(given.get(EPOCHS)).isEqualTo(29);
    assertThat(given.origin(BATCH_SIZE)).isEqualTo("program");
  }

  @Test
  void manyImagesKeepTheirBatchesInAFewEpochs() {
    // 391 batches: fewer updates than few images get, but enough.
    assertThat(ShortRun.fitted(CONFIG.with(EPOCHS, 1), 50_000).get(BATCH_SIZE)).isEqualTo(128);
    assertThat(ShortRun.fitted(CONFIG.with(EPOCHS, 1), 5_000).get(BATCH_SIZE)).isEqualTo(16);
  }

  @Test
  void whatIsGivenIsObeyed() {
    assertThat(ShortRun.fitted(CONFIG, 162).get(BATCH_SIZE)).isEqualTo(8);
    assertThat(ShortRun.fitted(CONFIG, 50_000)).isSameAs(CONFIG);
    TrainingConfig given = CONFIG.with(BATCH_SIZE, 128);
    assertThat(ShortRun.fitted(given, 162)).isSameAs(given);
    TrainingConfig timed = CONFIG.with(MINUTES, 1.0);
    assertThat(ShortRun.fitted(timed, 162)).isSameAs(timed);
    TrainingPlan plan = TrainingPlan.of(10, 8);
    assertThat(ShortRun.reestimated(plan, CONFIG, 162, true).reestimatedBatches()).isEqualTo(21);
    TrainingConfig never = CONFIG.with(REESTIMATE_BATCHNORM, 0);
    assertThat(ShortRun.reestimated(plan, never, 162, true)).isEqualTo(plan);
    assertThat(
            ShortRun.reestimated(TrainingPlan.of(10, 128), CONFIG, 50_000, true)
                .reestimatedBatches())
        .isZero();
  }

  /** Fixed batch norms are not estimated, and it is not said that they are. */
  @Test
  void nothingIsEstimatedWhereNoBatchNormAverages() {
    TrainingPlan plan = TrainingPlan.of(10, 8);
    assertThat(ShortRun.reestimated(plan, CONFIG, 162, false)).isEqualTo(plan);
    TrainingConfig few = CONFIG.with(BATCH_SIZE, 128);
    assertThat(said(few, 162, true)).anyMatch(note -> note.contains("batch norms"));
    assertThat(said(few, 162, false)).noneMatch(note -> note.contains("batch norms"));
  }

  @Test
  void aShortRunSaysWhatItDoesOtherwise() {
    assertThat(said(CONFIG, 50_000)).isEmpty();
    assertThat(said(CONFIG, 162))
        .hasSize(1)
        .anyMatch(
            line ->
                line.startsWith(
                    "Batches of 8 instead of 128 images, and 29 instead of 10 epochs, for 609"
                        + " updates instead of 20: set batch_size and epochs to choose otherwise"));
    assertThat(said(CONFIG.with(EPOCHS, 10), 162))
        .hasSize(2)
        .anyMatch(line -> line.startsWith("Batches of 8 instead of 128 images, for 210 updates"))
        .anyMatch(line -> line.contains("anew from 21 batches before each evaluation"));
  }

  @Test
  void givenSettingsThatDoNotSuitAreWarnedOfWithABetterValue() {
    assertThat(said(CONFIG.with(BATCH_SIZE, 128).with(REESTIMATE_BATCHNORM, 0), 162))
        .hasSize(2)
        .anyMatch(
            line ->
                line.equals(
                    "20 updates of 128 images are too few to learn much; set batch_size to 8 for 210"))
        .anyMatch(line -> line.startsWith("reestimate_batchnorm 0 uses the running statistics"))
        .anyMatch(line -> line.endsWith("2 would estimate them anew"));
    assertThat(said(CONFIG.with(EPOCHS, 2), 162))
        .anyMatch(
            line ->
                line.equals(
                    "42 updates of 8 images are too few to learn much; set epochs to 10 for at least 200"));
  }
}
