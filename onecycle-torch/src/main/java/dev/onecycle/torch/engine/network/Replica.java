package dev.onecycle.torch.engine.network;

import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.random.RandomStream;
import dev.onecycle.torch.engine.FlatBuffer;
import dev.onecycle.torch.engine.Parameter;
import dev.onecycle.torch.engine.ParameterGroup;
import dev.onecycle.torch.engine.StepClock;
import dev.onecycle.torch.engine.TensorDevice;
import dev.onecycle.torch.engine.module.ForwardContext;
import dev.onecycle.torch.engine.module.LayerGroups;
import dev.onecycle.torch.engine.module.Module;
import dev.onecycle.torch.engine.module.ModuleBuilder;
import dev.onecycle.torch.engine.module.PartSums;
import dev.onecycle.torch.engine.module.ScriptModule;
import dev.onecycle.torch.engine.module.Tape;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.settings.Loss;
import dev.onecycle.torch.settings.Normalization;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * The network of one thread. Replicas share their weights; each has its own gradients, running
 * statistics and random numbers.
 *
 * <p>Every slice of a batch is computed in a scope of its own, so that its tensors are freed at its
 * end.
 */
final class Replica implements AutoCloseable {
  /** The gradient of every parameter, in the order and the type of the shared weights. */
  final Tensor gradients;

  /** The mean loss of each slice of a step, in the order of slices, in the type of the weights. */
  final Tensor losses;

  /** Running means and variances, in the type of the weights. */
  final Tensor statistics;

  private final Module module;
  private final List<ScriptModule> scripts;
  private final boolean drops;
  private final NumberTypes types;
  private final TensorDevice device;
  private final SampleTensors samples;
  private final Loss loss;
  private final List<Double> classWeights;
  private final @Nullable Tensor classWeightTensor;
  private final Generator generator;
  private final GeneratorOptional dropout;
  private final List<Tensor> views = new ArrayList<>();
  private final List<Parameter> parameters;
  private final @Nullable PartSums together;
  private @Nullable StepClock clock;
  private boolean last;

  /**
   * Builds a replica; must not run inside a scope, which would take its tensors with it.
   *
   * @param groups that tell which weights are trained, and their order
   * @param values the shared weights, in the order of their groups
   * @param fixed shared arrays that never change
   * @param slices the largest number that it gets in a step
   * @param device of the weights, which computes
   * @param loss of a step and of an evaluation
   * @param together sums over all replicas for batch norms; null where each sees its own slices
   */
  Replica(
      Layer layers,
      LayerGroups groups,
      Tensor values,
      Tensor fixed,
      Normalization normalization,
      SampleLayout input,
      NumberTypes types,
      int slices,
      TensorDevice device,
      Loss loss,
      @Nullable PartSums together) {
    this.together = together;
    this.types = types;
    this.loss = loss;
    this.classWeights = loss instanceof Loss.CrossEntropy own ? own.classWeights() : List.of();
    this.device = device;
    ModuleBuilder builder = groups.builder();
    module = builder.build("", layers);
    drops = builder.drops;
    scripts = builder.scripts;
    parameters = ParameterGroup.parameters(groups.of(builder.parameters));
    gradients = torch.zeros_like(values);
    losses = values.new_zeros(new long[] {slices});
    statistics = device.moved(FlatBuffer.initial(builder.statistics, 0, types.weights()));
    samples = new SampleTensors(input, normalization, device);
    classWeightTensor =
        classWeights.isEmpty() ? null : device.moved(vector(classWeights, types.weights()));
    generator = device.generator();
    dropout = new GeneratorOptional(generator);
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      List<Tensor> weightViews = FlatBuffer.views(values, parameters);
      List<Tensor> gradientViews = FlatBuffer.views(gradients, parameters);
      for (int i = 0; i < parameters.size(); i++) {
        parameters.get(i).place(keep(weightViews.get(i)), keep(gradientViews.get(i)));
      }
      place(builder.statistics, statistics);
      place(builder.fixed(), fixed);
    }
    try (NoGradGuard noGrad = new NoGradGuard()) {
      scripts.forEach(ScriptModule::bind);
    }
  }

  private void place(List<Parameter> arrays, Tensor flat) {
    List<Tensor> views = FlatBuffer.views(flat, arrays);
    for (int i = 0; i < views.size(); i++) {
      arrays.get(i).place(keep(views.get(i)));
    }
  }

  /** Its parameters in the order of {@link #gradients}. */
  List<Parameter> parameters() {
    return parameters;
  }

  /** Whether the slice that it computes is its last one in this step. */
  boolean isLast() {
    return last;
  }

  /** Times the work from now on; null to stop. */
  void clock(@Nullable StepClock newClock) {
    clock = newClock;
  }

  private Tensor keep(Tensor view) {
    view.retainReference();
    views.add(view);
    return view;
  }

  private static Tensor vector(List<Double> values, ScalarType type) {
    try (Tensor doubles =
        torch.zeros(new long[] {values.size()}, new TensorOptions(ScalarType.Double))) {
      doubles.data_ptr_double().put(values.stream().mapToDouble(Double::doubleValue).toArray());
      return doubles.to(type);
    }
  }

  void zeroGradients() {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      gradients.zero_();
    }
  }

  /**
   * Adds the gradients of the images [from, to), weighted by their share of the batch, and writes
   * their mean loss to {@link #losses}, without waiting for either.
   *
   * @param place of the loss in {@link #losses}
   * @param total weight of the whole batch, see {@link #totalWeight}
   * @param isLast whether its gradients of this step are whole afterwards
   * @param dropoutKey seed of the dropout
   */
  void accumulate(
      BatchInput batch,
      Slice slice,
      int place,
      double total,
      boolean isLast,
      double batchNormMomentum,
      long dropoutKey) {
    int from = slice.from();
    int to = slice.to();
    last = isLast;
    seedDropout(dropoutKey);
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tape tape = new Tape(false, clock);
      ForwardContext context =
          new ForwardContext(true, types.compute(), batchNormMomentum, dropout, tape, together);
      Tensor scores = scores(batch, from, to, context);
      tape.back(gradient(batch, from, to, place, total, scores).to(types.compute()));
    }
  }

  /** Writes the loss of the samples [from, to), and gives its gradient by their scores. */
  private Tensor gradient(
      BatchInput batch, int from, int to, int place, double total, Tensor scores) {
    if (loss instanceof Loss.CrossEntropy crossEntropy) {
      return gradient(batch, from, to, place, total, scores, crossEntropy.smoothing());
    }
    TargetLoss found = TargetLoss.of(loss, scores, targets(batch, from, to));
    losses.narrow(0, place, 1).copy_(found.each().mean());
    return found.gradient().mul(new Scalar(1.0 / batch.whole()));
  }

  private Tensor gradient(
      BatchInput batch,
      int from,
      int to,
      int place,
      double total,
      Tensor scores,
      double labelSmoothing) {
    Tensor labels = labels(batch.labels(), from, to);
    Tensor loss;
    Tensor gradient;
    if (batch.mixes()) {
      Tensor mixed = labels(batch.mixed(), from, to);
      Tensor shares = shares(batch, from, to);
      loss =
          mixed(
                  CrossEntropy.each(scores, labels, classWeightTensor, labelSmoothing),
                  CrossEntropy.each(scores, mixed, classWeightTensor, labelSmoothing),
                  shares)
              .sum()
              .mul(new Scalar(batch.whole() / (total * (to - from))));
      gradient =
          mixed(
              gradient(scores, labels, labelSmoothing, total),
              gradient(scores, mixed, labelSmoothing, total),
              shares.unsqueeze(1));
    } else if (classWeightTensor == null) {
      loss = CrossEntropy.mean(scores, labels, labelSmoothing);
      gradient = CrossEntropy.gradient(scores, labels, labelSmoothing, batch.whole());
    } else {
      // The mean over the slice of the images' parts of the batch's mean.
      double part = batch.whole() / (total * (to - from));
      loss =
          CrossEntropy.weightedSum(scores, labels, classWeightTensor, labelSmoothing)
              .mul(new Scalar(part));
      gradient =
          CrossEntropy.weightedGradient(scores, labels, classWeightTensor, labelSmoothing, total);
    }
    losses.narrow(0, place, 1).copy_(loss);
    return gradient;
  }

  private Tensor gradient(Tensor scores, Tensor labels, double smoothing, double total) {
    return classWeightTensor == null
        ? CrossEntropy.gradient(scores, labels, smoothing, (int) total)
        : CrossEntropy.weightedGradient(scores, labels, classWeightTensor, smoothing, total);
  }

  /** What belongs to the labels, by their shares, and to the labels mixed into them by the rest. */
  private static Tensor mixed(Tensor own, Tensor other, Tensor shares) {
    return own.sub_(other).mul_(shares).add_(other);
  }

  private Tensor shares(BatchInput batch, int from, int to) {
    return numbers(Arrays.copyOfRange(batch.shares(), from, to), to - from);
  }

  /** The targets of the samples [from, to), [to − from, outputs]. */
  private Tensor targets(BatchInput batch, int from, int to) {
    int outputs = batch.targets().length / batch.size();
    float[] targets = Arrays.copyOfRange(batch.targets(), from * outputs, to * outputs);
    return numbers(targets, to - from, outputs);
  }

  private Tensor numbers(float[] values, long... shape) {
    return device
        .sent(torch.from_blob(new FloatPointer(values), shape, new TensorOptions(ScalarType.Float)))
        .to(types.weights());
  }

  /**
   * Scores the images [from, to) as in evaluation: running statistics, no dropout.
   *
   * @param target [N, classes] of the whole batch, of which rows [from, to) are filled
   * @return the sum of the images' losses, without label smoothing; NaN where they have no labels
   */
  double score(BatchInput batch, int from, int to, float[] target) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor scores = scores(batch, from, to, ForwardContext.evaluation(types.compute()));
      double mean = batch.hasTargets() ? meanLoss(batch, from, to, scores) : Double.NaN;
      int classes = Math.toIntExact(scores.size(1));
      FlatBuffer.elements(device.read(scores.to(ScalarType.Float).contiguous()))
          .get(target, from * classes, (to - from) * classes);
      return mean * (to - from);
    }
  }

  private double meanLoss(BatchInput batch, int from, int to, Tensor scores) {
    return loss instanceof Loss.CrossEntropy
        ? CrossEntropy.mean(scores, labels(batch.labels(), from, to), 0).item_double()
        : TargetLoss.each(loss, scores, targets(batch, from, to)).mean().item_double();
  }

  /** Updates the running statistics by the images [from, to), with weight {@code momentum}. */
  void observe(BatchInput batch, int from, int to, double momentum, long dropoutKey) {
    seedDropout(dropoutKey);
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      scores(
          batch,
          from,
          to,
          new ForwardContext(true, types.compute(), momentum, dropout, null, together));
    }
  }

  private void seedDropout(long key) {
    if (drops) {
      generator.set_current_seed(key);
    }
  }

  private Tensor scores(BatchInput batch, int from, int to, ForwardContext context) {
    Tensor input = samples.of(batch.values(), from, to, types.compute());
    return module.forward(input, context).to(types.weights());
  }

  private Tensor labels(long[] all, int from, int to) {
    long[] labels = Arrays.copyOfRange(all, from, to);
    return device.sent(
        torch.from_blob(
            new LongPointer(labels),
            new long[] {labels.length},
            new TensorOptions(ScalarType.Long)));
  }

  /** Whether classes have weights in its loss. */
  boolean weighsClasses() {
    return !classWeights.isEmpty();
  }

  /** The sum of the weights of a batch's images. */
  double totalWeight(BatchInput batch) {
    double total = 0;
    for (int i = 0; i < batch.size(); i++) {
      double own = classWeights.get((int) batch.labels()[i]);
      double share = batch.mixes() ? batch.shares()[i] : 1;
      total += own;
      if (share < 1) {
        total += (1 - share) * (classWeights.get((int) batch.mixed()[i]) - own);
      }
    }
    return total;
  }

  /** A dropout key for a slice of a step. */
  static long dropoutKey(long seed, long step, int slice) {
    return RandomStream.key(seed, "dropout", step, slice);
  }

  /** A dropout key for a slice of a batch that is observed after so many steps. */
  static long observationKey(long seed, long step, long number, int slice) {
    return RandomStream.key(seed, "observe", step, number, slice);
  }

  @Override
  public void close() {
    scripts.forEach(ScriptModule::close);
    views.forEach(Tensor::close);
    gradients.close();
    losses.close();
    statistics.close();
    samples.close();
    if (classWeightTensor != null) {
      classWeightTensor.close();
    }
    dropout.close();
    generator.close();
  }
}
