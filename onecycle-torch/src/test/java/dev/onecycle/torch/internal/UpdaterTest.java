package dev.onecycle.torch.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.schedule.OneCycle;
import dev.onecycle.torch.train.LearnerSettings;
import dev.onecycle.torch.train.Optimizer;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.OptimizerOptions;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Our optimizers against libtorch's own, over a cycle of rates and momenta. */
class UpdaterTest {
  private static final int COUNT = 300;
  private static final int STEPS = 40;

  @BeforeAll
  static void load() {
    Natives.load();
  }

  @Test
  void sgdWithCoupledDecayIsLibtorchs() {
    compareSgd(false);
  }

  @Test
  void nesterovIsLibtorchs() {
    compareSgd(true);
  }

  private static void compareSgd(boolean nesterov) {
    SGDOptions options = new SGDOptions(0.1);
    options.weight_decay().put(0.01);
    options.nesterov().put(nesterov);
    options.momentum().put(0.9);
    Tensor theirs = start();
    var reference = new org.bytedeco.pytorch.SGD(new TensorVector(theirs), options);
    compare(
        new Optimizer.Sgd(nesterov, false),
        theirs,
        (rate, momentum) -> {
          OptimizerOptions group = reference.param_groups().get(0).options();
          group.set_lr(rate);
          new SGDOptions(group).momentum().put(momentum);
          reference.step();
        });
  }

  @Test
  void adamWIsLibtorchs() {
    AdamWOptions options = new AdamWOptions(0.1);
    options.weight_decay().put(0.01);
    Tensor theirs = start();
    var reference = new org.bytedeco.pytorch.AdamW(new TensorVector(theirs), options);
    DoublePointer fresh = new AdamWOptions(0.1).betas();
    // The binding stores the pair in the order of the platform's tuples: the slot of 0.9 is β1.
    int first = fresh.get(0) == 0.9 ? 0 : 1;
    compare(
        Optimizer.adamW(),
        theirs,
        (rate, momentum) -> {
          OptimizerOptions group = reference.param_groups().get(0).options();
          group.set_lr(rate);
          DoublePointer betas = new AdamWOptions(group).betas();
          betas.put(first, momentum);
          betas.put(1 - first, 0.999);
          reference.step();
        });
  }

  @Test
  void decoupledDecayShrinksWeightsByRateTimesDecay() {
    LearnerSettings settings =
        LearnerSettings.builder()
            .optimizer(new Optimizer.Sgd(false, true))
            .weightDecay(0.5)
            .build();
    Tensor values = torch.ones(4);
    Tensor gradients = torch.zeros(4);
    try (Updater updater = Updater.of(settings, values, 2, 0);
        NoGradGuard noGrad = new NoGradGuard()) {
      updater.set(0.1, 0.9);
      updater.update(values, gradients);
      assertThat(FlatBuffer.elements(values).get(3)).isCloseTo(0.95f, within(1e-7f));
    }
  }

  @Test
  void decaySparesNormsAndBiasesOnRequest() {
    LearnerSettings settings =
        LearnerSettings.builder().weightDecay(0.5).decayNormAndBias(false).build();
    Tensor values = torch.ones(4);
    Tensor gradients = torch.zeros(4);
    try (Updater updater = Updater.of(settings, values, 2, 0);
        NoGradGuard noGrad = new NoGradGuard()) {
      updater.set(0.1, 0.9);
      updater.update(values, gradients);
      float[] after = new float[4];
      FlatBuffer.elements(values).get(after);
      assertThat(after).containsExactly(0.95f, 0.95f, 1, 1);
    }
  }

  /** v = rate·gradient + decay·weight; w = w − lr·v: by hand. */
  @Test
  void biasesMayHaveARateOfTheirOwn() {
    LearnerSettings settings = LearnerSettings.builder().weightDecay(0.5).biasRate(64).build();
    Tensor values = torch.ones(4);
    Tensor gradients = torch.ones(4);
    try (Updater updater = Updater.of(settings, values, 2, 1);
        NoGradGuard noGrad = new NoGradGuard()) {
      updater.set(0.01, 0.9);
      updater.update(values, gradients);
      float[] after = new float[4];
      FlatBuffer.elements(values).get(after);
      assertThat(after)
          .containsExactly(new float[] {0.985f, 0.985f, 0.985f, 0.355f}, offset(1e-6f));
    }
  }

  private static void compare(Optimizer rule, Tensor theirs, BiConsumer<Double, Double> theirStep) {
    LearnerSettings settings = LearnerSettings.builder().optimizer(rule).weightDecay(0.01).build();
    OneCycle cycle = OneCycle.of(STEPS, 0.2);
    SplittableRandom random = new SplittableRandom(7);
    Tensor ours = start();
    Tensor gradients = torch.zeros(COUNT);
    try (Updater updater = Updater.of(settings, ours, COUNT, 0)) {
      for (int step = 0; step < STEPS; step++) {
        double rate = cycle.learningRate().at(step);
        double momentum = cycle.momentum().at(step);
        Tensor gradient = torch.zeros(COUNT);
        for (int i = 0; i < COUNT; i++) {
          FlatBuffer.elements(gradient).put(i, (float) random.nextGaussian());
        }
        theirs.mutable_grad().put(gradient.clone());
        theirStep.accept(rate, momentum);
        try (NoGradGuard noGrad = new NoGradGuard()) {
          gradients.copy_(gradient);
          updater.set(rate, momentum);
          updater.update(ours, gradients);
        }
        assertThat(updater.learningRate()).isEqualTo(rate);
        assertThat(updater.momentum()).isEqualTo(momentum);
      }
    }
    for (int i = 0; i < COUNT; i++) {
      float expected = FlatBuffer.elements(theirs.detach()).get(i);
      assertThat(FlatBuffer.elements(ours).get(i))
          .as("element %d", i)
          .isCloseTo(expected, within(1e-6f * Math.max(1, Math.abs(expected))));
    }
  }

  private static Tensor start() {
    Tensor tensor = torch.zeros(COUNT);
    for (int i = 0; i < COUNT; i++) {
      FlatBuffer.elements(tensor).put(i, (float) Math.sin(i));
    }
    return tensor.set_requires_grad(true);
  }
}
