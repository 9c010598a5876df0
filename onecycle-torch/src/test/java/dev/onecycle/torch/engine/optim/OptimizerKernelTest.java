package dev.onecycle.torch.engine.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.schedule.OneCycle;
import dev.onecycle.torch.engine.FlatBuffer;
import dev.onecycle.torch.engine.Natives;
import dev.onecycle.torch.engine.Parameter;
import dev.onecycle.torch.engine.ParameterGroup;
import dev.onecycle.torch.engine.Workers;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Optimizer;
import dev.onecycle.torch.settings.Precision;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.stream.DoubleStream;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.OptimizerOptions;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Our optimizers against libtorch's own, over a cycle of rates and momenta. */
class OptimizerKernelTest {
  private static final int COUNT = 300;
  private static final int STEPS = 40;
  private static Workers workers;

  @BeforeAll
  static void load() {
    Natives.load();
    workers = new Workers(2);
  }

  @AfterAll
  static void close() {
    workers.close();
  }

  /** All weights alike. */
  private static List<ParameterGroup> alike(LearnerSettings settings, List<Parameter> weights) {
    return List.of(new ParameterGroup("all", 1, settings.weightDecay(), weights));
  }

  /** A vector of weights each for a layer, for batch norms and for biases. */
  private static List<Parameter> weights(int layer, int norms, int biases) {
    Parameter.Initial any = new Parameter.Initial(Parameter.Initial.Kind.CONSTANT, 1);
    return List.of(
        new Parameter("fc.weight", new long[] {layer}, false, any),
        new Parameter("bn.weight", new long[] {norms}, true, any),
        new Parameter("bn.bias", new long[] {biases}, true, any));
  }

  /** A group learns as if it were alone, at its own rate and weight decay. */
  @ParameterizedTest
  @ValueSource(strings = {"sgd", "nesterov", "adamw", "muon"})
  void aGroupLearnsAsIfItWereAlone(String name) {
    LearnerSettings settings =
        LearnerSettings.builder()
            .optimizer(
                switch (name) {
                  case "adamw" -> Optimizer.adamW();
                  case "muon" -> Optimizer.muon();
                  default -> new Optimizer.Sgd(name.equals("nesterov"), false);
                })
            .precision(Precision.FP32)
            .biasRate(name.equals("adamw") ? 1 : 4)
            .build();
    Parameter.Initial any = new Parameter.Initial(Parameter.Initial.Kind.CONSTANT, 1);
    List<Parameter> weights =
        List.of(
            new Parameter("conv.weight", new long[] {3, 2, 1, 1}, false, any),
            new Parameter("conv.bias", new long[] {3}, true, any));
    ParameterGroup first = new ParameterGroup("first", 0.1, 0.02, weights);
    ParameterGroup second = new ParameterGroup("second", 1, 0.5, weights);
    SplittableRandom random = new SplittableRandom(5);
    double[] start = random.doubles(18, -1, 1).toArray();
    double[] gradient = random.doubles(18, -1, 1).toArray();
    List<ParameterGroup> both = List.of(first, second);
    double[] together = moved(settings, both, start, gradient, 0.3);
    double[] firstAlone =
        moved(
            settings,
            List.of(new ParameterGroup("first", 1, 0.02, weights)),
            Arrays.copyOf(start, 9),
            Arrays.copyOf(gradient, 9),
            0.03);
    double[] secondAlone =
        moved(
            settings,
            List.of(second),
            Arrays.copyOfRange(start, 9, 18),
            Arrays.copyOfRange(gradient, 9, 18),
            0.3);
    assertThat(Arrays.copyOf(together, 9)).containsExactly(firstAlone, offset(1e-7));
    assertThat(Arrays.copyOfRange(together, 9, 18)).containsExactly(secondAlone, offset(1e-7));
  }

  /** The weights after three updates by the same gradient. */
  private static double[] moved(
      LearnerSettings settings,
      List<ParameterGroup> groups,
      double[] start,
      double[] gradient,
      double rate) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor values = tensor(start);
      OptimizerKernel kernel = OptimizerKernel.of(settings, values, groups, workers);
      for (int i = 0; i < 3; i++) {
        kernel.set(rate, 0.9);
        kernel.update(values, tensor(gradient));
      }
      double[] moved = new double[start.length];
      FloatBuffer elements = FlatBuffer.elements(values);
      for (int i = 0; i < moved.length; i++) {
        moved[i] = elements.get(i);
      }
      return moved;
    }
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
    try (OptimizerKernel kernel =
            OptimizerKernel.of(settings, values, alike(settings, weights(2, 2, 0)), workers);
        NoGradGuard noGrad = new NoGradGuard()) {
      kernel.set(0.1, 0.9);
      kernel.update(values, gradients);
      assertThat(FlatBuffer.elements(values).get(3)).isCloseTo(0.95f, within(1e-7f));
    }
  }

  @Test
  void decaySparesNormsAndBiasesOnRequest() {
    LearnerSettings settings =
        LearnerSettings.builder().weightDecay(0.5).decayNormAndBias(false).build();
    Tensor values = torch.ones(4);
    Tensor gradients = torch.zeros(4);
    try (OptimizerKernel kernel =
            OptimizerKernel.of(settings, values, alike(settings, weights(2, 2, 0)), workers);
        NoGradGuard noGrad = new NoGradGuard()) {
      kernel.set(0.1, 0.9);
      kernel.update(values, gradients);
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
    try (OptimizerKernel kernel =
            OptimizerKernel.of(settings, values, alike(settings, weights(2, 1, 1)), workers);
        NoGradGuard noGrad = new NoGradGuard()) {
      kernel.set(0.01, 0.9);
      kernel.update(values, gradients);
      float[] after = new float[4];
      FlatBuffer.elements(values).get(after);
      assertThat(after)
          .containsExactly(new float[] {0.985f, 0.985f, 0.985f, 0.355f}, offset(1e-6f));
    }
  }

  /** The same rule in double precision, written out; more rows than columns, and fewer. */
  @ParameterizedTest
  @CsvSource({"3, 8", "8, 3", "4, 4"})
  void muonMovesConvolutionsByTheirOrthogonalMomentum(int rows, int columns) {
    LearnerSettings settings =
        LearnerSettings.builder()
            .optimizer(new Optimizer.Muon(0.3, 5))
            .weightDecay(0.1)
            .biasRate(4)
            .precision(Precision.FP32)
            .build();
    Parameter.Initial any = new Parameter.Initial(Parameter.Initial.Kind.CONSTANT, 1);
    int matrix = rows * columns;
    List<Parameter> parameters =
        List.of(
            new Parameter("conv.weight", new long[] {rows, columns, 1, 1}, false, any),
            new Parameter("fc.weight", new long[] {2, 1}, false, any),
            new Parameter("fc.bias", new long[] {2}, true, any));
    SplittableRandom random = new SplittableRandom(11);
    double[] expected = random.doubles(matrix + 4, -1, 1).toArray();
    double[] velocity = new double[matrix + 4];
    Tensor values = tensor(expected);
    try (OptimizerKernel kernel =
            OptimizerKernel.of(settings, values, alike(settings, parameters), workers);
        NoGradGuard noGrad = new NoGradGuard()) {
      for (int step = 0; step < 4; step++) {
        double[] gradient = random.doubles(matrix + 4, -1, 1).toArray();
        kernel.set(0.1, 0.9);
        kernel.update(values, tensor(gradient));
        double[] move = new double[matrix + 4];
        for (int i = 0; i < move.length; i++) {
          double g = gradient[i] * (i < matrix + 2 ? 1 : 4);
          velocity[i] = 0.9 * velocity[i] + g;
          move[i] = g + 0.9 * velocity[i];
        }
        double[][] orthogonal = orthogonal(move, rows, columns);
        for (int i = 0; i < matrix; i++) {
          move[i] = 0.3 * orthogonal[i / columns][i % columns];
        }
        for (int i = 0; i < move.length; i++) {
          expected[i] = expected[i] * (1 - 0.1 * 0.1) - 0.1 * move[i];
        }
      }
      for (int i = 0; i < expected.length; i++) {
        assertThat((double) FlatBuffer.elements(values).get(i))
            .as("element %d", i)
            .isCloseTo(expected[i], within(2e-5));
      }
    }
  }

  /** Newton and Schulz's iteration, row by row. */
  private static double[][] orthogonal(double[] flat, int rows, int columns) {
    double norm = Math.sqrt(DoubleStream.of(flat).limit(rows * columns).map(v -> v * v).sum());
    double[][] x = new double[rows][columns];
    for (int i = 0; i < rows * columns; i++) {
      x[i / columns][i % columns] = flat[i] / norm;
    }
    for (int iteration = 0; iteration < 5; iteration++) {
      double[][] a = product(x, transposed(x));
      double[][] cubic = product(a, x);
      double[][] quintic = product(a, cubic);
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          x[i][j] = 3.4445 * x[i][j] - 4.775 * cubic[i][j] + 2.0315 * quintic[i][j];
        }
      }
    }
    return x;
  }

  private static double[][] product(double[][] a, double[][] b) {
    double[][] c = new double[a.length][b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < b[0].length; j++) {
        for (int k = 0; k < b.length; k++) {
          c[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return c;
  }

  private static double[][] transposed(double[][] a) {
    double[][] t = new double[a[0].length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[0].length; j++) {
        t[j][i] = a[i][j];
      }
    }
    return t;
  }

  private static Tensor tensor(double[] values) {
    Tensor tensor = torch.zeros(values.length);
    for (int i = 0; i < values.length; i++) {
      FlatBuffer.elements(tensor).put(i, (float) values[i]);
    }
    return tensor;
  }

  /** Rows 243 times as long as others come out about as long, and nearly orthogonal. */
  @Test
  void noDirectionIsLeftBehindForHavingASmallGradient() {
    SplittableRandom random = new SplittableRandom(5);
    double[] flat = random.doubles(6 * 40, -1, 1).toArray();
    for (int i = 0; i < flat.length; i++) {
      flat[i] *= Math.pow(3, -(i / 40));
    }
    try (NoGradGuard noGrad = new NoGradGuard()) {
      Tensor x = Muon.orthogonal(tensor(flat).view(6, 40), 5, ScalarType.Float);
      Tensor products = x.mm(x.t()).contiguous();
      for (int i = 0; i < 6; i++) {
        for (int j = 0; j < 6; j++) {
          assertThat(FlatBuffer.elements(products).get(6 * i + j))
              .as("rows %d and %d", i, j)
              .isCloseTo(i == j ? 1 : 0, within(0.6f));
        }
      }
    }
  }

  /** Singular values over seven orders of magnitude, more than float32 can square. */
  @Test
  void roundingIsNotBlownUp() {
    SplittableRandom random = new SplittableRandom(6);
    double[] flat = random.doubles(8 * 72, -1, 1).toArray();
    for (int i = 0; i < flat.length; i++) {
      flat[i] *= Math.pow(10, -(i / 72));
    }
    double[][] expected = orthogonal(flat, 8, 72);
    try (NoGradGuard noGrad = new NoGradGuard()) {
      Tensor x = Muon.orthogonal(tensor(flat).view(8, 72), 5, ScalarType.Float).contiguous();
      for (int i = 0; i < flat.length; i++) {
        assertThat((double) FlatBuffer.elements(x).get(i))
            .as("row %d, column %d", i / 72, i % 72)
            .isCloseTo(expected[i / 72][i % 72], within(1e-3));
      }
    }
  }

  private static void compare(Optimizer rule, Tensor theirs, BiConsumer<Double, Double> theirStep) {
    LearnerSettings settings = LearnerSettings.builder().optimizer(rule).weightDecay(0.01).build();
    OneCycle cycle = OneCycle.of(STEPS, 0.2);
    SplittableRandom random = new SplittableRandom(7);
    Tensor ours = start();
    Tensor gradients = torch.zeros(COUNT);
    try (OptimizerKernel kernel =
        OptimizerKernel.of(settings, ours, alike(settings, weights(COUNT, 0, 0)), workers)) {
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
          kernel.set(rate, momentum);
          kernel.update(ours, gradients);
        }
        assertThat(kernel.learningRate()).isEqualTo(rate);
        assertThat(kernel.momentum()).isEqualTo(momentum);
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
