package dev.onecycle.torch.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.DataSplits;
import dev.onecycle.data.Datasets;
import dev.onecycle.data.TuningData;
import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeTest;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.TrainingListener;
import dev.onecycle.run.tuning.Memo;
import dev.onecycle.schedule.OneCycle;
import dev.onecycle.schedule.Policy;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.tune.SweepPlan;
import dev.onecycle.torch.tune.Sweeper;
import dev.onecycle.torch.tune.TuningListener;
import dev.onecycle.tune.Hyperparameter;
import dev.onecycle.tune.Sweep;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The parts of the library put together by hand, with a small network on generated data. */
class PartsTogetherTest {
  @Test
  void trainsByTheRateThatItFound(@TempDir Path cache) {
    DataSplits data = Datasets.open("shapes", DataOptions.defaults().withCacheFolder(cache));
    Network network = network(data.train().shape());
    TrainingPlan plan = TrainingPlan.of(2, 128);
    List<StepRecord> steps = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void step(StepRecord step) {
            steps.add(step);
          }
        };

    Setup setup =
        new Setup(network, plan.batchSize(), 0.85, plan.augmentation(), LearnerSettings.defaults());
    try (Learner learner = Learner.prepare(network, data.train(), setup.settings())) {
      RangeResult range =
          LearningRateFinder.of(setup, data.train())
              .run(learner, RangeTest.atMomentum(0.85), 0, point -> {});
      long length = plan.steps(data.train().size());
      double peak =
          range
              .suggestion()
              .orElseThrow(() -> new IllegalStateException(range.verdict().explanation()))
              .over(length);
      Policy policy = OneCycle.of(length, peak);
      Training.run(learner, policy, plan, data.train(), data.evaluation(), listener, () -> false);

      assertThat(peak).isBetween(0.01, 10.0);
    }
    assertThat(steps).hasSize((int) plan.steps(6000));
    assertThat(steps.get(steps.size() - 1).loss()).isLessThan(0.8 * steps.get(0).loss());
  }

  @Test
  void choosesAWeightDecay(@TempDir Path cache) {
    TuningData split =
        Datasets.openForTuning("shapes", DataOptions.defaults().withCacheFolder(cache));
    Setup setup =
        new Setup(
            network(split.train().shape()),
            128,
            0.85,
            Augmentation.standard(),
            LearnerSettings.defaults());
    TuningListener watcher = new TuningListener() {};
    Sweeper sweeper =
        new Sweeper(split.train(), split.validation(), Memo.none(), watcher, () -> false);
    Sweep sweep =
        sweeper.sweep(
            setup,
            Hyperparameter.WEIGHT_DECAY,
            List.of(1e-2, 1e-4),
            SweepPlan.byEdge(RangeTest.atMomentum(0.85), 0));
    assertThat(sweep.candidates()).hasSize(2);
    assertThat(sweep.explanation()).isNotEmpty();
  }

  private static Network network(ImageShape shape) {
    Layer layers =
        Layer.sequence(
            new Layer.Conv(3, 16, 3, 2, 1, false),
            new Layer.BatchNorm(16),
            new Layer.Relu(),
            new Layer.Conv(16, 32, 3, 2, 1, false),
            new Layer.BatchNorm(32),
            new Layer.Relu(),
            new Layer.GlobalAveragePool(),
            new Layer.Linear(32, 10, true));
    return new Network("small", shape, 10, layers);
  }
}
