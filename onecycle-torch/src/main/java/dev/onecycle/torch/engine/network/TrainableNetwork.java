package dev.onecycle.torch.engine.network;

import dev.onecycle.data.batch.Batch;
import dev.onecycle.error.Require;
import dev.onecycle.fault.Faults;
import dev.onecycle.torch.engine.FlatBuffer;
import dev.onecycle.torch.engine.NativeErrors;
import dev.onecycle.torch.engine.Natives;
import dev.onecycle.torch.engine.Parameter;
import dev.onecycle.torch.engine.ParameterGroup;
import dev.onecycle.torch.engine.StepClock;
import dev.onecycle.torch.engine.TensorDevice;
import dev.onecycle.torch.engine.Workers;
import dev.onecycle.torch.engine.group.GlooGroup;
import dev.onecycle.torch.engine.module.LayerGroups;
import dev.onecycle.torch.engine.module.ModuleBuilder;
import dev.onecycle.torch.engine.optim.OptimizerKernel;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.settings.Precision;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A network in native memory, with one replica a thread: computes scores, losses and gradients, and
 * updates the weights that the replicas share.
 *
 * <p>A batch is cut into slices; each replica computes its share of them, and batch norms see slice
 * by slice, as in data-parallel training, unless they are synchronized ({@link BatchNormSums}). The
 * slices depend on the batch size, the number of threads and the accumulation alone, so that equal
 * settings give equal bits.
 *
 * <p>On a GPU there is one replica, and a step waits for the GPU once ({@link StepOutcome}).
 *
 * <p>Not safe for use by more than one thread at a time.
 */
public final class TrainableNetwork implements AutoCloseable {
  /** All of them lie in one buffer, which Java reads by a 32-bit number of bytes. */
  private static final long MAX_PARAMETERS = Integer.MAX_VALUE / Float.BYTES;

  private final LearnerSettings settings;
  private final TensorDevice device;
  private final Network network;
  private final List<ParameterGroup> groups;
  private final long parameterCount;

  /** The shared weights, in the order of their groups. */
  final Tensor values;

  private final Tensor fixed;
  private final List<Replica> replicas = new ArrayList<>();
  private final Workers workers;
  private final OptimizerKernel kernel;
  private final NetworkState state;
  private final boolean averages;
  private final List<Parameter> built;
  private @Nullable GlooGroup group;
  private @Nullable RankExchange exchange;
  private final @Nullable BatchNormSums together;
  private BooleanSupplier stop = () -> false;
  private boolean stopAgreed;

  /**
   * Builds the network with its initial weights.
   *
   * @param settings that leave nothing open: neither precision nor threads nor device
   */
  public TrainableNetwork(Network network, Normalization normalization, LearnerSettings settings) {
    this(network, normalization, settings, TensorDevice.of(settings.device()));
  }

  /** Builds the network with its arrays on a device, whatever the settings name. */
  TrainableNetwork(
      Network network, Normalization normalization, LearnerSettings settings, TensorDevice device) {
    this(network, normalization, settings, device, NumberTypes.of(settings.precision()));
  }

  /** Builds the network with its arrays on a device and in types, whatever the settings name. */
  TrainableNetwork(
      Network network,
      Normalization normalization,
      LearnerSettings settings,
      TensorDevice device,
      NumberTypes types) {
    if (settings.precision() == Precision.AUTO || settings.threads() < 1) {
      throw new IllegalArgumentException("precision and threads must be chosen: " + settings);
    }
    LayerGroups layerGroups = LayerGroups.of(network, settings);
    Natives.load();
    device.prepare();
    if (PointerScope.getInnerScope() != null) {
      throw new IllegalStateException("a network built inside a native scope would die with it");
    }
    this.settings = settings;
    this.device = device;
    this.network = network;
    ModuleBuilder builder = layerGroups.builder();
    builder.build("", network.layers());
    if (settings.syncBatchNorm() && (builder.statistics.isEmpty() || !builder.scripts.isEmpty())) {
      throw Require.invalid(
          "sync batchnorm",
          "false for " + network.name() + ", which has no batch norms of the library,",
          true,
          "leave it out");
    }
    averages = !builder.averaging.isEmpty();
    together =
        settings.syncBatchNorm() && averages
            ? new BatchNormSums(builder.averaging.stream().map(Layer.BatchNorm::features).toList())
            : null;
    built = List.copyOf(builder.parameters);
    groups = layerGroups.of(builder.parameters);
    List<Parameter> parameters = ParameterGroup.parameters(groups);
    parameterCount = FlatBuffer.count(parameters);
    Require.that(
        parameterCount <= MAX_PARAMETERS,
        "trained values of " + network.name(),
        "at most " + MAX_PARAMETERS,
        parameterCount,
        parameters);
    fixed = device.moved(FlatBuffer.initial(builder.fixed(), settings.seed(), types.weights()));
    values = device.moved(FlatBuffer.initial(parameters, settings.seed(), types.weights()));
    // Threads that draw from one sequence of random numbers would draw in another order each time.
    int count = builder.drawsFromEngine ? 1 : settings.threads();
    for (int i = 0; i < count; i++) {
      replicas.add(
          new Replica(
              network.layers(),
              layerGroups,
              values,
              fixed,
              normalization,
              network.input(),
              types,
              settings.accumulation(),
              device,
              settings.loss(),
              together == null ? null : together.of(i)));
    }
    workers = new Workers(count, settings.threads() / count);
    kernel = OptimizerKernel.of(settings, values, groups, workers);
    state = new NetworkState(builder, parameters, values, fixed, replicas, kernel, device);
  }

  /** The threads that compute. */
  public Workers workers() {
    return workers;
  }

  /** The number of trained values. */
  public long parameterCount() {
    return parameterCount;
  }

  /** Whether a batch norm of the library averages over training batches: one that is not fixed. */
  public boolean averages() {
    return averages;
  }

  /** The trained weights in groups that learn alike, in the order of the network's layers. */
  public List<ParameterGroup> groups() {
    return groups;
  }

  /** The work of one replica on its slices; the results of all replicas are added up. */
  @FunctionalInterface
  private interface Work {
    double of(Replica replica, List<Slice> slices);
  }

  private double onReplicas(BatchInput batch, List<List<Slice>> slices, Work work) {
    List<Callable<Double>> tasks = new ArrayList<>();
    for (int i = 0; i < slices.size(); i++) {
      Replica replica = replicas.get(i);
      List<Slice> mine = slices.get(i);
      tasks.add(
          () -> {
            try {
              return work.of(replica, mine);
            } catch (RuntimeException | Error e) {
              if (together != null) {
                together.fail(e);
              }
              throw e;
            }
          });
    }
    try {
      return workers.run(tasks).stream().mapToDouble(Double::doubleValue).sum();
    } finally {
      Reference.reachabilityFence(batch); // the engine reads its values by their address
    }
  }

  /**
   * Takes one optimizer step on a batch. Where the loss or the gradient is not finite, neither
   * weights nor running statistics change.
   *
   * @return the loss before the update, and the norm of the gradient; NaN where the loss was not
   *     finite
   */
  public StepOutcome step(Batch batch, double learningRate, double momentum) {
    BatchInput input = inputOf(batch);
    return NativeErrors.named(() -> step(input, learningRate, momentum));
  }

  private BatchInput inputOf(Batch batch) {
    String noun = network.input().noun();
    return BatchInput.of(
        batch, network, settings.loss(), index -> noun + " " + index + " of its data");
  }

  private StepOutcome step(BatchInput batch, double learningRate, double momentum) {
    kernel.set(learningRate, momentum);
    long before = kernel.updates();
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor statistics = state.statistics();
      try {
        return stepped(batch);
      } finally {
        if (kernel.updates() == before) {
          state.putBack(statistics);
        }
      }
    }
  }

  private StepOutcome stepped(BatchInput batch) {
    List<List<Slice>> slices = dealt(batch.size(), settings.accumulation());
    long step = kernel.updates();
    double total = totalWeight(batch);
    if (exchange != null) {
      exchange.begin(slices.size());
    }
    if (slices.isEmpty()) {
      replicas.get(0).zeroGradients(); // the other ranks have all images of this batch
    }
    Faults.at("rank.forward");
    beginTogether(slices, settings.accumulation(), true);
    onReplicas(
        batch,
        slices,
        (replica, mine) -> {
          replica.zeroGradients();
          for (int i = 0; i < mine.size(); i++) {
            Slice s = mine.get(i);
            replica.accumulate(
                batch,
                s,
                i,
                total,
                i == mine.size() - 1,
                settings.batchNormMomentum(),
                Replica.dropoutKey(settings.seed(), step, firstSlice() + s.number()));
          }
          return 0;
        });
    endTogether();
    return exchange == null ? ended(batch, slices) : endedOnRanks(exchange, batch, slices);
  }

  private void beginTogether(List<List<Slice>> slices, int rounds, boolean back) {
    if (together != null) {
      together.begin(slices, rounds, back);
    }
  }

  private void endTogether() {
    if (together != null) {
      together.end();
    }
  }

  private StepOutcome ended(BatchInput batch, List<List<Slice>> slices) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor gradients = replicas.get(0).gradients;
      for (Replica other : replicas.subList(1, slices.size())) {
        gradients.add_(other.gradients);
      }
      StepOutcome found =
          StepOutcome.read(slices, replicas, gradients.norm(), device, batch.size());
      return updated(found, () -> state.shareStatistics(slices.size()));
    }
  }

  /** As the other method, with the sums over all ranks: equal bits on each. */
  private StepOutcome endedOnRanks(RankExchange ranks, BatchInput batch, List<List<Slice>> slices) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      double lossSum = StepOutcome.lossSum(slices, replicas, device);
      Tensor statistics = state.sumOfStatistics(slices.size());
      RankExchange.Totals totals = ranks.end(lossSum, statistics, stop.getAsBoolean());
      stopAgreed |= totals.stop();
      Tensor norm = replicas.get(0).gradients.norm();
      StepOutcome found =
          new StepOutcome(
              totals.loss() / batch.whole(), FlatBuffer.doubles(device.read(norm)).get(0));
      return updated(found, () -> state.shareStatistics(statistics, totals.used()));
    }
  }

  private StepOutcome updated(StepOutcome found, Runnable shareStatistics) {
    double loss = Faults.number("train.loss", found.loss());
    double norm =
        Double.isFinite(loss) ? update(found.gradientNorm(), shareStatistics) : Double.NaN;
    return new StepOutcome(loss, norm);
  }

  /** The slices of each replica that computes some of a batch; none of an empty part. */
  private List<List<Slice>> dealt(int size, int accumulation) {
    return size == 0
        ? List.of()
        : Slice.deal(size, replicas.size() * accumulation, replicas.size());
  }

  /** The number of the first slice of this rank, so that each slice of a step has its own. */
  private int firstSlice() {
    return group == null ? 0 : group.rank() * replicas.size() * settings.accumulation();
  }

  /** The weight of the whole batch: the number of its images where no class has a weight. */
  private double totalWeight(BatchInput batch) {
    if (!replicas.get(0).weighsClasses()) {
      return batch.whole();
    }
    double own = replicas.get(0).totalWeight(batch);
    return group == null ? own : group.sum(own);
  }

  /** Applies the sum of the replicas' gradients if it is finite, and returns its norm. */
  private double update(double found, Runnable shareStatistics) {
    double norm = Faults.number("train.gradient", found);
    Faults.at("train.before-update");
    if (Double.isFinite(norm)) {
      Tensor gradients = replicas.get(0).gradients;
      double clip = settings.gradientClip();
      if (clip > 0 && norm > clip) {
        gradients.mul_(new Scalar(clip / norm));
      }
      kernel.update(values, gradients);
      shareStatistics.run();
    }
    return norm;
  }

  /**
   * The result of a network for a batch.
   *
   * @param lossSum sum of the images' losses, without label smoothing; NaN where nothing asked for
   *     it
   * @param scores [N, classes], row by row
   */
  public record Scored(double lossSum, float[] scores) {}

  /**
   * Loss and scores of a batch, as in evaluation: running statistics, no dropout.
   *
   * @param origins the origin of the image of an index, for errors
   */
  public Scored score(Batch batch, IntFunction<String> origins) {
    BatchInput input = BatchInput.of(batch, network, settings.loss(), origins);
    return NativeErrors.named(() -> score(input));
  }

  /** The scores of a batch, [N, classes], row by row; its labels are not read. */
  public float[] scoresAlone(Batch batch) {
    BatchInput input = BatchInput.unlabelled(batch, network);
    return NativeErrors.named(() -> score(input)).scores();
  }

  private Scored score(BatchInput batch) {
    float[] scores = new float[batch.size() * network.outputs()];
    double loss =
        onReplicas(
            batch,
            dealt(batch.size(), 1),
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
   * Updates the running statistics of the batch norms by a batch, with weight {@code momentum};
   * changes no weight.
   *
   * @param number of the batch among the observed ones; dropout draws from it
   */
  public void observe(Batch batch, long number, double momentum) {
    BatchInput input = BatchInput.unlabelled(batch, network);
    NativeErrors.named(() -> observe(input, number, momentum));
  }

  private void observe(BatchInput batch, long number, double momentum) {
    long step = kernel.updates();
    List<List<Slice>> slices = dealt(batch.size(), 1);
    int first = group == null ? 0 : group.rank() * replicas.size();
    beginTogether(slices, 1, false);
    onReplicas(
        batch,
        slices,
        (replica, mine) -> {
          for (Slice s : mine) {
            long key = Replica.observationKey(settings.seed(), step, number, first + s.number());
            replica.observe(batch, s.from(), s.to(), momentum, key);
          }
          return 0;
        });
    endTogether();
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      if (group == null) {
        state.shareStatistics(slices.size());
      } else {
        Tensor sum = state.sumOfStatistics(slices.size());
        long used = Math.round(group.sum((double) slices.size()));
        state.shareStatistics(sum == null ? null : summed(group, sum), used);
      }
    }
  }

  private Tensor summed(GlooGroup ranks, Tensor tensor) {
    Tensor host = device.read(tensor);
    ranks.sum(host).await();
    return host;
  }

  /**
   * Makes every step from now on the common step of several ranks, each with its part of the batch:
   * they get the weights of rank 0, and their gradients are summed.
   *
   * @param ranks outlives this network; closed by its owner
   * @param stopping asked in every step whether this rank is to stop, see {@link #stopAgreed}
   */
  public void join(GlooGroup ranks, BooleanSupplier stopping) {
    NativeErrors.named(
        () -> {
          group = ranks;
          stop = stopping;
          exchange =
              new RankExchange(
                  ranks,
                  replicas,
                  ParameterGroup.parameters(groups),
                  built,
                  device,
                  together
                      == null); // batch norms exchange on the way back, in an order of their own
          if (together != null) {
            together.join(ranks);
          }
          shareState();
        });
  }

  /** Gives every rank the weights, statistics and optimizer state of rank 0. */
  public void shareState() {
    if (group != null) {
      state.broadcast(group);
    }
  }

  /** A number that is equal on two ranks where all their arrays are, bit for bit. */
  public long checksum() {
    return state.checksum();
  }

  /** Whether a rank was to stop in a step; true on all ranks after the same step. */
  public boolean stopAgreed() {
    return stopAgreed;
  }

  /**
   * The seconds that the replicas spend on each kind of layer, forward and back, summed over
   * replicas. On a GPU it is the time to queue the work.
   *
   * @param steps the work to time
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

  /** The rate that the optimizer holds, from its last update. */
  public double learningRate() {
    return kernel.learningRate();
  }

  /** The momentum that the optimizer holds, from its last update. */
  public double momentum() {
    return kernel.momentum();
  }

  /** Everything that it computes with and that training changes, in place. */
  public NetworkState state() {
    return state;
  }

  @Override
  public void close() {
    workers.close();
    kernel.close();
    replicas.forEach(Replica::close);
    values.close();
    fixed.close();
  }
}
