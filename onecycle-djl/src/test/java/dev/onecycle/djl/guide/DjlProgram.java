package dev.onecycle.djl.guide;

// example: djl
import ai.djl.Model;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.evaluator.Accuracy;
import ai.djl.training.listener.TrainingListener;
import ai.djl.training.loss.Loss;
import dev.onecycle.djl.PolicyOptimizer;
import dev.onecycle.djl.TrainerRangeTest;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeTest;
import dev.onecycle.schedule.OneCycle;
import java.util.Random;

/** Tells points of two rings apart. */
public class DjlProgram {
  static final int BATCH = 32;
  static final int EPOCHS = 12;

  public static void main(String[] args) throws Exception {
    try (NDManager manager = NDManager.newBaseManager();
        Model model = Model.newInstance("rings")) {
      ArrayDataset train = rings(manager, 1024, 1);
      ArrayDataset test = rings(manager, 512, 2);
      model.setBlock(
          new SequentialBlock()
              .add(Linear.builder().setUnits(32).build())
              .add(BatchNorm.builder().build())
              .add(Activation.reluBlock())
              .add(Linear.builder().setUnits(2).build()));
      long steps = EPOCHS * (train.size() / BATCH);

      double peak;
      try (PolicyOptimizer optimizer = PolicyOptimizer.sgd(OneCycle.of(steps, 0.1)).build();
          Trainer trainer = trainer(model, optimizer)) {
        RangeTest rangeTest = RangeTest.atMomentum(0.85).withSmoothing(0.9);
        RangeResult found = TrainerRangeTest.run(rangeTest, trainer, optimizer, train);
        peak = found.suggestion().orElseThrow().over(steps);
        System.out.printf("The range test suggests a peak of %.2g.%n", peak);
      }

      try (PolicyOptimizer optimizer =
              PolicyOptimizer.sgd(OneCycle.of(steps, peak)).optWeightDecays(1e-4f).build();
          Trainer trainer = trainer(model, optimizer)) {
        EasyTrain.fit(trainer, EPOCHS, train, test);
        float accuracy = trainer.getTrainingResult().getValidateEvaluation("Accuracy");
        System.out.printf("Accuracy on test points: %.3f%n", accuracy);
      }
    }
  }

  static Trainer trainer(Model model, PolicyOptimizer optimizer) {
    Trainer trainer =
        model.newTrainer(
            new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optOptimizer(optimizer)
                .addEvaluator(new Accuracy())
                .addTrainingListeners(TrainingListener.Defaults.basic()));
    trainer.initialize(new Shape(BATCH, 2));
    return trainer;
  }

  static ArrayDataset rings(NDManager manager, int count, long seed) {
    Random random = new Random(seed);
    float[] points = new float[2 * count];
    float[] labels = new float[count];
    for (int i = 0; i < count; i++) {
      labels[i] = i % 2;
      double radius = 1 + labels[i] + 0.25 * random.nextGaussian();
      double angle = 2 * Math.PI * random.nextDouble();
      points[2 * i] = (float) (radius * Math.cos(angle));
      points[2 * i + 1] = (float) (radius * Math.sin(angle));
    }
    return new ArrayDataset.Builder()
        .setData(manager.create(points, new Shape(count, 2)))
        .optLabels(manager.create(labels))
        .setSampling(BATCH, true)
        .build();
  }
}
// end of example
