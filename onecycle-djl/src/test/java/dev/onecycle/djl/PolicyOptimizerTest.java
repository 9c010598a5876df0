package dev.onecycle.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.onecycle.schedule.OneCycle;
import dev.onecycle.schedule.Policy;
import org.junit.jupiter.api.Test;

class PolicyOptimizerTest {
  private static final float[] START = {0.5f, -1.25f, 2};
  private static final double[] TARGET = {1, 2, -0.5};
  private final Policy policy = OneCycle.of(40, 0.2);

  /** Half the squared distance of the weights to a target; its gradient is their difference. */
  private float[] trained(PolicyOptimizer optimizer, int steps) {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray weight = manager.create(START);
      weight.setRequiresGradient(true);
      NDArray target = manager.create(new float[] {1, 2, -0.5f});
      for (int step = 0; step < steps; step++) {
        assertThat(optimizer.learningRate())
            .isCloseTo(policy.learningRate().at(step), within(1e-15));
        assertThat(optimizer.momentum()).isCloseTo(policy.momentum().at(step), within(1e-15));
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
          collector.backward(weight.sub(target).square().sum().mul(0.5f));
        }
        try (NDArray gradient = weight.getGradient().duplicate()) {
          optimizer.update("w", weight, gradient);
        }
        assertThat(weight.getGradient().toFloatArray()).as("gradient").containsOnly(0);
      }
      return weight.stopGradient().toFloatArray();
    }
  }

  @Test
  void descentFollowsRateAndMomentum() {
    double decay = 0.01;
    double[] weights = {0.5, -1.25, 2};
    double[] velocity = new double[3];
    for (int step = 0; step < 40; step++) {
      for (int i = 0; i < 3; i++) {
        double gradient = weights[i] - TARGET[i] + decay * weights[i];
        velocity[i] = policy.momentum().at(step) * velocity[i] + gradient;
        weights[i] -= policy.learningRate().at(step) * velocity[i];
      }
    }
    try (PolicyOptimizer optimizer =
        PolicyOptimizer.sgd(policy).optWeightDecays((float) decay).build()) {
      requireClose(trained(optimizer, 40), weights);
      assertThat(optimizer.updates()).isEqualTo(40);
    }
  }

  @Test
  void adamFollowsRateAndBeta1() {
    double decay = 0.1;
    double[] weights = {0.5, -1.25, 2};
    double[] mean = new double[3];
    double[] square = new double[3];
    double left = 1;
    for (int step = 0; step < 40; step++) {
      double beta1 = policy.momentum().at(step);
      left *= beta1;
      for (int i = 0; i < 3; i++) {
        double gradient = weights[i] - TARGET[i];
        mean[i] = beta1 * mean[i] + (1 - beta1) * gradient;
        square[i] = 0.999 * square[i] + 0.001 * gradient * gradient;
        double corrected = square[i] / (1 - Math.pow(0.999, step + 1));
        double direction = mean[i] / (1 - left) / (Math.sqrt(corrected) + 1e-8);
        weights[i] -= policy.learningRate().at(step) * (direction + decay * weights[i]);
      }
    }
    try (PolicyOptimizer optimizer =
        PolicyOptimizer.adamW(policy).optWeightDecays((float) decay).build()) {
      requireClose(trained(optimizer, 40), weights);
    }
  }

  /** The head was trained alone for the first steps; the body does not begin the policy anew. */
  @Test
  void aParameterThatWasFrozenTakesTheStepOfTheOthers() {
    try (NDManager manager = NDManager.newBaseManager();
        PolicyOptimizer optimizer = PolicyOptimizer.sgd(policy).build()) {
      NDArray head = manager.create(new float[] {0});
      NDArray body = manager.create(new float[] {0});
      NDArray gradient = manager.create(new float[] {1});
      for (int step = 0; step < 30; step++) {
        optimizer.update("head", head, gradient.duplicate());
      }
      optimizer.update("head", head, gradient.duplicate());
      optimizer.update("body", body, gradient.duplicate());
      assertThat(body.getFloat()).isCloseTo(-(float) policy.learningRate().at(30), within(1e-6f));
      assertThat(optimizer.updates()).isEqualTo(31);
    }
  }

  @Test
  void aTrainingGoesOnAtALaterStep() {
    try (PolicyOptimizer optimizer = PolicyOptimizer.sgd(policy).optBeginNumUpdate(17).build()) {
      assertThat(optimizer.learningRate()).isEqualTo(policy.learningRate().at(17));
      assertThat(optimizer.momentum()).isEqualTo(policy.momentum().at(17));
    }
  }

  @Test
  void gradientsAreScaledAndClipped() {
    try (NDManager manager = NDManager.newBaseManager();
        PolicyOptimizer optimizer =
            PolicyOptimizer.sgd(policy).setRescaleGrad(0.5f).optClipGrad(0.25f).build()) {
      NDArray weight = manager.create(new float[] {0, 0, 0});
      optimizer.update("w", weight, manager.create(new float[] {0.1f, 4, -4}));
      double rate = policy.learningRate().at(0);
      requireClose(weight.toFloatArray(), new double[] {-rate * 0.05, -rate * 0.25, rate * 0.25});
    }
  }

  @Test
  void aNegativeDecayIsRefused() {
    assertThatThrownBy(() -> PolicyOptimizer.sgd(policy).optWeightDecays(-1))
        .hasMessage("weight decay must be at least 0 but was -1");
  }

  private static void requireClose(float[] actual, double[] expected) {
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual[i])
          .as("weight " + i)
          .isCloseTo(expected[i], within(2e-6 * Math.max(1, Math.abs(expected[i]))));
    }
  }
}
