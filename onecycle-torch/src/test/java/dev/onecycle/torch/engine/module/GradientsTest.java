package dev.onecycle.torch.engine.module;

import static dev.onecycle.torch.nn.Layer.identity;
import static dev.onecycle.torch.nn.Layer.sequence;
import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.torch.engine.Natives;
import dev.onecycle.torch.engine.Parameter;
import dev.onecycle.torch.engine.custom.TensorLayer;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Layer.BatchNorm;
import dev.onecycle.torch.nn.Layer.Conv;
import dev.onecycle.torch.nn.Layer.Linear;
import dev.onecycle.torch.nn.Layer.Relu;
import dev.onecycle.torch.nn.Layer.Residual;
import dev.onecycle.torch.nn.Trace;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The way back of every layer, against libtorch's autograd on the same forward pass. */
class GradientsTest {
  @BeforeAll
  static void load() {
    Natives.load();
  }

  static Stream<Arguments> layers() {
    Layer block =
        sequence(
            new Conv(4, 4, 3, 1, 1, false),
            new BatchNorm(4),
            new Relu(),
            new Conv(4, 4, 3, 1, 1, false),
            new BatchNorm(4));
    Layer shrinking =
        new Residual(
            sequence(new Conv(4, 6, 3, 2, 1, false), new BatchNorm(6)),
            sequence(new Conv(4, 6, 1, 2, 0, false), new BatchNorm(6)));
    return Stream.of(
        images("convolution", new Conv(4, 5, 3, 1, 1, false)),
        images("convolution with a bias", new Conv(4, 5, 3, 1, 1, true)),
        images("convolution with a stride", new Conv(4, 5, 3, 2, 1, false)),
        images("convolution without padding", new Conv(4, 5, 2, 1, 0, false)),
        images("grouped convolution", new Conv(4, 6, new Layer.Window(3, 1, 1), 2, true)),
        images("dilated convolution", new Conv(4, 5, window(3, 2, 2, 2), 1, false)),
        images(
            "wide convolution",
            new Conv(
                4,
                5,
                new Layer.Window(new Layer.Size(1, 3), new Layer.Size(1, 2), new Layer.Size(0, 1)),
                1,
                true)),
        images("convolution of each channel", new Conv(4, 4, new Layer.Window(3, 1, 1), 4, false)),
        images("batch norm", new BatchNorm(4)),
        images("layer norm of channels", new Layer.LayerNorm(4)),
        Arguments.of("layer norm", new Layer.LayerNorm(5), new long[] {6, 5}),
        images("group norm", new Layer.GroupNorm(2, 4)),
        images("silu", new Layer.Silu()),
        images("hardswish", new Layer.Hardswish()),
        images("overlapping max pool", new Layer.MaxPool(3, 2, 1)),
        images("average pool", new Layer.AveragePool(3, 2, 1)),
        images("a layer of one's own", new Warped(4, 0.5)),
        images("a view of the input", new Same()),
        images(
            "a view of the input beside a relu",
            new Residual(
                sequence(new Conv(4, 4, 1, 1, 0, false), new Relu(), new Same()), identity())),
        images(
            "layers of both kinds",
            sequence(
                new Conv(4, 6, 3, 1, 1, false),
                new Layer.Silu(),
                new Residual(
                    sequence(
                        new Conv(6, 6, new Layer.Window(3, 1, 1), 6, false),
                        new BatchNorm(6),
                        new Relu(),
                        new Conv(6, 6, 1, 1, 0, false)),
                    identity()),
                new Relu(),
                new Layer.GlobalAveragePool(),
                new Layer.LayerNorm(6),
                new Linear(6, 3, true))),
        images("relu", new Relu()),
        images("relu in place", sequence(new BatchNorm(4), new Relu())),
        images("gelu", new Layer.Gelu()),
        images("max pool", new Layer.MaxPool(2)),
        images(
            "max pool of an odd size",
            sequence(new Layer.ReflectionPad(1, 0, 1, 0), new Layer.MaxPool(2))),
        images("larger max pool", new Layer.MaxPool(3)),
        images("mean over the image", new Layer.GlobalAveragePool()),
        images("largest of the image", new Layer.GlobalMaxPool()),
        images("flatten", sequence(new Layer.Flatten(), new Linear(4 * 8 * 8, 3, true))),
        Arguments.of(
            "flattening of one channel on both sides",
            sequence(
                new Conv(1, 1, 3, 1, 1, false),
                new Residual(
                    sequence(new Conv(1, 1, 3, 1, 1, false), new Relu(), new Layer.Flatten()),
                    sequence(new Layer.Flatten())),
                new Linear(8 * 8, 3, true)),
            new long[] {6, 1, 8, 8}),
        images("scale", new Layer.Scale(0.125)),
        images("reflection pad", new Layer.ReflectionPad(1, 2, 3, 0)),
        images("dropout", new Layer.Dropout(0.3)),
        images(
            "mean of views",
            new Layer.ViewMean(
                new Conv(4, 5, 3, 1, 1, false), Layer.ViewMean.Views.FLIP_AND_SHIFT)),
        images("residual", new Residual(block, identity())),
        images("residual of nothing", new Residual(identity(), identity())),
        images(
            "residual that ends in a relu", new Residual(sequence(block, new Relu()), identity())),
        images("residual with a shortcut of its own", shrinking),
        images(
            "a small network",
            sequence(
                new Conv(4, 4, 3, 1, 1, false),
                new Relu(),
                new Residual(block, identity()),
                new Relu(),
                shrinking,
                new Layer.MaxPool(2),
                new Layer.GlobalAveragePool(),
                new Linear(6, 3, true))),
        Arguments.of("linear", new Linear(5, 3, true), new long[] {6, 5}),
        Arguments.of("linear without a bias", new Linear(5, 3, false), new long[] {6, 5}));
  }

  static Stream<Arguments> layersWithBatchNorms() {
    return layers()
        .filter(
            arguments -> {
              ModuleBuilder builder = new ModuleBuilder();
              Module unused = builder.build("", (Layer) arguments.get()[1]);
              return !builder.averaging.isEmpty();
            });
  }

  private static Layer.Window window(int kernel, int stride, int padding, int dilation) {
    return new Layer.Window(
        new Layer.Size(kernel),
        new Layer.Size(stride),
        new Layer.Size(padding),
        new Layer.Size(dilation));
  }

  /** x + a·sin(w·x), with a weight a channel. */
  public record Warped(int channels, double factor) implements TensorLayer {
    @Override
    public Trace trace(Trace input) {
      input.requireChannels("Warped channels=" + channels, channels);
      return input;
    }

    @Override
    public List<Weight> weights() {
      return List.of(
          new Weight("weight", List.of((long) channels), Weight.Initial.NORMAL, 1, true));
    }

    @Override
    public Tensor forward(Tensor x, List<Tensor> weights, Pass pass) {
      Tensor scaled = x.mul(weights.get(0).view(1, channels, 1, 1));
      return scaled.sin().mul(new Scalar(factor)).add(x);
    }
  }

  /** Returns the memory that it is given. */
  public record Same() implements TensorLayer {
    @Override
    public Trace trace(Trace input) {
      return input;
    }

    @Override
    public Tensor forward(Tensor x, List<Tensor> weights, Pass pass) {
      return x.view_as(x);
    }
  }

  private static Arguments images(String name, Layer layer) {
    return Arguments.of(name, layer, new long[] {6, 4, 8, 8});
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layers")
  void equalAutograds(String name, Layer layer, long[] shape) {
    try (PointerScope scope = new PointerScope()) {
      Tensor x = input(shape);
      List<Tensor> expected = byAutograd(layer, x);
      assertClose(byTape(layer, x, ScalarType.Float), expected, 1e-4);
    }
  }

  /** A batch norm that exchanges sums is the plain one where the batch has one part. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("layersWithBatchNorms")
  void ofSynchronizedBatchNormsEqualAutograds(String name, Layer layer, long[] shape) {
    try (PointerScope scope = new PointerScope()) {
      Tensor x = input(shape);
      List<Tensor> expected = byAutograd(layer, x);
      assertClose(byTape(layer, x, ScalarType.Float, own -> own), expected, 1e-4);
    }
  }

  /** Images with short rows are laid side by side, for bf16: also numbers that do not divide. */
  @ParameterizedTest
  @MethodSource("shortRows")
  void ofShortRowsEqualAutograds(long images, long size) {
    try (PointerScope scope = new PointerScope()) {
      Layer layer = sequence(new Conv(4, 8, 3, 1, 1, false), new Conv(8, 4, 3, 1, 1, true));
      Tensor x = input(images, 4, size, size);
      assertNear(byTape(layer, x, ScalarType.BFloat16), byAutograd(layer, x), 0.02);
    }
  }

  /** Results computed on the bits of bfloat16 are close to those in float32. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("withBatchNorms")
  void inBfloat16AreCloseToThoseOfAutograd(String name, Layer layer) {
    try (PointerScope scope = new PointerScope()) {
      Tensor x = input(16, 4, 8, 8);
      List<Tensor> expected = byAutograd(layer, x);
      assertNear(byTape(layer, x, ScalarType.BFloat16), expected, 0.06);
      assertNear(byTape(layer, x, ScalarType.BFloat16, own -> own), expected, 0.06);
    }
  }

  static Stream<Arguments> withBatchNorms() {
    Layer normed = sequence(new BatchNorm(4), new Relu());
    return Stream.of(
        Arguments.of("max pool", new Layer.MaxPool(2)),
        Arguments.of("relu of a batch norm", normed),
        Arguments.of("relu of a sum", sequence(new Residual(normed, identity()), new Relu())),
        Arguments.of(
            "relu of a sum with a batch norm",
            sequence(new Residual(new BatchNorm(4), identity()), new Relu())));
  }

  @Test
  void reluOfABatchNormIsExactInBfloat16() {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor x = input(16, 4, 8, 8).to(ScalarType.BFloat16);
      Tensor expected = torch.relu(x.clone());
      Tensor actual = Modules.reluOfBatchNorm().forward(x, context(ScalarType.BFloat16, null));
      assertThat(torch.equal(actual, expected)).isTrue();
      assertThat(ModulesTest.values(expected.to(ScalarType.Float))).contains(0f);
    }
  }

  static Stream<Arguments> shortRows() {
    return Stream.of(
        Arguments.of(16, 3),
        Arguments.of(5, 3),
        Arguments.of(13, 7),
        Arguments.of(3, 8),
        Arguments.of(1, 4),
        Arguments.of(7, 1),
        Arguments.of(4, 10));
  }

  @Test
  void imagesSideBySideStandApart() {
    try (PointerScope scope = new PointerScope()) {
      Tensor images = torch.ones(3, 1, 1, 2);
      Tensor wide = Convolution.sideBySide(images, 2, 1);
      assertThat(ModulesTest.values(wide.contiguous()))
          .containsExactly(1, 1, 0, 1, 1, 0, 1, 1, 0, 0, 0, 0);
    }
  }

  @Test
  void theFirstTrainedLayerGivesNoInputGradient() {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor x = input(2, 4, 8, 8);
      ModuleBuilder builder = new ModuleBuilder();
      Module module = builder.build("", new Conv(4, 5, 3, 1, 1, false));
      place(builder);
      Tape tape = new Tape(false, null);
      Tensor y = module.forward(x, context(ScalarType.Float, tape));
      assertThat(tape.back(torch.ones_like(y))).isNull();
    }
  }

  private static Tensor input(long... shape) {
    torch.manual_seed(1);
    Tensor x = torch.randn(shape);
    return shape.length == 4 ? x.contiguous(MemoryFormat.ChannelsLast) : x;
  }

  private static ForwardContext context(ScalarType compute, @Nullable Tape tape) {
    return context(compute, tape, null);
  }

  private static ForwardContext context(
      ScalarType compute, @Nullable Tape tape, @Nullable PartSums together) {
    Generator generator = torch.createCPUGenerator();
    generator.set_current_seed(3);
    return new ForwardContext(true, compute, 0.1, new GeneratorOptional(generator), tape, together);
  }

  private static void place(ModuleBuilder builder) {
    torch.manual_seed(2);
    for (Parameter p : builder.parameters) {
      p.place(weight(p), torch.zeros(p.shape));
    }
    builder.statistics.forEach(s -> s.place(torch.ones(s.shape)));
  }

  private static Tensor weight(Parameter parameter) {
    Tensor weight = torch.randn(parameter.shape);
    return parameter.shape.length == 4 ? weight.contiguous(MemoryFormat.ChannelsLast) : weight;
  }

  private static Tensor outputGradient(Tensor y) {
    torch.manual_seed(4);
    return torch.randn_like(y);
  }

  /** Gradients of the input and then of every parameter. */
  private static List<Tensor> byTape(Layer layer, Tensor x, ScalarType compute) {
    return byTape(layer, x, compute, null);
  }

  private static List<Tensor> byTape(
      Layer layer, Tensor x, ScalarType compute, @Nullable PartSums together) {
    try (NoGradGuard noGrad = new NoGradGuard()) {
      ModuleBuilder builder = new ModuleBuilder();
      Module module = builder.build("", layer);
      place(builder);
      Tape tape = new Tape(true, null);
      Tensor y = module.forward(x.clone().to(compute), context(compute, tape, together));
      Tensor gradient = tape.back(outputGradient(y.to(ScalarType.Float)).to(compute));
      List<Tensor> gradients = new ArrayList<>(List.of(gradient));
      builder.parameters.forEach(p -> gradients.add(p.gradient()));
      return gradients;
    }
  }

  private static List<Tensor> byAutograd(Layer layer, Tensor x) {
    ModuleBuilder builder = new ModuleBuilder();
    Module module = builder.build("", layer);
    place(builder);
    builder.parameters.forEach(p -> p.tensor().set_requires_grad(true));
    Tensor leaf = x.clone().set_requires_grad(true);
    Tensor y = module.forward(leaf, context(ScalarType.Float, null));
    y.backward(
        outputGradient(y.detach()),
        new org.bytedeco.pytorch.BoolOptional(),
        false,
        new org.bytedeco.pytorch.TensorArrayRefOptional());
    List<Tensor> gradients = new ArrayList<>(List.of(leaf.grad()));
    builder.parameters.forEach(p -> gradients.add(p.tensor().grad()));
    return gradients;
  }

  /** By the length of the difference: where a sum is almost 0, rounding decides about a relu. */
  private static void assertNear(List<Tensor> actual, List<Tensor> expected, double tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.size(); i++) {
      Tensor difference = actual.get(i).to(ScalarType.Float).sub(expected.get(i).detach());
      double length = expected.get(i).norm().item_float();
      assertThat(length).isPositive();
      assertThat(difference.norm().item_float() / length)
          .as("gradient %d", i)
          .isLessThan(tolerance);
    }
  }

  private static void assertClose(List<Tensor> actual, List<Tensor> expected, double tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.size(); i++) {
      Tensor difference = actual.get(i).to(ScalarType.Float).sub(expected.get(i).detach());
      double largest = expected.get(i).abs().max().item_float();
      assertThat((double) difference.abs().max().item_float())
          .as("gradient %d, the largest of which is %f", i, largest)
          .isLessThanOrEqualTo(tolerance * Math.max(1, largest));
      assertThat(largest).isPositive();
    }
  }
}
