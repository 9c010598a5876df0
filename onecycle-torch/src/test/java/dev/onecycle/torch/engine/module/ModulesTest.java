package dev.onecycle.torch.engine.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.torch.engine.FlatBuffer;
import dev.onecycle.torch.engine.Natives;
import dev.onecycle.torch.nn.Layer;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ModulesTest {
  @BeforeAll
  static void load() {
    Natives.load();
  }

  private static Tensor run(Layer layer, Tensor x, boolean training, long seed) {
    Generator generator = torch.createCPUGenerator();
    generator.set_current_seed(seed);
    ForwardContext context =
        new ForwardContext(
            training, ScalarType.Float, 0.1, new GeneratorOptional(generator), null, null);
    return new ModuleBuilder().build("", layer).forward(x, context);
  }

  private static long[] shape(Tensor tensor) {
    long[] shape = new long[(int) tensor.dim()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = tensor.size(i);
    }
    return shape;
  }

  @Test
  void reflectionPaddingFollowsPyTorchsOrderAndFormula() {
    try (PointerScope scope = new PointerScope()) {
      Tensor x = torch.zeros(64, 3, 220, 220);
      assertThat(shape(run(new Layer.ReflectionPad(3, 3, 5, 5), x, false, 0)))
          .containsExactly(64, 3, 230, 226);
      assertThat(shape(run(new Layer.ReflectionPad(3), x, false, 0)))
          .containsExactly(64, 3, 226, 226);
      Tensor row =
          torch.arange(new org.bytedeco.pytorch.Scalar(4)).to(ScalarType.Float).view(1, 1, 1, 4);
      float[] padded = new float[7];
      FlatBuffer.elements(run(new Layer.ReflectionPad(1, 2, 0, 0), row, false, 0).contiguous())
          .get(padded);
      assertThat(padded).containsExactly(1, 0, 1, 2, 3, 2, 1);
    }
  }

  @Test
  void dropoutZeroesItsShareAndScalesTheRest() {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor ones = torch.ones(100_000);
      Layer dropout = new Layer.Dropout(0.3);
      float[] a = values(run(dropout, ones, true, 1));
      float[] again = values(run(dropout, ones, true, 1));
      float[] other = values(run(dropout, ones, true, 2));
      int zeros = 0;
      for (float value : a) {
        zeros += value == 0 ? 1 : 0;
        assertThat(value).isIn(0f, 1 / 0.7f);
      }
      assertThat(zeros / 100_000.0).isCloseTo(0.3, within(0.01));
      assertThat(again).isEqualTo(a);
      assertThat(other).isNotEqualTo(a);
      assertThat(values(run(dropout, ones, false, 1))).containsOnly(1f);
    }
  }

  /** Otherwise an evaluation would hold the results of all layers at once. */
  @Test
  void aSequenceWithoutAWayBackFreesItsIntermediateResults() {
    for (boolean wayBack : new boolean[] {false, true}) {
      List<Tensor> seen = new ArrayList<>();
      Module twice =
          (x, context) -> {
            seen.add(x);
            return x.add(x);
          };
      Module itself =
          (x, context) -> {
            seen.add(x);
            return x;
          };
      try (PointerScope scope = new PointerScope();
          NoGradGuard noGrad = new NoGradGuard()) {
        ForwardContext evaluation = ForwardContext.evaluation(ScalarType.Float);
        Tensor ones = torch.ones(3);
        Tensor out =
            Modules.sequence(List.of(itself, twice, itself, twice, twice, itself))
                .forward(ones, wayBack ? evaluation.on(new Tape(false, null)) : evaluation);
        assertThat(values(out)).containsExactly(8, 8, 8);
        assertThat(values(ones)).as("what was given").containsExactly(1, 1, 1);
        assertThat(seen).hasSize(6);
        assertThat(seen.subList(1, 6).stream().filter(tensor -> tensor.isNull()))
            .hasSize(wayBack ? 0 : 5);
      }
    }
  }

  /** A frozen trunk keeps nothing for a way back that does not go through it. */
  @Test
  void modulesThatDoNotLearnKeepNothing() {
    List<Tensor> seen = new ArrayList<>();
    Module twice =
        (x, context) -> {
          seen.add(x);
          return context.keep(x.add(x), gradient -> gradient.add(gradient));
        };
    for (boolean inputLearns : new boolean[] {false, true}) {
      seen.clear();
      try (PointerScope scope = new PointerScope();
          NoGradGuard noGrad = new NoGradGuard()) {
        Tape tape = new Tape(inputLearns, null);
        ForwardContext context = ForwardContext.evaluation(ScalarType.Float).on(tape);
        Tensor ones = torch.ones(3);
        Module module = Modules.sequence(List.of(twice, twice, twice), 2);
        assertThat(values(module.forward(ones, context))).containsExactly(8, 8, 8);
        assertThat(seen.stream().filter(tensor -> tensor.isNull())).hasSize(inputLearns ? 0 : 1);
        assertThat(tape.isEmpty()).isEqualTo(!inputLearns);
      }
    }
  }

  /** A relu that overwrites its input must not overwrite an input of a shortcut. */
  @Test
  void aReluBehindAShortcutLeavesTheShortcutAlone() {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor x = torch.ones(4).neg();
      Layer preactivated = new Layer.Residual(Layer.sequence(new Layer.Relu()), Layer.identity());
      assertThat(values(run(preactivated, x, false, 0))).containsOnly(-1f);
    }
  }

  static float[] values(Tensor tensor) {
    float[] values = new float[(int) tensor.numel()];
    FlatBuffer.elements(tensor.contiguous()).get(values);
    return values;
  }
}
