package dev.onecycle.torch.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.BadDataException;
import dev.onecycle.range.RangeTest;
import dev.onecycle.run.tuning.Memo;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Precision;
import dev.onecycle.torch.train.Setup;
import dev.onecycle.torch.train.TrainingPlan;
import dev.onecycle.torch.tune.SweepPlan.ShortCycles;
import dev.onecycle.tune.BatchSizes;
import dev.onecycle.tune.BatchTrial;
import dev.onecycle.tune.Candidate;
import dev.onecycle.tune.Hyperparameter;
import dev.onecycle.tune.Sweep;
import dev.onecycle.tune.TuningResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("long")
class TunerTest {
  private static final ImageShape SHAPE = new ImageShape(3, 16, 16);
  private static final ImageDataset TRAIN = images(1, 240);
  private static final ImageDataset VALIDATION = images(2, 60);
  private static final Setup SETUP =
      new Setup(
          Models.resnet(8, SHAPE, 3, 0.1),
          24,
          0.85,
          Augmentation.none(),
          LearnerSettings.builder().precision(Precision.FP32).threads(2).build());
  private static final RangeTest TEST = RangeTest.atMomentum(0.85).withStart(1e-3).withSteps(80);
  private static final SweepPlan PLAN = SweepPlan.byEdge(TEST, 5);

  private final List<String> done = new ArrayList<>();
  private final Remembering work = new Remembering();

  /** Work that is remembered, and counted. */
  private static final class Remembering implements Memo {
    final Map<String, Object> results = new HashMap<>();

    @Override
    public <T> T computeIfAbsent(String name, Class<T> type, Supplier<T> work) {
      if (!results.containsKey(name)) {
        results.put(name, work.get());
      }
      return type.cast(results.get(name));
    }

    @Override
    public boolean contains(String name) {
      return results.containsKey(name);
    }
  }

  private final List<String> notes = new ArrayList<>();
  private final TuningListener listener =
      new TuningListener() {
        @Override
        public void done(Task task, boolean before) {
          done.add(task.title());
        }

        @Override
        public void note(String sentence) {
          notes.add(sentence);
        }
      };

  /** Noise in which the class' channel is a little brighter. */
  private static ImageDataset images(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] pixels = new byte[count * SHAPE.bytes()];
    int[] labels = new int[count];
    for (int i = 0; i < count; i++) {
      labels[i] = i % 3;
      for (int at = 0; at < SHAPE.bytes(); at++) {
        int bright = at % 3 == labels[i] ? 40 : 0;
        pixels[i * SHAPE.bytes() + at] = (byte) (bright + random.nextInt(200));
      }
    }
    return ImageDataset.of(SHAPE, List.of("a", "b", "c"), labels, pixels);
  }

  private Sweeper sweeper(Memo remembered) {
    return new Sweeper(TRAIN, VALIDATION, remembered, listener, () -> false);
  }

  private static double loss(Candidate candidate, int step) {
    return candidate.test().runs().get(0).points().get(step).loss();
  }

  @AfterEach
  void clearInterrupt() {
    Thread.interrupted();
  }

  @Test
  void candidatesArePairedToTheBit() {
    Sweep sweep =
        sweeper(Memo.none()).sweep(SETUP, Hyperparameter.WEIGHT_DECAY, List.of(0.0, 1.0), PLAN);
    Candidate none = sweep.candidates().get(0);
    Candidate strong = sweep.candidates().get(1);
    assertThat(loss(none, 0)).isEqualTo(loss(strong, 0));
    assertThat(loss(none, 30)).isNotEqualTo(loss(strong, 30));
    Sweep again =
        sweeper(Memo.none()).sweep(SETUP, Hyperparameter.WEIGHT_DECAY, List.of(0.0, 1.0), PLAN);
    assertThat(again).isEqualTo(sweep);
    Sweep other =
        sweeper(Memo.none())
            .sweep(SETUP, Hyperparameter.WEIGHT_DECAY, List.of(0.0), SweepPlan.byEdge(TEST, 6));
    assertThat(loss(other.candidates().get(0), 0)).isNotEqualTo(loss(none, 0));
  }

  @Test
  void repeatsAreOverSeedsOfWeightsToo() {
    Sweep sweep =
        sweeper(Memo.none())
            .sweep(SETUP, Hyperparameter.DROPOUT, List.of(0.0), PLAN.withRepeats(2));
    List<Double> first =
        sweep.candidates().get(0).test().runs().stream()
            .map(run -> run.points().get(0).loss())
            .toList();
    assertThat(first).hasSize(2).doesNotHaveDuplicates();
    assertThat(done)
        .containsExactly("dropout 0, range test 1 of 2", "dropout 0, range test 2 of 2");
  }

  @Test
  void smallBatchesTakeMoreSteps() {
    SweepPlan plan = SweepPlan.byEdge(TEST, 0).withMinImages(25_600);
    assertThat(plan.testAt(512).steps()).isEqualTo(80);
    assertThat(plan.testAt(128).steps()).isEqualTo(200);
    assertThat(plan.testAt(8).steps()).isEqualTo(320);
    assertThat(PLAN.testAt(8)).isEqualTo(TEST);
  }

  @Test
  void momentumIsThatOfTheCandidate() {
    Sweep sweep =
        sweeper(Memo.none()).sweep(SETUP, Hyperparameter.MOMENTUM, List.of(0.5, 0.9), PLAN);
    assertThat(sweep.candidates())
        .extracting(c -> c.test().runs().get(0).momentum())
        .containsExactly(0.5, 0.9);
  }

  @Test
  void shortCyclesAreJudgedByTheHeldOutImages() {
    SweepPlan plan =
        SweepPlan.byEdge(TEST, 5)
            .withCycles(new ShortCycles(3, PLAN.cycles().policy(), OptionalDouble.of(0.05)));
    Sweep sweep =
        sweeper(Memo.none()).sweep(SETUP, Hyperparameter.WEIGHT_DECAY, List.of(1e-4, 1e-3), plan);
    for (Candidate candidate : sweep.candidates()) {
      // 3 epochs of 10 steps are too few to walk through a cycle: it takes 50 steps.
      assertThat(candidate.cycle().orElseThrow().epochs()).hasSize(5);
      assertThat(candidate.cycle().orElseThrow().images()).isEqualTo(VALIDATION.size());
      assertThat(candidate.cycle().orElseThrow().accuracy()).isGreaterThan(0.5);
      assertThat(candidate.cycle().orElseThrow().peak()).isEqualTo(0.05);
    }
    assertThat(sweep.chosen()).isPresent();
  }

  /** Up to 1e-5 no test shows a rate. */
  @Test
  void tuningOnFewImagesEndsWithACarefulPeak() {
    RangeTest low = TEST.withStart(1e-7).withEnd(1e-5).withLimit(1e-5);
    ShortCycles cycles = new ShortCycles(5, PLAN.cycles().policy(), OptionalDouble.of(0.03));
    TuningPlan plan =
        new TuningPlan(
            Optional.empty(),
            TuningPlan.Rule.CYCLE,
            List.of(1e-3, 1e-4),
            List.of(),
            SweepPlan.byEdge(low, 5).withCycles(cycles),
            new TuningPlan.FinalTests(2, 40, OptionalDouble.of(0.03)));
    Tuner tuner = new Tuner(TRAIN, VALIDATION, Memo.none(), listener, () -> false);
    TuningResult tuned =
        tuner.tune(
            SETUP,
            plan,
            size -> {
              throw new AssertionError("is given");
            });
    assertThat(tuned.range().suggestion()).isEmpty();
    assertThat(tuned.peak()).isEqualTo(0.03);
    assertThat(notes)
        .singleElement()
        .asString()
        .endsWith(". The peak is 0.03, a careful rate for few images");
    TuningPlan without =
        new TuningPlan(
            Optional.empty(),
            TuningPlan.Rule.CYCLE,
            List.of(1e-3, 1e-4),
            List.of(),
            plan.sweep(),
            new TuningPlan.FinalTests(2, 40, OptionalDouble.empty()));
    assertThatThrownBy(
            () ->
                tuner.tune(
                    SETUP,
                    without,
                    size -> {
                      throw new AssertionError("is given");
                    }))
        .isInstanceOf(BadDataException.class)
        .hasMessageStartingWith("the range test of what was chosen gives no learning rate: ");
  }

  @Test
  void tuningTakesEachStepUnderWhatWasChosenBeforeAndNothingTwice() {
    TuningPlan plan =
        new TuningPlan(
            Optional.of(new BatchSizes(TRAIN.size(), 40, OptionalLong.empty())),
            TuningPlan.Rule.LARGEST,
            List.of(1e-3, 1e-4),
            List.of(0.0, 0.1),
            PLAN,
            new TuningPlan.FinalTests(2, 40, OptionalDouble.empty()));
    TuningResult tuned =
        new Tuner(TRAIN, VALIDATION, work, listener, () -> false)
            .tune(SETUP, plan, size -> BatchTrial.completed(size, OptionalLong.empty(), size));
    assertThat(tuned.batchSize()).isEqualTo(32);
    assertThat(tuned.batchSizes().orElseThrow().largest()).isEqualTo(32);
    assertThat(tuned.sweeps())
        .extracting(Sweep::parameter)
        .containsExactly(Hyperparameter.WEIGHT_DECAY, Hyperparameter.DROPOUT);
    double decay = tuned.sweeps().get(0).chosen().orElseThrow().value();
    assertThat(SETUP.with(tuned.chosen()).settings().weightDecay()).isEqualTo(decay);
    long steps = TrainingPlan.of(40, tuned.batchSize()).steps(TRAIN.size());
    assertThat(tuned.peak())
        .isCloseTo(tuned.range().suggestion().orElseThrow().over(steps), withinPercentage(1));
    assertThat(tuned.reasons())
        .containsOnlyKeys(
            Hyperparameter.BATCH_SIZE, Hyperparameter.WEIGHT_DECAY, Hyperparameter.DROPOUT);
    // 2 decays, then 2 dropouts and 2 final tests: some of them of a setup that was tested before
    assertThat(done).hasSize(1 + 2 + 2 + 2);
    assertThat(work.results.size()).isLessThan(done.size());
    int kept = work.results.size();
    TuningResult again =
        new Tuner(TRAIN, VALIDATION, work, listener, () -> false)
            .tune(
                SETUP,
                plan,
                size -> {
                  throw new AssertionError("was tried before");
                });
    assertThat(again).isEqualTo(tuned);
    assertThat(work.results).hasSize(kept);
  }

  @Test
  void anInterruptEndsASweepAndKeepsWhatWasDone() {
    TuningListener interrupting =
        new TuningListener() {
          @Override
          public void done(Task task, boolean before) {
            Thread.currentThread().interrupt();
          }
        };
    Sweeper sweeper = new Sweeper(TRAIN, VALIDATION, work, interrupting, () -> false);
    assertThatThrownBy(
            () ->
                sweeper.sweep(SETUP, Hyperparameter.WEIGHT_DECAY, List.of(1e-2, 1e-3, 1e-4), PLAN))
        .isInstanceOf(CancellationException.class);
    assertThat(work.results).hasSize(1);
  }

  @Test
  void aStopEndsAShortCycle() {
    SweepPlan plan =
        SweepPlan.byEdge(TEST, 5)
            .withCycles(new ShortCycles(3, PLAN.cycles().policy(), OptionalDouble.of(0.05)));
    Sweeper sweeper = new Sweeper(TRAIN, VALIDATION, work, listener, () -> true);
    assertThatThrownBy(
            () -> sweeper.sweep(SETUP, Hyperparameter.WEIGHT_DECAY, List.of(1e-3, 1e-4), plan))
        .isInstanceOf(CancellationException.class);
    assertThat(work.results).as("the range test alone").hasSize(1);
  }

  @Test
  void aBatchTrialTrainsAndEvaluatesAtItsSize() {
    BatchTrial trial = BatchSizeTrial.run(SETUP.with(Hyperparameter.BATCH_SIZE, 8), Duration.ZERO);
    assertThat(trial.size()).isEqualTo(8);
    assertThat(trial.fits()).isTrue();
    assertThat(trial.samplesPerSecond().orElseThrow()).isPositive();
    if (System.getProperty("os.name", "").startsWith("Linux")) {
      assertThat(trial.peakBytes().orElseThrow()).isGreaterThan(50L << 20);
    }
  }
}
