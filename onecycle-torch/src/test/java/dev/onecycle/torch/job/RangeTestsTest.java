package dev.onecycle.torch.job;

import static dev.onecycle.torch.job.TrainingConfig.BATCH_SIZE;
import static dev.onecycle.torch.job.TrainingConfig.CACHE;
import static dev.onecycle.torch.job.TrainingConfig.DATA;
import static dev.onecycle.torch.job.TrainingConfig.EPOCHS;
import static dev.onecycle.torch.job.TrainingConfig.FROM;
import static dev.onecycle.torch.job.TrainingConfig.LR_FROM;
import static dev.onecycle.torch.job.TrainingConfig.MAX_LR;
import static dev.onecycle.torch.job.TrainingConfig.MINUTES;
import static dev.onecycle.torch.job.TrainingConfig.MODEL;
import static dev.onecycle.torch.job.TrainingConfig.OPTIMIZER;
import static dev.onecycle.torch.job.TrainingConfig.RANGE_BATCHES;
import static dev.onecycle.torch.job.TrainingConfig.RANGE_END;
import static dev.onecycle.torch.job.TrainingConfig.RANGE_LOSS;
import static dev.onecycle.torch.job.TrainingConfig.RANGE_REPEATS;
import static dev.onecycle.torch.job.TrainingConfig.RANGE_STEPS;
import static dev.onecycle.torch.job.TrainingConfig.THREADS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.DivergedException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.range.LossScale;
import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.range.RangeTest;
import dev.onecycle.range.Verdict;
import dev.onecycle.run.tuning.Evidence;
import dev.onecycle.testing.TestData;
import dev.onecycle.testing.TestImages;
import dev.onecycle.torch.distributed.ProcessGroup;
import dev.onecycle.torch.job.RangeTests.Doubt;
import dev.onecycle.torch.job.TrainingConfig.OptimizerName;
import dev.onecycle.torch.train.Engine;
import dev.onecycle.torch.train.RangeLoss.Images;
import dev.onecycle.torch.train.StepCost;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The range tests of a job: how many, how long, and what is said. */
@Tag("long")
class RangeTestsTest {
  @TempDir static Path temp = Path.of("");
  private static TrainingConfig config = TrainingConfig.defaults();

  @BeforeAll
  static void draw() throws IOException {
    Path data = TestData.colours(temp.resolve("data"), 40, 10, 16, 16);
    config =
        TrainingConfig.of(data.toString())
            .with(CACHE, temp.resolve("cache").toString())
            .with(THREADS, 1)
            .with(BATCH_SIZE, 16);
    Engine.environment(); // which loads the engine, and that may take seconds
  }

  /** What a job says, and the steps of its range tests. */
  private static final class Watcher implements JobListener {
    final List<String> notes = new ArrayList<>();
    final List<Integer> tests = new ArrayList<>();
    int points;

    @Override
    public void note(String sentence) {
      notes.add(sentence);
    }

    @Override
    public void rangeTest(int test, int count, RangeTest plan, RangePoint point) {
      points++;
      if (!tests.contains(test)) {
        tests.add(test);
      }
    }
  }

  /** 120 images in batches of 16 are 8 batches: 120 steps go through them 15 times. */
  @Test
  void fewImagesAreTestedOverThreeSeeds() {
    Watcher watcher = new Watcher();
    try (Experiment experiment = Experiment.open(config, watcher)) {
      RangeTests tests = RangeTests.of(experiment);
      assertThat(tests.passes()).isEqualTo(15);
      assertThat(tests.count()).isEqualTo(3);
      RangeSummary summary = tests.run(watcher);
      assertThat(summary.runs()).hasSize(3).doesNotHaveDuplicates();
    }
    assertThat(watcher.tests).containsExactly(0, 1, 2);
    assertThat(watcher.notes)
        .containsExactly(
            "A range test of 120 steps goes 15 times through the 120 training images, and its"
                + " result depends on the seed: 3 tests are run, each with a seed of its own");
  }

  /** 120 training images and as many others, of noise; one of so many is of the rarer class. */
  private static Path noise(String evaluation, int rarity, int side) throws IOException {
    Path folder = temp.resolve("noise-" + evaluation);
    for (String set : List.of("train", evaluation)) {
      for (int i = 0; i < 120; i++) {
        String name = set + (i % rarity == 0 ? "/left/" : "/right/") + i + ".png";
        byte[] png = TestImages.encode(TestImages.noise(side, side, i + set.hashCode()), "png");
        TestData.write(folder.resolve(name), png);
      }
    }
    return folder;
  }

  /** Pictures of noise in two classes, two a batch: the longer look sees no more than the first. */
  @Test
  void aTestThatNoiseHidesIsRunAgainWithMoreSteps() throws IOException {
    TrainingConfig noise = config.with(DATA, noise("test", 2, 16).toString()).with(BATCH_SIZE, 2);
    Watcher watcher = new Watcher();
    try (Experiment experiment = Experiment.open(noise, watcher)) {
      RangeSummary summary = RangeTests.of(experiment).run(watcher);
      assertThat(summary.runs()).hasSize(3);
      assertThat(summary.suggestion()).as(summary.verdict().explanation()).isEmpty();
    }
    assertThat(watcher.notes)
        .last()
        .asString()
        .matches(".* 3 seeds and 4 steps at each rate, which takes at most about \\d+ (s|minutes)");
    assertThatThrownBy(() -> TrainingJob.start(noise, temp.resolve("hidden")))
        .isInstanceOf(BadDataException.class)
        .hasMessageEndingWith(" Give one as max_lr.");
    Watcher once = new Watcher();
    try (Experiment experiment = Experiment.open(noise.with(RANGE_REPEATS, 1), once)) {
      assertThat(RangeTests.of(experiment).run(once).runs()).hasSize(1);
    }
    assertThat(once.notes).isEmpty();
  }

  /** The same held-out images at every rate: no batch has more of a class than another. */
  @Test
  void theLongerTestIsReadByHeldOutImagesWhereThereAreEnough() throws IOException {
    TrainingConfig noise = config.with(DATA, noise("val", 6, 8).toString()).with(BATCH_SIZE, 2);
    Watcher watcher = new Watcher();
    try (Experiment experiment = Experiment.open(noise, watcher)) {
      RangeSummary summary = RangeTests.of(experiment).run(watcher);
      assertThat(summary.suggestion()).as(summary.verdict().explanation()).isEmpty();
      for (RangeResult run : summary.runs()) {
        LossScale scale = run.scale().orElseThrow();
        // 20 of 120 images: H(1/6).
        assertThat(scale.chance()).isEqualTo(0.45056121, within(1e-8));
        assertThat(scale.noise()).isEqualTo(0, within(1e-8));
      }
    }
    assertThat(watcher.notes)
        .last()
        .asString()
        .contains("3 seeds and 4 steps at each rate, by the loss of 120 held-out images, which");
    TrainingConfig byBatches = noise.with(RANGE_LOSS, Images.TRAIN);
    try (Experiment experiment = Experiment.open(byBatches, watcher)) {
      RangeSummary summary = RangeTests.of(experiment).run(watcher);
      assertThat(summary.runs().get(0).scale().orElseThrow().noise()).isGreaterThan(0.1);
    }
  }

  /** Two tests of 10 points took 40 s, so a step 2 s; three more of 134 rates with 4 steps each. */
  @Test
  void theTimeOfTheLongerTestsIsForetoldByTheFirst() {
    RangeTest ten = RangeTest.atMomentum(0.85).withEnd(1e-4).withLimit(1e-4).withSteps(10);
    RangeResult result = ten.run((rate, momentum) -> 2.3);
    RangeSummary summary = RangeSummary.of(List.of(result, result));
    try (Experiment experiment = Experiment.open(config, JobListener.NONE)) {
      RangeTests first = RangeTests.of(experiment);
      assertThat(first.longer(Images.TRAIN).secondsAfter(first, summary, 40))
          .isEqualTo(3 * 134 * 4 * 2, within(1e-9));
      // 30 held-out images cost 0.33 / 16 steps each, and a step for everything around them.
      assertThat(first.longer(Images.VALIDATION).secondsAfter(first, summary, 40))
          .isEqualTo(3 * 134 * (4 + 1 + 30 * 0.33 / 16) * 2, within(1e-9));
    }
  }

  @Test
  void moreImagesOrAGivenNumberOfTestsAreNotRepeated() {
    assertThat(count(config.with(RANGE_REPEATS, 1))).isEqualTo(1);
    assertThat(count(config.with(RANGE_REPEATS, 2))).isEqualTo(2);
    // 60 batches of 2: 120 steps go through them twice.
    assertThat(count(config.with(BATCH_SIZE, 2))).isEqualTo(1);
    // 30 batches of 4: four times.
    assertThat(count(config.with(BATCH_SIZE, 4))).isEqualTo(3);
  }

  private static int count(TrainingConfig asked) {
    try (Experiment experiment = Experiment.open(asked, JobListener.NONE)) {
      return RangeTests.of(experiment).count();
    }
  }

  /** 120 images in batches of 2 are 60 steps an epoch; no test goes through them four times. */
  @Test
  void aLongCycleHasALongTest() {
    TrainingConfig twos = config.with(BATCH_SIZE, 2);
    assertThat(steps(twos.with(EPOCHS, 20))).isEqualTo(120);
    assertThat(steps(twos.with(EPOCHS, 25))).isEqualTo(150);
    assertThat(steps(twos.with(EPOCHS, 200))).isEqualTo(180);
    assertThat(count(twos.with(EPOCHS, 200))).isEqualTo(1);
    assertThat(steps(twos.with(EPOCHS, 200).with(RANGE_STEPS, 50))).isEqualTo(50);
    assertThat(steps(twos.with(EPOCHS, 200).with(RANGE_BATCHES, 2))).isEqualTo(120);
    assertThat(steps(twos.with(EPOCHS, 200).with(MINUTES, 1.0))).isEqualTo(120);
    assertThat(steps(config.with(EPOCHS, 10_000))).isEqualTo(120);
  }

  /** 120 steps in batches of 2 see 270 images once, and 120 images twice. */
  @Test
  void anUncertainEdgeIsLookedForInMoreSteps() throws IOException {
    RangeSummary uncertain =
        new RangeSummary(
            AGREE.runs(), new Verdict(Verdict.Kind.UNCERTAIN, "The loss rose", "compare"));
    TrainingConfig twos = config.with(BATCH_SIZE, 2).with(EPOCHS, 2);
    Path more = TestData.colours(temp.resolve("more"), 90, 10, 8, 8);
    TrainingConfig once = twos.with(DATA, more.toString());
    assertThat(stepsAfter(once, uncertain)).hasValue(240);
    assertThat(stepsAfter(once, AGREE)).isEmpty();
    assertThat(stepsAfter(once.with(RANGE_STEPS, 100), uncertain)).isEmpty();
    assertThat(stepsAfter(once.with(MINUTES, 1.0), uncertain)).isEmpty();
    assertThat(stepsAfter(twos, uncertain)).isEmpty();
  }

  @Test
  void slowerTestsThatSuggestNothingLeaveTheUncertainRate() {
    assertThat(RangeTests.preferred(AGREE, DISAGREE)).isEqualTo(AGREE);
    assertThat(RangeTests.preferred(DISAGREE, AGREE)).isEqualTo(AGREE);
  }

  /** They take four steps at each rate, so they need no more rates for a long cycle. */
  @Test
  void testsThatNoiseAsksForHaveTheUsualRates() {
    TrainingConfig longCycle = config.with(BATCH_SIZE, 2).with(EPOCHS, 200);
    try (Experiment experiment = Experiment.open(longCycle, JobListener.NONE)) {
      RangeTests tests = RangeTests.of(experiment);
      assertThat(tests.test().steps()).isEqualTo(180);
      assertThat(tests.longer(Images.TRAIN).test().steps()).isEqualTo(120);
    }
  }

  private static Optional<Integer> stepsAfter(TrainingConfig asked, RangeSummary summary) {
    try (Experiment experiment = Experiment.open(asked, JobListener.NONE)) {
      return RangeTests.of(experiment).slowerAfter(summary).map(tests -> tests.test().steps());
    }
  }

  private static int steps(TrainingConfig asked) {
    try (Experiment experiment = Experiment.open(asked, JobListener.NONE)) {
      return RangeTests.of(experiment).test().steps();
    }
  }

  @Test
  void aBatchLargerThanTheSetIsSaid() {
    Watcher watcher = new Watcher();
    Experiment.open(config.with(BATCH_SIZE, 128), watcher).close();
    assertThat(watcher.notes)
        .containsExactly(
            "Batches of 128 are larger than the 120 training images: every step takes all of them");
    Watcher silent = new Watcher();
    Experiment.open(config.with(BATCH_SIZE, 120), silent).close();
    assertThat(silent.notes).isEmpty();
  }

  /** Up to 1e-5 nothing is learned in 12 steps, whatever the seed. */
  @Test
  void whereTestsOfFewImagesShowNothingTheRateIsACarefulOneToo() {
    TrainingConfig low =
        config.with(RANGE_END, 1e-5).with(RANGE_STEPS, 12).with(BATCH_SIZE, 60).with(EPOCHS, 10);
    Watcher watcher = new Watcher();
    RunSummary run = TrainingJob.start(low, temp.resolve("thrice"), RunControl.INTERRUPTS, watcher);
    assertThat(run.isFinished()).isTrue();
    assertThat(run.learningRate()).isEqualTo(0.03);
    assertThat(watcher.notes)
        .contains(
            "With few images range tests may show no rate; set max_lr to choose another peak");
    TrainingConfig muon = low.with(OPTIMIZER, OptimizerName.MUON).with(MODEL, "fast");
    assertThatThrownBy(() -> TrainingJob.start(muon, temp.resolve("muon")))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("the range test gives no learning rate: ")
        .hasMessageEndingWith("; give one as max_lr.")
        .hasMessageNotContaining("range_repeats");
    TrainingConfig once = low.with(RANGE_REPEATS, 1);
    assertThatThrownBy(() -> TrainingJob.start(once, temp.resolve("once")))
        .hasMessageEndingWith("Give one as max_lr, or repeat the test with range_repeats 3.");
  }

  /** Tests of which each falls around a rate, and rises for good from a hundred times it on. */
  private static RangeSummary around(double... rates) {
    return RangeSummary.of(
        Arrays.stream(rates)
            .mapToObj(
                low ->
                    RangeTest.atMomentum(0.85)
                        .run(
                            (rate, momentum) ->
                                rate > 100 * low
                                    ? 0.023 * rate / low
                                    : 2.3 - 1 / (1 + Math.pow(low / rate, 2))))
            .toList());
  }

  private static final RangeSummary DISAGREE = around(0.001, 0.02, 0.02);
  private static final RangeSummary AGREE = around(0.01, 0.02, 0.02);

  @ParameterizedTest
  @CsvSource({"SGD, 0.03", "NESTEROV, 0.03", "ADAMW, 0.001"})
  void whereTestsOfFewImagesDisagreeTheRateIsACarefulOne(OptimizerName optimizer, String rate) {
    assertThat(DISAGREE.verdict().kind()).isEqualTo(Verdict.Kind.NOISY);
    Watcher watcher = new Watcher();
    TrainingConfig asked = config.with(OPTIMIZER, optimizer);
    try (Experiment experiment = Experiment.open(asked, watcher)) {
      RangeTests tests = RangeTests.of(experiment);
      assertThat(tests.carefulRate(DISAGREE)).hasValue(Double.parseDouble(rate));
      PeakRate.requireRate(tests, DISAGREE, asked);
      PeakRate peak = PeakRate.of(experiment, Optional.of(DISAGREE), 70, watcher);
      assertThat(peak.rate()).isEqualTo(Double.parseDouble(rate));
      assertThat(peak.reason())
          .isEqualTo("a careful rate for few images, since 3 range tests disagree");
      assertThat(peak.measuredNow()).isTrue();
      assertThat(peak.evidence()).isEqualTo(Evidence.of(DISAGREE));
    }
    assertThat(watcher.notes)
        .containsExactly(
            "With few images range tests may disagree; set max_lr to choose another peak");
  }

  /** Three tests on 24 images agreed on 0.6 for AdamW, where 0.001 ends at a tenth of its loss. */
  @Test
  void aSuggestionFarAboveTheCarefulRateIsDoubtedWhereImagesAreFew() {
    RangeSummary high = around(0.05, 0.05, 0.05);
    assertThat(high.suggestion().orElseThrow().inShortCycle()).isBetween(0.05, 0.9);
    TrainingConfig adamw = config.with(OPTIMIZER, OptimizerName.ADAMW);
    Watcher watcher = new Watcher();
    try (Experiment experiment = Experiment.open(adamw, watcher)) {
      assertThat(RangeTests.of(experiment).doubts(high))
          .isEqualTo(RangeTests.doubts(experiment, high, experiment.cycleSteps()))
          .extracting(Doubt::kind)
          .containsExactly(Doubt.Kind.FEW_IMAGES, Doubt.Kind.TOO_HIGH);
      assertThat(RangeTests.of(experiment).doubts(high).get(1).sentence())
          .startsWith("The suggestion may be too high: ")
          .endsWith("set max_lr to 0.001, a careful rate for few images");
      assertThat(RangeTests.of(experiment).doubts(around(0.001, 0.001, 0.001)))
          .extracting(Doubt::kind)
          .containsExactly(Doubt.Kind.FEW_IMAGES);
      assertThat(RangeTests.of(experiment).doubts(DISAGREE)).isEmpty();
      PeakRate peak = PeakRate.of(experiment, Optional.of(high), 70, watcher);
      assertThat(peak.rate()).isEqualTo(high.suggestion().orElseThrow().over(70));
    }
    assertThat(watcher.notes).singleElement().asString().startsWith("The suggestion may be");
    // As high is usual for SGD, and for images that are not few.
    try (Experiment experiment = Experiment.open(config, JobListener.NONE)) {
      assertThat(RangeTests.of(experiment).doubts(high))
          .extracting(Doubt::kind)
          .containsExactly(Doubt.Kind.FEW_IMAGES);
    }
    try (Experiment experiment = Experiment.open(adamw.with(BATCH_SIZE, 2), JobListener.NONE)) {
      assertThat(RangeTests.of(experiment).doubts(high)).isEmpty();
    }
  }

  /** The troughs agree, and with them the peaks of a short cycle; the edges do not. */
  @Test
  void aPeakThatTheSeedDecidesIsDoubted() {
    assertThat(Doubt.ofSeeds(AGREE, 10_000)).isEmpty();
    RangeSummary edges = RangeSummary.of(List.of(edgeAt(1), edgeAt(1), edgeAt(5)));
    assertThat(edges.suggestion()).isPresent();
    assertThat(Doubt.ofSeeds(edges, 100)).isEmpty();
    assertThat(Doubt.ofSeeds(edges, 10_000).orElseThrow().sentence())
        .startsWith("The seed of a test decides its rate: for a cycle of 10,000 steps the tests")
        .contains("range_steps");
    Watcher watcher = new Watcher();
    try (Experiment experiment = Experiment.open(config.with(BATCH_SIZE, 2), watcher)) {
      PeakRate unused = PeakRate.of(experiment, Optional.of(edges), 10_000, watcher);
    }
    assertThat(watcher.notes).anySatisfy(note -> assertThat(note).startsWith("The seed of a test"));
  }

  /** A test that falls around a rate of 0.01, and rises for good from another rate on. */
  private static RangeResult edgeAt(double edge) {
    return RangeTest.atMomentum(0.85)
        .run(
            (rate, momentum) ->
                rate > edge ? 2.3 * rate / edge : 2.3 - 1 / (1 + Math.pow(0.01 / rate, 2)));
  }

  /** The lowest rates were too high: a careful rate is none. */
  @Test
  void testsOfFewImagesThatDivergeAtOnceAreRefused() {
    RangeSummary atOnce =
        new RangeSummary(
            DISAGREE.runs(),
            new Verdict(Verdict.Kind.DIVERGED_AT_ONCE, "The loss left", "start lower"));
    try (Experiment experiment = Experiment.open(config, JobListener.NONE)) {
      assertThat(RangeTests.of(experiment).carefulRate(atOnce)).isEmpty();
    }
  }

  /** 100 images of each of three classes: 34 batches of 8, which 120 steps see 3.5 times. */
  @Test
  void imagesThatGetSmallerBatchesAreFewThoughTheirTestIsNotRepeated() throws IOException {
    Path data = TestData.colours(temp.resolve("hundreds"), 90, 10, 8, 8);
    TrainingConfig asked = config.without(BATCH_SIZE).with(DATA, data.toString());
    try (Experiment experiment = Experiment.open(asked, JobListener.NONE)) {
      RangeTests tests = RangeTests.of(experiment);
      assertThat(tests.count()).isEqualTo(1);
      assertThat(tests.ofFewImages()).isTrue();
      assertThat(tests.carefulRate(DISAGREE)).hasValue(0.03);
    }
  }

  @Test
  void testsThatAgreeNeedNoCarefulRate() {
    Watcher watcher = new Watcher();
    try (Experiment experiment = Experiment.open(config, watcher)) {
      assertThat(RangeTests.of(experiment).carefulRate(AGREE)).isEmpty();
      PeakRate peak = PeakRate.of(experiment, Optional.of(AGREE), 70, watcher);
      assertThat(peak.rate()).isEqualTo(AGREE.suggestion().orElseThrow().over(70));
    }
    assertThat(watcher.notes).isEmpty();
  }

  /** A network that fits its images already has no loss to lose at low rates. */
  @Test
  void aTrainingThatBeginsWithWeightsGetsACarefulRateOfAnyNumberOfImages() {
    Path first = temp.resolve("first");
    RunSummary trained = TrainingJob.start(config.with(MAX_LR, 0.05).with(EPOCHS, 1), first);
    assertThat(trained.isFinished()).isTrue();
    TrainingConfig asked = config.with(BATCH_SIZE, 2).with(FROM, first.toString());
    Watcher watcher = new Watcher();
    try (Experiment experiment = Experiment.open(asked, watcher)) {
      RangeTests tests = RangeTests.of(experiment);
      assertThat(tests.ofFewImages()).isFalse();
      PeakRate.requireRate(tests, DISAGREE, asked);
      PeakRate peak = PeakRate.of(experiment, Optional.of(DISAGREE), 70, watcher);
      assertThat(peak.rate()).isEqualTo(0.03);
      assertThat(peak.reason()).isEqualTo("a careful rate, since 3 range tests disagree");
    }
    assertThat(watcher.notes)
        .contains(
            "Of a network that was trained before, range tests may disagree; set max_lr to choose"
                + " another peak");
  }

  /** No careful rate is known for muon, for many images, and for as many tests as were asked. */
  @Test
  void otherTestsThatDisagreeAreRefused() {
    for (TrainingConfig asked :
        List.of(
            config.with(OPTIMIZER, OptimizerName.MUON).with(MODEL, "fast"),
            config.with(BATCH_SIZE, 2),
            config.with(RANGE_REPEATS, 3))) {
      try (Experiment experiment = Experiment.open(asked, JobListener.NONE)) {
        RangeTests tests = RangeTests.of(experiment);
        assertThat(tests.carefulRate(DISAGREE)).isEmpty();
        assertThatThrownBy(() -> PeakRate.requireRate(tests, DISAGREE, asked))
            .isInstanceOf(BadDataException.class)
            .hasMessageContaining(
                "the range test gives no learning rate: 3 of 3 tests show an edge")
            .hasMessageNotContaining("range_repeats");
      }
    }
  }

  /** A found rate that diverges would be found again; a given one may be found. */
  @Test
  void afterADivergenceARangeTestIsAdvisedOnlyWhereNoneGaveTheRate() {
    String lower =
        "lower the peak learning rate: train anew with max_lr 0.17, a third of this peak";
    TrainingConfig given = config.with(MAX_LR, 0.5);
    assertThat(PeakRate.adviceAfterDivergence(given, 0.5, true))
        .isEqualTo(lower + ", or without max_lr: a range test then finds a rate");
    assertThat(PeakRate.adviceAfterDivergence(given, 0.5, false)).isEqualTo(lower);
    assertThat(PeakRate.adviceAfterDivergence(config, 0.5, true)).isEqualTo(lower);
    TrainingConfig stored = config.with(LR_FROM, "recipe.yaml");
    assertThat(PeakRate.adviceAfterDivergence(stored, 0.5, true)).isEqualTo(lower);
  }

  /** On 6 real images the loss stayed low up to 89, and three seeds agreed on a peak of 0.77. */
  @Test
  void aTestOfWhichEveryStepSeesAllImagesIsRefused() {
    TrainingConfig whole = config.with(BATCH_SIZE, 120).with(EPOCHS, 200);
    assertThatThrownBy(() -> TrainingJob.start(whole, temp.resolve("whole")))
        .isInstanceOf(BadDataException.class)
        .hasMessage(
            "the range test gives no learning rate: each of its steps would see all 120 training"
                + " images; give a peak rate as max_lr, such as 0.03, or a smaller batch_size");
    TrainingConfig adam = whole.with(OPTIMIZER, OptimizerName.ADAMW);
    assertThatThrownBy(() -> TrainingJob.start(adam, temp.resolve("whole")))
        .hasMessageContaining("such as 0.001");
  }

  /** None can be held out, and the loss of training batches needs none. */
  @Test
  void aClassMayHaveOneImageWhereThereAreTestImages() throws IOException {
    Path data = TestData.colours(temp.resolve("single"), 1, 10, 16, 16);
    TrainingConfig single =
        config
            .with(DATA, data.toString())
            .with(BATCH_SIZE, 2)
            .with(RANGE_STEPS, 25)
            .with(RANGE_REPEATS, 1);
    try (Experiment experiment = Experiment.open(single, JobListener.NONE)) {
      assertThat(RangeTests.of(experiment).run(JobListener.NONE).runs()).hasSize(1);
    }
  }

  /** The validation loss of a training with test images is of a tenth of its own images. */
  @Test
  void testImagesChooseNoRate() {
    TrainingConfig byValidation =
        config.with(RANGE_LOSS, Images.VALIDATION).with(RANGE_STEPS, 25).with(RANGE_REPEATS, 1);
    try (Experiment experiment = Experiment.open(byValidation, JobListener.NONE)) {
      assertThat(experiment.evaluationName()).isEqualTo("test");
      RangeSummary first = RangeTests.of(experiment).run(JobListener.NONE);
      // 12 held-out images of three classes, four of each.
      assertThat(first.runs().get(0).scale().orElseThrow().chance())
          .isEqualTo(Math.log(3), within(1e-12));
      assertThat(RangeTests.of(experiment).run(JobListener.NONE)).isEqualTo(first);
    }
  }

  /** ResNet-56 on 120 images of 16×16 takes tens of milliseconds a step. */
  @Test
  void aTestThatDoesNotFitIntoTheTimeIsRefusedAtOnce() {
    TrainingConfig slow =
        config
            .with(MODEL, "resnet56")
            .with(BATCH_SIZE, 120)
            .with(RANGE_STEPS, 3000)
            .with(RANGE_REPEATS, 1)
            .with(MINUTES, 0.2);
    Watcher watcher = new Watcher();
    long begin = System.nanoTime();
    assertThatThrownBy(
            () -> TrainingJob.start(slow, temp.resolve("slow"), RunControl.INTERRUPTS, watcher))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageMatching(
            "minutes must be at least [0-9.]+, since the range test of 3000 steps needs about"
                + " [0-9.]+ minutes and may take half of the time that is left after the first"
                + " [0-9.e-]+, but was 0.2; give more time, or a peak rate as max_lr");
    assertThat((System.nanoTime() - begin) / 1e9).isLessThan(0.2 * 60);
    assertThat(watcher.points).isZero();
    assertThat(temp.resolve("slow")).doesNotExist();
  }

  /** 15 s leave 7.5 s for the test: 75 rates of 0.1 s, its extension included. */
  @Test
  void aTestIsShortenedToHalfOfTheTime() {
    Watcher watcher = new Watcher();
    TrainingConfig once = config.with(RANGE_REPEATS, 1);
    try (Experiment experiment = Experiment.open(once, watcher)) {
      RangeTest shortened = RangeTests.of(experiment).within(limit(0.25, 0.1), watcher).test();
      assertThat(shortened.maxSteps()).isBetween(73, 75);
      assertThat(watcher.notes)
          .containsExactly(
              "The range test has "
                  + shortened.steps()
                  + " steps instead of 120, so that it takes no more than half of the 0.25"
                  + " minutes");
      assertThat(RangeTests.of(experiment).within(limit(1, 0.1), watcher).test().steps())
          .isEqualTo(120);
      // 28 rates at least, extension included, of 1 s each are 28 s; and as much for the cycle.
      assertThatThrownBy(() -> RangeTests.of(experiment).within(limit(0.5, 1), watcher))
          .hasMessageStartingWith("minutes must be at least 1.0")
          .hasMessageContaining("the range test of 25 steps needs about 0.47 minutes");
    }
    TrainingConfig given = once.with(RANGE_STEPS, 120);
    try (Experiment experiment = Experiment.open(given, watcher)) {
      assertThatThrownBy(() -> RangeTests.of(experiment).within(limit(0.25, 0.1), watcher))
          .hasMessageContaining("the range test of 120 steps needs about 0.22 minutes");
    }
    try (Experiment experiment = Experiment.open(config, watcher)) {
      assertThat(RangeTests.of(experiment).within(limit(0.5, 0.1), watcher).test().maxSteps())
          .as("three tests")
          .isBetween(48, 50);
    }
  }

  private static TimeLimit limit(double minutes, double secondsPerStep) {
    return new TimeLimit(
        minutes, System.nanoTime(), new StepCost(secondsPerStep, 0), 0, ProcessGroup.ALONE);
  }

  /**
   * The whole job ends in time, whether its test shows a rate, none, or one at which this short
   * training diverges: that depends on the processor's rounding. Other work on the machine may slow
   * it down after it has planned; without a bound it would train for many minutes.
   */
  @Test
  void theTimeIsThatOfTheWholeJob() {
    double minutes = 0.4;
    TrainingConfig slow =
        config
            .with(MODEL, "resnet56")
            .with(BATCH_SIZE, 64)
            .with(RANGE_REPEATS, 1)
            .with(MINUTES, minutes);
    long begin = System.nanoTime();
    try {
      RunSummary run = TrainingJob.start(slow, temp.resolve("timed"));
      assertThat(run.isFinished()).isTrue();
    } catch (BadDataException e) {
      assertThat(e).hasMessageContaining("the range test gives no learning rate");
    } catch (DivergedException e) {
      assertThat(e).hasMessageContaining("lower the peak learning rate");
    }
    assertThat((System.nanoTime() - begin) / 1e9).isLessThan(2.5 * 60 * minutes);
  }
}
