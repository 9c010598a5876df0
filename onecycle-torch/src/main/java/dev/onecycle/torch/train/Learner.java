package dev.onecycle.torch.train;

import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.sample.Dataset;
import dev.onecycle.data.sample.Targets;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.RankException;
import dev.onecycle.error.Require;
import dev.onecycle.record.Measure;
import dev.onecycle.run.Classification;
import dev.onecycle.run.ClassificationCounter;
import dev.onecycle.torch.distributed.ProcessGroup;
import dev.onecycle.torch.engine.NamedArray;
import dev.onecycle.torch.engine.NativeErrors;
import dev.onecycle.torch.engine.WhiteningFilters;
import dev.onecycle.torch.engine.group.GlooGroup;
import dev.onecycle.torch.engine.network.NetworkState;
import dev.onecycle.torch.engine.network.StepOutcome;
import dev.onecycle.torch.engine.network.TrainableNetwork;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.model.NetworkWeights;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.nn.Script;
import dev.onecycle.torch.settings.Device;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.settings.Precision;
import dev.onecycle.torch.weights.NamedTensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * A network with its optimizer, ready to take steps: for the training loop, the range test and
 * users' own loops.
 *
 * <p>Holds native memory until closed; one that is dropped without being closed is warned of in the
 * log. Computes on threads of its own, but must be called by one thread at a time: a call from a
 * second thread, and a call after {@link #close}, is an {@link IllegalStateException}. The learning
 * rate and the momentum of a step are its arguments; a step leaves neither to the next one.
 */
public final class Learner implements AutoCloseable {
  /** Its product with any weight decay and bias rate is a number of the engine, a float. */
  private static final double MAX_RATE = 1e30;

  private final Network network;
  private final Targets targets;
  private final Normalization normalization;
  private final Compute compute;
  private final LearnerSettings chosen;
  private final TrainableNetwork engine;
  private final LearnerUse use;
  private ProcessGroup ranks = ProcessGroup.ALONE;

  private Learner(
      Network network, Targets targets, Normalization normalization, LearnerSettings settings) {
    compute = Compute.of(settings);
    Engine.require("device", compute.device());
    this.network = network;
    this.targets = targets;
    requireFits("targets", network, targets);
    settings.loss().requireFits(targets);
    this.normalization = normalization.requireFits(network.input());
    chosen = compute.in(settings);
    engine = NativeErrors.named(() -> new TrainableNetwork(network, normalization, chosen));
    use = new LearnerUse(this, "learner of " + network.name(), engine.workers()::close);
  }

  /**
   * A learner with initial weights, drawn from the settings' seed. It normalizes images and numbers
   * by the statistics of the training samples, and computes fixed filters ({@link
   * dev.onecycle.torch.nn.Layer.Whitening}) from training images.
   *
   * @throws InvalidValueException where the engine cannot compute on the settings' device, or the
   *     loss is not one for the targets
   * @throws BadDataException where every channel is the same in every training sample
   */
  public static Learner prepare(Network network, Dataset train, LearnerSettings settings) {
    return prepare(network, train, Normalization.of(train), settings);
  }

  /**
   * As {@link #prepare(Network, Dataset, LearnerSettings)}, with a normalization that is known
   * already.
   */
  public static Learner prepare(
      Network network, Dataset train, Normalization normalization, LearnerSettings settings) {
    requireFits(training(train), network, train);
    return create(
        network,
        train.targets(),
        normalization,
        settings,
        learner -> {
          for (NamedArray filters : learner.engine.state().constants()) {
            int kernel = (int) filters.shape()[2];
            filters.set(WhiteningFilters.filters(images(network, train), normalization, kernel));
          }
        });
  }

  private static ImageDataset images(Network network, Dataset train) {
    if (train instanceof ImageDataset images) {
      return images;
    }
    throw Require.invalid(
        "training samples of " + network.name(),
        "images with classes, since its Whitening is computed from them,",
        train.layout() + " with " + train.targets().describe(),
        "take a network without Whitening");
  }

  /** The name of training samples in messages. */
  static String training(Dataset train) {
    return "training " + train.layout().noun() + "s";
  }

  /** The name of samples to evaluate in messages. */
  static String toEvaluate(Dataset evaluation) {
    return evaluation.layout().noun() + "s to evaluate";
  }

  /**
   * A learner with the weights of a file, for evaluation and prediction, or to be trained further.
   *
   * @throws InvalidValueException where the engine cannot compute on the settings' device
   * @throws BadDataException where the weights do not belong to the network
   */
  public static Learner load(ModelFile model, LearnerSettings settings) {
    return create(
        model.network(),
        model.targets(),
        model.normalization(),
        settings,
        learner -> learner.setWeights(model.tensors()));
  }

  /** A learner for a network that takes nothing from training images. */
  static Learner withoutImages(
      Network network, Normalization normalization, LearnerSettings settings) {
    return create(
        network,
        classes(network.outputs()),
        normalization,
        settings,
        learner -> {
          if (!learner.engine.state().constants().isEmpty()) {
            throw new IllegalArgumentException(
                network.name() + " must be given training images for its fixed filters");
          }
        });
  }

  /** Classes by number, for a network whose classes have no names yet. */
  private static Targets classes(int count) {
    return new Targets.Classes(IntStream.range(0, count).mapToObj(String::valueOf).toList());
  }

  private static Learner create(
      Network network,
      Targets targets,
      Normalization normalization,
      LearnerSettings settings,
      Consumer<Learner> initialization) {
    Learner learner = new Learner(network, targets, normalization, settings);
    try {
      initialization.accept(learner);
      return learner;
    } catch (RuntimeException e) {
      learner.close();
      throw e;
    }
  }

  /**
   * Makes sure that samples belong to a network.
   *
   * @param name of the samples, for the error
   * @throws InvalidValueException where their layout or their number of targets is another
   */
  static void requireFits(String name, Network network, Dataset samples) {
    Require.atLeast("number of " + name, samples.size(), 1);
    Require.that(
        samples.layout().equals(network.input()),
        "shape of the " + name,
        network.input() + ", the input of " + network.name() + ",",
        samples.layout(),
        samples);
    requireFits("the " + name, network, samples.targets());
  }

  /** Makes sure that samples belong to this learner, their targets too. */
  void requireFits(String name, Dataset samples) {
    requireFits(name, network, samples);
    Require.that(
        samples.targets().getClass() == targets.getClass(),
        "targets of the " + name,
        targets.describe() + ", as in training,",
        samples.targets().describe(),
        samples);
  }

  private static void requireFits(String name, Network network, Targets targets) {
    Require.that(
        targets.outputs() == network.outputs(),
        targets.kind() + " of " + name,
        network.outputs() + ", as " + network.name() + " has,",
        targets.outputs(),
        targets);
    if (targets instanceof Targets.Classes) {
      Require.atLeast("classes of " + name, targets.outputs(), 2);
    }
  }

  /**
   * Joins the ranks of a job: it gets the weights of rank 0, and from now on a step, an evaluation
   * or an estimate of batch norms is the common one of all ranks, each on its part of the batch.
   * All ranks have equal bits after it.
   *
   * <p>A batch norm sees the images of one thread of one rank, as it sees those of one thread
   * without ranks; its running statistics are the mean over all.
   *
   * @param group outlives the learner
   * @param stop asked in every step whether this rank is to stop, see {@link #stopAgreed}
   * @throws InvalidValueException where the ranks' networks or settings differ
   */
  public void join(ProcessGroup group, BooleanSupplier stop) {
    use.during(
        "join",
        () -> {
          if (group.connection().isPresent()) {
            group.requireSame("network", network.structure() + " " + normalization);
            group.requireSame("settings", chosen.toString());
            engine.join(GlooGroup.of(group.connection().get()), stop);
            ranks = group;
            requireSameOnRanks();
          }
        });
  }

  /** The ranks that it computes on. */
  public ProcessGroup ranks() {
    return ranks;
  }

  /** Whether a rank was to stop in an earlier step; the ranks agree. */
  public boolean stopAgreed() {
    return engine.stopAgreed();
  }

  /**
   * Makes sure that all ranks have the same weights, statistics and optimizer state, bit for bit.
   *
   * @throws RankException where they have not
   */
  public void requireSameOnRanks() {
    if (ranks.isAlone()) {
      return;
    }
    use.during(
        "requireSameOnRanks",
        () -> {
          double own = engine.checksum();
          double first = ranks.ofFirst(own);
          GlooGroup group = GlooGroup.of(ranks.connection().orElseThrow());
          double differing = group.max(own == first ? -1 : ranks.rank());
          if (differing >= 0) {
            throw new RankException(
                "weights must be equal on all ranks but those of rank "
                    + (int) differing
                    + " differ after "
                    + engine.state().updates()
                    + " updates; resume the run, and use machines of the same kind");
          }
        });
  }

  /** Gives every rank the state of rank 0, after it has restored one. */
  public void shareState() {
    use.during("shareState", engine::shareState);
  }

  /** The meaning of its outputs. */
  public Targets targets() {
    return targets;
  }

  /** The settings, none of which is left open. */
  LearnerSettings settings() {
    return chosen;
  }

  /** The network. */
  public Network network() {
    return network;
  }

  /** The normalization of its images. */
  public Normalization normalization() {
    return normalization;
  }

  /** The precision that it computes with. */
  public Precision precision() {
    return compute.precision();
  }

  /** The device that it computes on. */
  public Device device() {
    return compute.device();
  }

  /** The number of threads that it computes with. */
  public int threads() {
    return compute.threads();
  }

  /** The number of trained values. */
  public long parameterCount() {
    return engine.parameterCount();
  }

  /**
   * Whether {@link #reestimateBatchNorms} has a batch norm to change: one that averages over
   * training batches, and not one of a frozen layer that is fixed.
   */
  public boolean averagesBatchNorms() {
    return engine.averages();
  }

  /** The trained layers in groups that learn alike, in the order of the network; no frozen ones. */
  public List<LayerGroup> groups() {
    return engine.groups().stream()
        .map(
            group -> new LayerGroup(group.name(), group.rate(), group.weightDecay(), group.count()))
        .toList();
  }

  /**
   * Takes one optimizer step on a batch. Where its loss or gradient is not finite, no weight and no
   * running statistic changes; {@link StepResult#finite} tells.
   *
   * @param learningRate 0 or more; at 0 no weight changes, but running statistics and the
   *     optimizer's memory of gradients do
   * @param momentum in [0, 1); β1 for AdamW
   */
  public StepResult step(Batch batch, double learningRate, double momentum) {
    Require.atLeast("learning rate", learningRate, 0);
    Require.that(
        learningRate <= MAX_RATE, "learning rate", "at most 1e30", learningRate, learningRate);
    Require.inHalfOpen("momentum", momentum, 0, 1);
    return use.during(
        "step",
        () -> {
          StepOutcome outcome = engine.step(batch, learningRate, momentum);
          int every = ranks.verifyEvery();
          if (every > 0 && engine.state().updates() % every == 0) {
            requireSameOnRanks();
          }
          return new StepResult(
              outcome.loss(), outcome.gradientNorm(), engine.learningRate(), engine.momentum());
        });
  }

  /**
   * Evaluates the network on batches, each of which it closes.
   *
   * @param progress told the number of images done after each batch
   */
  public Evaluation evaluate(Iterable<Batch> batches, IntConsumer progress) {
    return evaluate(batches, index -> "#" + index, progress);
  }

  /**
   * Evaluates the network on batches by the usual metrics of its targets, see {@link Metric#usual}.
   *
   * @param origins the origin of the sample of an index, for the worst mistakes; of several ranks
   *     rank 0 alone asks for it
   * @param progress told the number of samples done after each batch
   */
  public Evaluation evaluate(
      Iterable<Batch> batches, IntFunction<String> origins, IntConsumer progress) {
    return evaluate(batches, Metric.usual(targets), origins, progress);
  }

  /**
   * Evaluates the network on batches, each of which it closes.
   *
   * @param metrics to compute, all over the same outputs
   * @param origins the origin of the sample of an index, for the worst mistakes; of several ranks
   *     rank 0 alone asks for it
   * @param progress told the number of samples done after each batch
   */
  public Evaluation evaluate(
      Iterable<Batch> batches,
      List<Metric> metrics,
      IntFunction<String> origins,
      IntConsumer progress) {
    Metric.requireFits(metrics, targets);
    return use.during("evaluate", () -> evaluated(batches, metrics, origins, progress));
  }

  private Evaluation evaluated(
      Iterable<Batch> batches,
      List<Metric> metrics,
      IntFunction<String> origins,
      IntConsumer progress) {
    int outputs = network.outputs();
    boolean classes = targets instanceof Targets.Classes;
    ClassificationCounter classified = new ClassificationCounter(outputs);
    List<Metric.Counter> counters =
        metrics.stream().map(metric -> metric.counter(outputs)).toList();
    int images = 0;
    double loss = 0;
    for (Batch next : batches) {
      ScoredSamples scored;
      try (Batch batch = next) {
        scored = ScoredSamples.of(batch, engine.score(batch, origins), outputs, classes, ranks);
      }
      loss += scored.lossSum();
      for (int i = 0; i < scored.size(); i++) {
        if (classes) {
          classified.add(scored.index(i), scored.label(i), scored.scores(), i * outputs);
        }
        float[] given = scored.given(i);
        float[] wanted = scored.wanted(i);
        counters.forEach(counter -> counter.add(given, wanted));
      }
      images += scored.size();
      progress.accept(images);
    }
    Require.atLeast(network.input().noun() + "s to evaluate", images, 1);
    Map<String, Double> values = new LinkedHashMap<>();
    for (int i = 0; i < counters.size(); i++) {
      Measure measure = metrics.get(i).measure();
      if (!measure.equals(Measure.LOSS)) {
        values.put(measure.name(), counters.get(i).value());
      }
    }
    Optional<Classification> counts =
        classes ? Optional.of(classified.result(namedOnRank0(origins))) : Optional.empty();
    return new Evaluation(images, loss / images, values, counts);
  }

  /** Rank 0 alone names the worst mistakes: to find a name in a stream is to read a shard. */
  private IntFunction<String> namedOnRank0(IntFunction<String> origins) {
    return ranks.isFirst() ? origins : index -> "";
  }

  /**
   * The outputs of the network for each sample of a batch, [N, outputs]: scores of classes or
   * labels, or numbers. The targets of the batch are not read.
   */
  public double[][] outputs(Batch batch) {
    float[] scores = use.during("outputs", () -> engine.scoresAlone(batch));
    int outputs = network.outputs();
    double[][] rows = new double[scores.length / outputs][outputs];
    for (int i = 0; i < scores.length; i++) {
      rows[i / outputs][i % outputs] = scores[i];
    }
    return rows;
  }

  /**
   * The probability of each class or label for each sample of a batch, [N, outputs]: of classes the
   * softmax of the scores, of labels the logistic function of each. The targets of the batch are
   * not read.
   *
   * @throws IllegalStateException where the outputs are numbers
   */
  public double[][] probabilities(Batch batch) {
    if (targets instanceof Targets.Numbers) {
      throw new IllegalStateException(
          network.name() + " must give scores for probabilities but gives numbers; see outputs");
    }
    float[] scores = use.during("probabilities", () -> engine.scoresAlone(batch));
    return targets instanceof Targets.Classes
        ? Probabilities.softmax(scores, network.outputs())
        : Probabilities.logistic(scores, network.outputs());
  }

  /**
   * Estimates the running statistics of batch norms anew, as the mean over batches, each of which
   * it closes: at high rates the running ones lag behind the weights.
   */
  public void reestimateBatchNorms(Iterable<Batch> batches) {
    if (Script.in(network.layers())) {
      throw new IllegalStateException(
          "batch norms of a TorchScript file average as they were written, and cannot be estimated"
              + " anew");
    }
    use.during("reestimateBatchNorms", () -> reestimated(batches));
  }

  private void reestimated(Iterable<Batch> batches) {
    int seen = 0;
    for (Batch next : batches) {
      try (Batch batch = next) {
        engine.observe(batch, seen, 1.0 / (seen + 1));
        seen++;
      }
    }
  }

  /**
   * The time of steps on a batch: seconds a step by kind of layer, such as {@code Conv} and {@code
   * Conv back}, summed over threads. Leaves the learner as it was.
   *
   * @param steps to take; the result is their mean
   */
  public Map<String, Double> profile(Batch batch, int steps) {
    Require.atLeast("steps", steps, 1);
    return use.during("profile", () -> profiled(batch, steps));
  }

  private Map<String, Double> profiled(Batch batch, int steps) {
    try (Snapshot before = snapshot()) {
      try {
        Map<String, Double> seconds =
            engine.profile(
                () -> {
                  for (int i = 0; i < steps; i++) {
                    step(batch, 1e-6, 0.9);
                  }
                });
        seconds.replaceAll((kind, sum) -> sum / steps);
        return seconds;
      } finally {
        before.restore();
      }
    }
  }

  /**
   * A copy of everything that training changes: weights, running statistics, optimizer state.
   * Random streams are not among it, since each step draws from its own.
   *
   * @return the copy; close it when done
   */
  public Snapshot snapshot() {
    return new Snapshot(use.during("snapshot", () -> engine.state().snapshot()));
  }

  /** A copy of a learner's state; holds native memory until closed. */
  public final class Snapshot implements AutoCloseable {
    private final NetworkState.Snapshot copy;

    private Snapshot(NetworkState.Snapshot copy) {
      this.copy = copy;
    }

    /** Restores the learner, bit for bit. */
    public void restore() {
      use.during("restore", () -> engine.state().restore(copy));
    }

    @Override
    public void close() {
      copy.close();
    }
  }

  /** The weights and running statistics, copied. */
  public List<NamedTensor> weights() {
    return use.during("weights", () -> copies(engine.state().arrays()));
  }

  /**
   * Everything that training changes, copied: the content of a checkpoint.
   *
   * @see Checkpoints
   */
  public LearnerState state() {
    return use.during(
        "state",
        () ->
            new LearnerState(
                weights(), copies(engine.state().optimizerArrays()), engine.state().updates()));
  }

  private static List<NamedTensor> copies(List<NamedArray> arrays) {
    return arrays.stream()
        .map(array -> new NamedTensor(array.name(), array.shape(), array.values()))
        .toList();
  }

  /**
   * Restores a state; the steps that follow have the same bits as after the state was taken.
   *
   * @throws BadDataException where it belongs to another network or optimizer; the learner is then
   *     as it was
   */
  public void restore(LearnerState state) {
    use.during("restore", () -> restored(state));
  }

  private void restored(LearnerState state) {
    NetworkWeights.requireSame(network, state.weights());
    state.optimizer().forEach(NamedTensor::requireFinite);
    List<NamedArray> optimizer = engine.state().optimizerArrays();
    requireSame(optimizer, state.optimizer());
    put(state.weights(), engine.state().arrays());
    put(state.optimizer(), optimizer);
    engine.state().updates(state.updates());
    engine.state().arraysChanged();
  }

  private static void requireSame(List<NamedArray> arrays, List<NamedTensor> tensors) {
    List<String> wanted = arrays.stream().map(a -> a.name() + Arrays.toString(a.shape())).toList();
    List<String> given = tensors.stream().map(t -> t.name() + Arrays.toString(t.shape())).toList();
    if (!wanted.equals(given)) {
      throw new BadDataException("optimizer state must be " + wanted + " but was " + given);
    }
  }

  /**
   * Replaces the weights and running statistics.
   *
   * @throws BadDataException where names or shapes are not the network's, or a value is not finite;
   *     the learner is then as it was
   */
  public void setWeights(List<NamedTensor> weights) {
    NetworkWeights.requireSame(network, weights);
    use.during(
        "setWeights",
        () -> {
          put(weights, engine.state().arrays());
          engine.state().arraysChanged();
        });
  }

  private static void put(List<NamedTensor> tensors, List<NamedArray> arrays) {
    Map<String, NamedTensor> byName = new HashMap<>();
    tensors.forEach(tensor -> byName.put(tensor.name(), tensor));
    for (NamedArray array : arrays) {
      NamedTensor tensor = byName.get(array.name());
      if (tensor != null) {
        array.set(tensor.values());
      }
    }
  }

  /** Frees the native memory; nothing happens the second time. */
  @Override
  public void close() {
    use.close(engine::close);
  }
}
