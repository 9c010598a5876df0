package dev.onecycle.djl.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.Dataset;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.translate.TranslateException;
import dev.onecycle.djl.PolicyOptimizer;
import dev.onecycle.djl.TrainerRangeTest;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeTest;
import dev.onecycle.schedule.OneCycle;
import dev.onecycle.testing.MarkdownExamples;
import dev.onecycle.testing.StandardOutput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The program of docs/how-to/djl.md, and the promises that it makes. */
class DjlGuideTest {
  private static final Pattern ACCURACY = Pattern.compile("test points: ([\\d.]+)");

  @BeforeEach
  void seed() {
    Engine.getInstance().setRandomSeed(3);
  }

  private static SequentialBlock block() {
    return new SequentialBlock()
        .add(Linear.builder().setUnits(32).build())
        .add(BatchNorm.builder().build())
        .add(Activation.reluBlock())
        .add(Linear.builder().setUnits(2).build());
  }

  @Test
  void theGuideShowsTheProgram() throws IOException {
    assertThat(MarkdownExamples.inMarkdown(Path.of("../docs/how-to/djl.md")))
        .isEqualTo(
            MarkdownExamples.inJava(
                Path.of("src/test/java/dev/onecycle/djl/guide/DjlProgram.java")));
  }

  @Test
  void theProgramFindsARateAndTrains() throws Exception {
    String text = StandardOutput.of(DjlProgram::main);
    Matcher accuracy = ACCURACY.matcher(text);
    assertThat(accuracy.find()).as(text).isTrue();
    assertThat(Double.parseDouble(accuracy.group(1))).isGreaterThan(0.9);
  }

  private static Trainer trainer(Model model, Optimizer optimizer) {
    Trainer trainer =
        model.newTrainer(
            new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss()).optOptimizer(optimizer));
    trainer.initialize(new Shape(DjlProgram.BATCH, 2));
    return trainer;
  }

  @Test
  void theTestLeavesNoTrace() throws IOException, TranslateException {
    try (NDManager manager = NDManager.newBaseManager();
        Model model = Model.newInstance("rings")) {
      Dataset train = DjlProgram.rings(manager, 256, 1);
      model.setBlock(block());
      try (PolicyOptimizer optimizer = PolicyOptimizer.sgd(OneCycle.of(100, 0.1)).build();
          Trainer trainer = trainer(model, optimizer)) {
        EasyTrain.fit(trainer, 1, train, null);
        List<float[]> before = values(model);
        double rate = optimizer.learningRate();
        RangeResult result =
            TrainerRangeTest.run(RangeTest.atMomentum(0.85), trainer, optimizer, train);
        assertThat(result.points()).hasSizeGreaterThan(50);
        assertThat(values(model)).usingRecursiveComparison().isEqualTo(before);
        assertThat(optimizer.learningRate()).isEqualTo(rate);
        assertThat(optimizer.updates()).isEqualTo(8);
      }
    }
  }

  private static List<float[]> values(Model model) {
    List<float[]> values = new ArrayList<>();
    model
        .getBlock()
        .getParameters()
        .values()
        .forEach(parameter -> values.add(parameter.getArray().toFloatArray()));
    return values;
  }

  /** A training with the test before it ends in the same bits as one without. */
  @Test
  void aTrainingWithTheTestEqualsOneWithout() throws IOException, TranslateException {
    assertThat(weightsAfter(true)).usingRecursiveComparison().isEqualTo(weightsAfter(false));
  }

  private static List<float[]> weightsAfter(boolean tested) throws IOException, TranslateException {
    Engine.getInstance().setRandomSeed(5);
    try (NDManager manager = NDManager.newBaseManager();
        Model model = Model.newInstance("rings")) {
      Dataset train = DjlProgram.rings(manager, 256, 1);
      model.setBlock(block());
      try (PolicyOptimizer optimizer = PolicyOptimizer.adamW(OneCycle.of(24, 0.01)).build();
          Trainer trainer = trainer(model, optimizer)) {
        EasyTrain.fit(trainer, 1, train, null);
        if (tested) {
          TrainerRangeTest.run(RangeTest.atMomentum(0.85), trainer, optimizer, train);
        }
        Engine.getInstance().setRandomSeed(6);
        EasyTrain.fit(trainer, 2, train, null);
        return values(model);
      }
    }
  }

  @Test
  void anotherOptimizerIsRefused() {
    try (NDManager manager = NDManager.newBaseManager();
        Model model = Model.newInstance("rings");
        PolicyOptimizer other = PolicyOptimizer.sgd(OneCycle.of(100, 0.1)).build()) {
      Dataset train = DjlProgram.rings(manager, 256, 1);
      model.setBlock(block());
      try (Trainer trainer =
          trainer(model, Optimizer.sgd().setLearningRateTracker(Tracker.fixed(0.1f)).build())) {
        List<float[]> before = values(model);
        assertThatThrownBy(
                () -> TrainerRangeTest.run(RangeTest.atMomentum(0.9), trainer, other, train))
            .hasMessageStartingWith("optimizer must be the one that the trainer updates with");
        assertThat(values(model)).usingRecursiveComparison().isEqualTo(before);
      }
    }
  }
}
