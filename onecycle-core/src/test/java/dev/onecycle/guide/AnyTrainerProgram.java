package dev.onecycle.guide;

// example: any-trainer
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeTest;
import dev.onecycle.range.StepFunction;
import dev.onecycle.schedule.OneCycle;
import java.util.Random;

/** Logistic regression by hand, trained by one cycle. */
public class AnyTrainerProgram {
  static final int STEPS = 400;
  static final int BATCH = 16;

  double[] weights = new double[3];
  double[] velocity = new double[3];
  final Random random = new Random(1);

  public static void main(String[] args) {
    AnyTrainerProgram trainer = new AnyTrainerProgram();

    double[] before = trainer.weights.clone();
    RangeResult found =
        RangeTest.atMomentum(0.85)
            .withSmoothing(0.9)
            .run(
                trainer::step,
                () -> {
                  trainer.weights = before;
                  trainer.velocity = new double[3];
                });
    double peak = found.suggestion().orElseThrow().over(STEPS);
    System.out.printf("The range test suggests a peak of %.2g.%n", peak);

    OneCycle policy = OneCycle.of(STEPS, peak);
    double loss = 0;
    for (int step = 0; step < STEPS; step++) {
      loss = trainer.step(policy.learningRate().at(step), policy.momentum().at(step));
    }
    System.out.printf("Loss of the last batch: %.3f%n", loss);
  }

  /** A step on a new batch: the loss before the update. This is a {@link StepFunction}. */
  double step(double learningRate, double momentum) {
    double loss = 0;
    double[] gradient = new double[3];
    for (int i = 0; i < BATCH; i++) {
      double[] x = {1, random.nextGaussian(), random.nextGaussian()};
      double sign = x[1] - 2 * x[2] + 0.5 > 0 ? 1 : -1;
      double margin = sign * (weights[0] * x[0] + weights[1] * x[1] + weights[2] * x[2]);
      loss += Math.log1p(Math.exp(-margin)) / BATCH;
      for (int j = 0; j < 3; j++) {
        gradient[j] -= sign * x[j] / (1 + Math.exp(margin)) / BATCH;
      }
    }
    for (int j = 0; j < 3; j++) {
      velocity[j] = momentum * velocity[j] + gradient[j];
      weights[j] -= learningRate * velocity[j];
    }
    return loss;
  }
}
// end of example
