package dev.onecycle.torch.internal;

import dev.onecycle.data.Batch;
import dev.onecycle.data.ImageShape;
import dev.onecycle.random.RandomStream;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.train.LearnerSettings;
import dev.onecycle.torch.train.Normalization;
import dev.onecycle.torch.train.StepResult;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A network in native memory: computes scores, losses and gradients, and updates its weights.
 *
 * <p>Not safe for use by more than one thread at a time. Every step and every evaluation batch runs
 * in a scope of its own, so that its tensors are freed at its end.
 */
public final class TrainableNetwork implements AutoCloseable {
  private static final long NO_IGNORED_LABEL = -100;
  private static final long MEAN_REDUCTION = 1;

  private final LearnerSettings settings;
  private final Network network;
  private final ScalarType compute;
  private final Module module;
  private final Weights weights;
  private final List<Statistics> statistics;
  private final Updater updater;
  private final Tensor mean;
  private final Tensor inverseDeviation;
  private final Generator generator;
  private final GeneratorOptional dropout;
  private final boolean drops;

  public TrainableNetwork(
      Network network, Normalization normalization, LearnerSettings settings, boolean bfloat16) {
    Natives.load();
    if (PointerScope.getInnerScope() != null) {
      throw new IllegalStateException("a network built inside a native scope would die with it");
    }
    this.settings = settings;
    this.network = network;
    compute = bfloat16 ? ScalarType.BFloat16 : ScalarType.Float;
    if (settings.threads() > 0) {
      torch.set_num_threads(settings.threads());
    }
    Blueprint blueprint = new Blueprint();
    module = blueprint.build("", network.layers());
    weights = new Weights(blueprint.parameters, settings.seed());
    statistics = List.copyOf(blueprint.statistics);
    updater = Updater.of(settings, weights.count());
    int channels = network.input().channels();
    mean = perChannel(channels, c -> 255 * normalization.mean(c));
    inverseDeviation = perChannel(channels, c -> 1 / (255 * normalization.deviation(c)));
    generator = torch.createCPUGenerator();
    dropout = new GeneratorOptional(generator);
    drops = blueprint.drops;
  }

  private static Tensor perChannel(int channels, IntToDoubleFunction value) {
    Tensor tensor = torch.zeros(1, channels, 1, 1);
    FloatBuffer elements = Weights.elements(tensor);
    for (int c = 0; c < channels; c++) {
      elements.put(c, (float) value.applyAsDouble(c));
    }
    return tensor;
  }

  /** Threads that the engine computes with. */
  public static int threads() {
    return torch.get_num_threads();
  }

  /** The number of trained values. */
  public long parameterCount() {
    return weights.count();
  }

  /**
   * Takes one optimizer step on a batch; where loss or gradient is not finite, changes no weight.
   */
  public StepResult step(Batch batch, double learningRate, double momentum) {
    updater.set(learningRate, momentum);
    if (drops) {
      generator.set_current_seed(RandomStream.key(settings.seed(), "dropout", updater.updates()));
    }
    zeroGradients();
    int parts = Math.min(settings.accumulation(), batch.size());
    double loss = 0;
    for (int part = 0; part < parts; part++) {
      int from = (int) ((long) batch.size() * part / parts);
      int to = (int) ((long) batch.size() * (part + 1) / parts);
      loss += accumulate(batch, from, to) * (to - from) / batch.size();
    }
    if (!Double.isFinite(loss)) {
      return new StepResult(loss, Double.NaN, updater.learningRate(), updater.momentum());
    }
    double norm = update();
    return new StepResult(loss, norm, updater.learningRate(), updater.momentum());
  }

  private void zeroGradients() {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      weights.gradients.zero_();
    }
  }

  /** Adds to the gradients those of images [from, to), weighted by their share of the batch. */
  private double accumulate(Batch batch, int from, int to) {
    try (PointerScope scope = new PointerScope()) {
      Tensor images = images(batch, from, to);
      Tensor scores = scores(images, true);
      Tensor loss = loss(scores, labels(batch, from, to), settings.labelSmoothing());
      double value = loss.item_float();
      if (Double.isFinite(value)) {
        boolean whole = to - from == batch.size();
        (whole ? loss : loss.mul(new Scalar((double) (to - from) / batch.size()))).backward();
      }
      return value;
    }
  }

  /** Clips and applies the gradients if they are finite; answers their norm before clipping. */
  private double update() {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      double norm = weights.gradients.norm().item_float();
      if (Double.isFinite(norm)) {
        if (settings.gradientClip() > 0 && norm > settings.gradientClip()) {
          weights.gradients.mul_(new Scalar(settings.gradientClip() / norm));
        }
        updater.update(weights);
      }
      return norm;
    }
  }

  /**
   * What the network makes of a batch.
   *
   * @param lossSum sum of the images' losses, without label smoothing
   * @param scores [N, classes], row by row
   */
  public record Scored(double lossSum, float[] scores) {}

  /** Loss and scores of a batch, as in evaluation: running statistics, no dropout. */
  public Scored score(Batch batch) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor scores = scores(images(batch, 0, batch.size()), false);
      double loss = loss(scores, labels(batch, 0, batch.size()), 0).item_float();
      float[] values = new float[Math.toIntExact(scores.numel())];
      Weights.elements(scores.contiguous()).get(values);
      return new Scored(loss * batch.size(), values);
    }
  }

  /** Lets the batch norms see a batch, each weighing it by {@code momentum}; changes no weight. */
  public void observe(Batch batch, double momentum) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      generator.set_current_seed(RandomStream.key(settings.seed(), "observe"));
      Pass pass = new Pass(true, compute, momentum, dropout);
      module.forward(images(batch, 0, batch.size()).to(compute), pass);
    }
  }

  private Tensor scores(Tensor images, boolean training) {
    Pass pass = new Pass(training, compute, settings.batchNormMomentum(), dropout);
    return module.forward(images.to(compute), pass).to(ScalarType.Float);
  }

  private static Tensor loss(Tensor scores, Tensor labels, double smoothing) {
    return torch.cross_entropy_loss(
        scores, labels, new TensorOptional(), MEAN_REDUCTION, NO_IGNORED_LABEL, smoothing);
  }

  /** Normalised float images [to − from, C, H, W], channels last. */
  private Tensor images(Batch batch, int from, int to) {
    ImageShape shape = batch.shape();
    if (shape.channels() != network.input().channels()) {
      throw new IllegalArgumentException(
          "batch must have the network's channels " + network.input() + " but was " + shape);
    }
    long[] size = {to - from, shape.channels(), shape.height(), shape.width()};
    BytePointer pixels = new BytePointer(batch.pixels()).getPointer((long) from * shape.bytes());
    Tensor bytes =
        torch.from_blob(
            pixels, size, TensorLayout.strides(size), new TensorOptions(ScalarType.Byte));
    return bytes.to(ScalarType.Float).sub_(mean).mul_(inverseDeviation);
  }

  private static Tensor labels(Batch batch, int from, int to) {
    long[] labels = new long[to - from];
    for (int i = from; i < to; i++) {
      labels[i - from] = batch.label(i);
    }
    return torch.from_blob(
        new LongPointer(labels), new long[] {labels.length}, new TensorOptions(ScalarType.Long));
  }

  /** The rate that the optimizer holds: that of its last update. */
  public double learningRate() {
    return updater.learningRate();
  }

  /** The momentum that the optimizer holds: that of its last update. */
  public double momentum() {
    return updater.momentum();
  }

  /** A copy of everything that training changes; close it when done. */
  public Snapshot snapshot() {
    try (NoGradGuard noGrad = new NoGradGuard()) {
      List<Tensor> copies = new ArrayList<>();
      for (Tensor tensor : changing()) {
        copies.add(tensor.clone());
      }
      return new Snapshot(copies, updater.updates(), generator.get_state());
    }
  }

  /** Goes back to a snapshot, bit for bit. */
  public void restore(Snapshot snapshot) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      List<Tensor> changing = changing();
      for (int i = 0; i < changing.size(); i++) {
        changing.get(i).copy_(snapshot.copies.get(i));
      }
      updater.updates(snapshot.updates);
      generator.set_state(snapshot.generatorState);
    }
  }

  private List<Tensor> changing() {
    List<Tensor> tensors = new ArrayList<>();
    tensors.add(weights.values);
    tensors.add(weights.gradients);
    tensors.addAll(updater.state());
    for (Statistics s : statistics) {
      tensors.add(s.mean);
      tensors.add(s.variance);
    }
    return tensors;
  }

  /** Every named array that the network needs to compute: parameters and running statistics. */
  public List<NamedArray> arrays() {
    List<NamedArray> arrays = new ArrayList<>();
    FloatBuffer values = Weights.elements(weights.values);
    int offset = 0;
    for (Parameter parameter : weights.parameters) {
      int[] places = TensorLayout.places(parameter.shape, parameter.strides());
      arrays.add(new NamedArray(parameter.name, parameter.shape, values, offset, places));
      offset += places.length;
    }
    for (Statistics s : statistics) {
      arrays.add(NamedArray.flat(s.name + ".running_mean", Weights.elements(s.mean)));
      arrays.add(NamedArray.flat(s.name + ".running_var", Weights.elements(s.variance)));
    }
    return arrays;
  }

  @Override
  public void close() {
    statistics.forEach(Statistics::close);
    updater.close();
    weights.close();
    mean.close();
    inverseDeviation.close();
    dropout.close();
    generator.close();
  }

  /** What training changes, as it was. */
  public static final class Snapshot implements AutoCloseable {
    private final List<Tensor> copies;
    private final long updates;
    private final Tensor generatorState;

    private Snapshot(List<Tensor> copies, long updates, Tensor generatorState) {
      this.copies = copies;
      this.updates = updates;
      this.generatorState = generatorState;
    }

    @Override
    public void close() {
      copies.forEach(Tensor::close);
      generatorState.close();
    }
  }
}
