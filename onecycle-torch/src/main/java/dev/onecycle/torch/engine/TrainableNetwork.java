package dev.onecycle.torch.engine;

import dev.onecycle.data.batch.Batch;
import dev.onecycle.fault.Faults;
import dev.onecycle.torch.engine.module.ModuleBuilder;
import dev.onecycle.torch.engine.optim.OptimizerKernel;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.train.StepResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A network in native memory, with one replica a thread: computes scores, losses and gradients, and
 * updates the weights that the replicas share.
 *
 * <p>A batch is cut into slices; each replica computes its share of them, and batch norms see slice
 * by slice, as in data-parallel training. The slices depend on the batch size, the number of
 * threads and the accumulation alone, so that equal settings give equal bits.
 *
 * <p>On a GPU there is one replica, and a step waits for the GPU once ({@link StepOutcome}).
 *
 * <p>Not safe for use by more than one thread at a time.
 */
public final class TrainableNetwork implements AutoCloseable {
  private final LearnerSettings settings;
  private final TensorDevice placement;
  private final Network network;
  private final long parameterCount;
  private final Tensor values;
  private final Tensor fixed;
  private final List<Replica> replicas = new ArrayList<>();
  private final Workers workers;
  private final OptimizerKernel updater;
  private final NetworkState state;

  public TrainableNetwork(
      Network network,
      Normalization normalization,
      LearnerSettings settings,
      boolean bfloat16,
      int threads) {
    this(
        network,
        normalization,
        settings,
        bfloat16,
        threads,
        TensorDevice.of(settings.resolvedDevice()));
  }

  TrainableNetwork(
      Network network,
      Normalization normalization,
      LearnerSettings settings,
      boolean bfloat16,
      int threads,
      TensorDevice placement) {
    Natives.load();
    placement.prepare();
    if (PointerScope.getInnerScope() != null) {
      throw new IllegalStateException("a network built inside a native scope would die with it");
    }
    this.settings = settings;
    this.placement = placement;
    this.network = network;
    ModuleBuilder blueprint = new ModuleBuilder();
    blueprint.build("", network.layers());
    List<Parameter> parameters = Replica.ordered(blueprint.parameters);
    parameterCount = FlatBuffer.count(parameters);
    fixed = placement.moved(FlatBuffer.initial(blueprint.constants, 0));
    values = placement.moved(FlatBuffer.initial(parameters, settings.seed()));
    ScalarType compute = bfloat16 ? ScalarType.BFloat16 : ScalarType.Float;
    for (int i = 0; i < threads; i++) {
      replicas.add(
          new Replica(
              network.layers(),
              values,
              fixed,
              normalization,
              network.input(),
              compute,
              settings.accumulation(),
              placement));
    }
    workers = new Workers(threads);
    updater = OptimizerKernel.of(settings, values, parameters, workers);
    state = new NetworkState(blueprint, parameters, values, fixed, replicas, updater, placement);
  }

  /** The number of trained values. */
  public long parameterCount() {
    return parameterCount;
  }

  /** What a replica does with its slices; answers a sum to which all replicas' are added. */
  @FunctionalInterface
  private interface Work {
    double of(Replica replica, List<Slice> slices);
  }

  private double onReplicas(List<List<Slice>> slices, Work work) {
    List<Callable<Double>> tasks = new ArrayList<>();
    for (int i = 0; i < slices.size(); i++) {
      Replica replica = replicas.get(i);
      List<Slice> mine = slices.get(i);
      tasks.add(() -> work.of(replica, mine));
    }
    return workers.run(tasks).stream().mapToDouble(Double::doubleValue).sum();
  }

  /**
   * Takes one optimizer step on a batch; where loss or gradient is not finite, changes neither
   * weights nor running statistics.
   */
  public StepResult step(Batch batch, double learningRate, double momentum) {
    requireFits(batch);
    updater.set(learningRate, momentum);
    long before = updater.updates();
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor statistics = state.statistics();
      try {
        return stepped(batch);
      } finally {
        if (updater.updates() == before) {
          state.putBack(statistics);
        }
      }
    }
  }

  private StepResult stepped(Batch batch) {
    List<List<Slice>> slices =
        Slice.deal(batch.size(), replicas.size() * settings.accumulation(), replicas.size());
    long step = updater.updates();
    onReplicas(
        slices,
        (replica, mine) -> {
          replica.zeroGradients();
          for (int i = 0; i < mine.size(); i++) {
            Slice s = mine.get(i);
            replica.accumulate(
                batch,
                s.from(),
                s.to(),
                i,
                settings.labelSmoothing(),
                settings.batchNormMomentum(),
                Replica.dropoutKey(settings.seed(), step, s.number()));
          }
          return 0;
        });
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor gradients = replicas.get(0).gradients;
      for (Replica other : replicas.subList(1, slices.size())) {
        gradients.add_(other.gradients);
      }
      StepOutcome outcome = StepOutcome.read(slices, replicas, gradients.norm(), placement);
      double loss = Faults.number("train.loss", outcome.lossSum() / batch.size());
      double norm = Double.isFinite(loss) ? update(outcome.norm(), slices.size()) : Double.NaN;
      return new StepResult(loss, norm, updater.learningRate(), updater.momentum());
    }
  }

  /** Applies the sum of the replicas' gradients if it is finite; answers its norm. */
  private double update(double found, int used) {
    double norm = Faults.number("train.gradient", found);
    Faults.at("train.before-update");
    if (Double.isFinite(norm)) {
      Tensor gradients = replicas.get(0).gradients;
      double clip = settings.gradientClip();
      if (clip > 0 && norm > clip) {
        gradients.mul_(new Scalar(clip / norm));
      }
      updater.update(values, gradients);
      state.shareStatistics(used);
    }
    return norm;
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
    requireFits(batch);
    float[] scores = new float[batch.size() * network.classes()];
    double loss =
        onReplicas(
            Slice.deal(batch.size(), replicas.size(), replicas.size()),
            (replica, mine) -> {
              double sum = 0;
              for (Slice s : mine) {
                sum += replica.score(batch, s.from(), s.to(), scores);
              }
              return sum;
            });
    return new Scored(loss, scores);
  }

  /**
   * Lets the batch norms see a batch, weighing it by {@code momentum}; changes no weight.
   *
   * @param number of the batch among those that are observed, from which dropout draws
   */
  public void observe(Batch batch, long number, double momentum) {
    requireFits(batch);
    long step = updater.updates();
    List<List<Slice>> slices = Slice.deal(batch.size(), replicas.size(), replicas.size());
    onReplicas(
        slices,
        (replica, mine) -> {
          for (Slice s : mine) {
            long key = Replica.observationKey(settings.seed(), step, number, s.number());
            replica.observe(batch, s.from(), s.to(), momentum, key);
          }
          return 0;
        });
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      state.shareStatistics(slices.size());
    }
  }

  /**
   * Seconds that the replicas spend on each kind of layer, forward and back, summed over replicas;
   * on a GPU, on asking for it.
   *
   * @param steps what to take the time of
   */
  public Map<String, Double> profile(Runnable steps) {
    List<StepClock> clocks = replicas.stream().map(replica -> new StepClock()).toList();
    for (int i = 0; i < clocks.size(); i++) {
      replicas.get(i).clock(clocks.get(i));
    }
    try {
      steps.run();
    } finally {
      replicas.forEach(replica -> replica.clock(null));
    }
    Map<String, Double> seconds = new TreeMap<>();
    for (StepClock clock : clocks) {
      clock.nanos().forEach((kind, nanos) -> seconds.merge(kind, nanos / 1e9, Double::sum));
    }
    return seconds;
  }

  private void requireFits(Batch batch) {
    if (!batch.shape().equals(network.input())) {
      throw new IllegalArgumentException(
          "batch must have images of "
              + network.input()
              + " as the network has but was "
              + batch.shape());
    }
  }

  /** The rate that the optimizer holds: that of its last update. */
  public double learningRate() {
    return updater.learningRate();
  }

  /** The momentum that the optimizer holds: that of its last update. */
  public double momentum() {
    return updater.momentum();
  }

  /** Everything that it computes with and that training changes. */
  public NetworkState state() {
    return state;
  }

  @Override
  public void close() {
    workers.close();
    updater.close();
    replicas.forEach(Replica::close);
    values.close();
    fixed.close();
  }
}
