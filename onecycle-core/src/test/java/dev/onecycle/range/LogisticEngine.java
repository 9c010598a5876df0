package dev.onecycle.range;

import dev.onecycle.random.RandomStream;
import java.util.SplittableRandom;

/**
 * Logistic regression by SGD with momentum on two noisy classes, drawn without end from a seed. The
 * second class has a share of the images; its features differ by a distance, or not at all.
 */
final class LogisticEngine implements StepFunction {
  private static final int FEATURES = 8;
  private static final int BATCH = 64;

  final double[] weights = new double[FEATURES];
  final double[] velocity = new double[FEATURES];
  final long seed;
  long batches;

  LogisticEngine(long seed) {
    this.seed = seed;
  }

  @Override
  public double step(double rate, double momentum) {
    SplittableRandom data = RandomStream.of(seed, "data", batches++);
    double[] gradient = new double[FEATURES];
    double loss = 0;
    for (int n = 0; n < BATCH; n++) {
      int label = data.nextInt(2);
      double[] x = new double[FEATURES];
      double logit = 0;
      for (int k = 0; k < FEATURES; k++) {
        x[k] = data.nextGaussian() + (label == 1 ? 0.4 : -0.4);
        logit += weights[k] * x[k];
      }
      double margin = label == 1 ? logit : -logit;
      loss += margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
      double error = 1 / (1 + Math.exp(-logit)) - label;
      for (int k = 0; k < FEATURES; k++) {
        gradient[k] += error * x[k] / BATCH;
      }
    }
    for (int k = 0; k < FEATURES; k++) {
      velocity[k] = momentum * velocity[k] + gradient[k];
      weights[k] -= rate * velocity[k];
    }
    return loss / BATCH;
  }

  /** What puts the engine back as it is now. */
  Runnable snapshot() {
    double[] savedWeights = weights.clone();
    double[] savedVelocity = velocity.clone();
    long savedBatches = batches;
    return () -> {
      System.arraycopy(savedWeights, 0, weights, 0, FEATURES);
      System.arraycopy(savedVelocity, 0, velocity, 0, FEATURES);
      batches = savedBatches;
    };
  }

  /** Trains at a fixed rate. */
  double[] train(int steps) {
    for (int i = 0; i < steps; i++) {
      step(0.05, 0.9);
    }
    return weights.clone();
  }
}
