package dev.onecycle.torch.train;

import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.run.Classification;
import dev.onecycle.run.ClassificationCounter;
import dev.onecycle.torch.engine.NamedArray;
import dev.onecycle.torch.engine.NetworkState;
import dev.onecycle.torch.engine.NetworkWeights;
import dev.onecycle.torch.engine.TrainableNetwork;
import dev.onecycle.torch.engine.WhiteningFilters;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.Device;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.settings.Precision;
import dev.onecycle.torch.weights.NamedTensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;

/**
 * A network with its optimizer, ready to take steps: what the loop, the range test and users' own
 * loops train with.
 *
 * <p>Holds native memory until closed. Computes on threads of its own, but must be called by one
 * thread at a time. The learning rate and momentum of a step are its arguments, so that nothing is
 * left over from the step before.
 */
public final class Learner implements AutoCloseable {
  private final TrainableNetwork network;
  private final Network description;
  private final Normalization normalization;
  private final boolean bfloat16;
  private final int threads;
  private final Device device;
  private boolean fitted;

  /**
   * Builds the network with fresh weights, drawn from the settings' seed.
   *
   * @param normalization applied to every image
   * @throws InvalidValueException where the engine cannot compute on the settings' device
   */
  public Learner(Network description, Normalization normalization, LearnerSettings settings) {
    device = settings.resolvedDevice();
    Engine.require("device", device);
    this.description = description;
    this.normalization = normalization;
    bfloat16 = settings.resolvedPrecision() == Precision.BF16;
    threads = settings.resolvedThreads();
    network = new TrainableNetwork(description, normalization, settings, bfloat16, threads);
    fitted = network.state().constants().isEmpty();
  }

  /** A learner for training images: normalized as they are, its fixed filters taken from them. */
  public static Learner prepare(Network network, ImageDataset train, LearnerSettings settings) {
    Learner learner = new Learner(network, Normalization.of(train), settings);
    learner.fit(train);
    return learner;
  }

  /** The normalization of its images. */
  public Normalization normalization() {
    return normalization;
  }

  /**
   * Sets what the network takes from its training images before the first step: the filters of a
   * {@link dev.onecycle.torch.nn.Layer.Whitening}. Does nothing for a network that has none.
   */
  public void fit(ImageDataset images) {
    for (NamedArray constant : network.state().constants()) {
      int kernel = (int) constant.shape()[2];
      constant.set(WhiteningFilters.filters(images, normalization, kernel));
    }
    fitted = true;
  }

  /** What is being trained. */
  public Network network() {
    return description;
  }

  /** The precision that {@link Precision#AUTO} came to. */
  public Precision precision() {
    return bfloat16 ? Precision.BF16 : Precision.FP32;
  }

  /** The device that {@link Device#AUTO} came to. */
  public Device device() {
    return device;
  }

  /** The threads that it computes with. */
  public int threads() {
    return threads;
  }

  /** The number of trained values. */
  public long parameterCount() {
    return network.parameterCount();
  }

  /**
   * Takes one optimizer step on a batch. Where its loss or gradient is not finite, no weight and no
   * running statistic changes; {@link StepResult#finite} tells.
   *
   * @param learningRate positive
   * @param momentum in [0, 1); β1 for AdamW
   */
  public StepResult step(Batch batch, double learningRate, double momentum) {
    Require.positive("learning rate", learningRate);
    Require.inHalfOpen("momentum", momentum, 0, 1);
    if (!fitted) {
      throw new IllegalStateException(
          description.name() + " must be fit to its training images before its first step");
    }
    return network.step(batch, learningRate, momentum);
  }

  /**
   * Where the time of steps on a batch goes: seconds a step by kind of layer, such as {@code Conv}
   * and {@code Conv back}, summed over threads. Leaves the learner as it was.
   *
   * @param steps to take; their mean is answered
   */
  public Map<String, Double> profile(Batch batch, int steps) {
    try (Snapshot before = snapshot()) {
      try {
        Map<String, Double> seconds =
            network.profile(
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
   * Evaluates the network on batches, each of which it closes.
   *
   * @param progress told the number of images done after each batch
   */
  public Evaluation evaluate(Iterable<Batch> batches, IntConsumer progress) {
    return evaluate(batches, index -> "#" + index, progress);
  }

  /**
   * Evaluates the network on batches, each of which it closes.
   *
   * @param origins where the image of an index came from, for the worst mistakes
   * @param progress told the number of images done after each batch
   */
  public Evaluation evaluate(
      Iterable<Batch> batches, IntFunction<String> origins, IntConsumer progress) {
    int classes = description.classes();
    ClassificationCounter counter = new ClassificationCounter(classes);
    int images = 0;
    double loss = 0;
    for (Batch next : batches) {
      try (Batch batch = next) {
        TrainableNetwork.Scored scored = network.score(batch);
        loss += scored.lossSum();
        for (int i = 0; i < batch.size(); i++) {
          counter.add(batch.index(i), batch.label(i), scored.scores(), i * classes);
        }
        images += batch.size();
        progress.accept(images);
      }
    }
    Require.atLeast("images to evaluate", images, 1);
    Classification classification = counter.result(origins);
    double accuracy = (double) classification.right() / images;
    return new Evaluation(images, loss / images, accuracy, classification);
  }

  /**
   * The probability of each class for each image of a batch, [N, classes]: softmax of the scores.
   */
  public double[][] probabilities(Batch batch) {
    float[] scores = network.score(batch).scores();
    return Softmax.of(scores, description.classes());
  }

  /**
   * Estimates the batch norms' running statistics anew, as the mean over batches, each of which it
   * closes: at high rates they lag behind the weights.
   */
  public void reestimateBatchNorms(Iterable<Batch> batches) {
    int seen = 0;
    for (Batch next : batches) {
      try (Batch batch = next) {
        network.observe(batch, seen, 1.0 / (seen + 1));
        seen++;
      }
    }
  }

  /**
   * Keeps a copy of everything that training changes: weights, running statistics, optimizer state.
   * Random streams are not among it, for each step draws from its own.
   *
   * @return to be closed when done
   */
  public Snapshot snapshot() {
    return new Snapshot(network.state().snapshot());
  }

  /** A learner as it was at a moment; holds native memory until closed. */
  public final class Snapshot implements AutoCloseable {
    private final NetworkState.Snapshot copy;

    private Snapshot(NetworkState.Snapshot copy) {
      this.copy = copy;
    }

    /** Puts the learner back as it was, bit for bit. */
    public void restore() {
      network.state().restore(copy);
    }

    @Override
    public void close() {
      copy.close();
    }
  }

  /** The weights and running statistics, copied. */
  public List<NamedTensor> weights() {
    return network.state().arrays().stream()
        .map(array -> new NamedTensor(array.name(), array.shape(), array.values()))
        .toList();
  }

  /**
   * Everything that training changes, copied: what a checkpoint keeps.
   *
   * @see Checkpoints
   */
  public LearnerState state() {
    List<NamedTensor> optimizer =
        network.state().optimizerArrays().stream()
            .map(array -> new NamedTensor(array.name(), array.shape(), array.values()))
            .toList();
    return new LearnerState(weights(), optimizer, network.state().updates());
  }

  /**
   * Goes on from a state, to the same bits.
   *
   * @throws BadDataException where it is not of such a network and optimizer; nothing has then
   *     changed
   */
  public void restore(LearnerState state) {
    NetworkWeights.requireThoseOf(description, state.weights());
    List<NamedArray> optimizer = network.state().optimizerArrays();
    requireThoseOf(optimizer, state.optimizer());
    put(state.weights(), network.state().arrays());
    put(state.optimizer(), optimizer);
    network.state().updates(state.updates());
    network.state().arraysChanged();
    fitted = true;
  }

  private static void requireThoseOf(List<NamedArray> arrays, List<NamedTensor> tensors) {
    List<String> wanted = arrays.stream().map(a -> a.name() + Arrays.toString(a.shape())).toList();
    List<String> given = tensors.stream().map(t -> t.name() + Arrays.toString(t.shape())).toList();
    if (!wanted.equals(given)) {
      throw new BadDataException("optimizer state must be " + wanted + " but was " + given);
    }
  }

  /**
   * Replaces the weights and running statistics.
   *
   * @throws BadDataException where names or shapes are not those of the network
   */
  public void load(List<NamedTensor> weights) {
    NetworkWeights.requireThoseOf(description, weights);
    put(weights, network.state().arrays());
    network.state().arraysChanged();
    fitted = true;
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

  @Override
  public void close() {
    network.close();
  }
}
