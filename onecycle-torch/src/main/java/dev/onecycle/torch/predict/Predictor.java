package dev.onecycle.torch.predict;

import dev.onecycle.data.UnlabelledImage;
import dev.onecycle.data.image.DecodeOptions;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.data.sample.Targets;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.Require;
import dev.onecycle.torch.engine.TensorDevice;
import dev.onecycle.torch.engine.network.ForwardNetwork;
import dev.onecycle.torch.model.FoldedBatchNorms;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.predict.Prediction.Answer;
import dev.onecycle.torch.predict.WaitingSamples.Sample;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.train.Compute;
import dev.onecycle.torch.train.Probabilities;
import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

/**
 * A trained model ready to answer: classes with probabilities, labels, or numbers, by the targets
 * that it was trained for.
 *
 * <p>Safe for use by any number of threads. Each decodes its own images; the network computes on
 * threads of the predictor ({@link PredictorOptions#replicas}), together for the samples that have
 * come in the meantime, at most {@link PredictorOptions#maxBatch}. Twice as many may wait for each
 * of the threads; who brings more waits for room, so memory is bounded.
 *
 * <p>Images are read as in the training of the model: orientation, resizing and normalization are
 * the model's. The network's batch norms are folded into its weights (see {@link
 * FoldedBatchNorms}); outputs differ from those of an evaluation by rounding alone.
 *
 * <p>Holds native memory until closed. A method called after that throws {@link
 * IllegalStateException}; calls that wait already are answered. If a thread is interrupted while it
 * waits, the call throws a {@link java.util.concurrent.CancellationException} and keeps the
 * interrupt flag.
 */
public final class Predictor implements AutoCloseable {
  private final ModelFile model;
  private final DecodeOptions decoding;
  private final int maxBatch;
  private final WaitingSamples waiting;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final ForwardNetwork network;
  private final List<Thread> threads = new ArrayList<>();

  private Predictor(ModelFile model, PredictorOptions options) {
    this.model = model;
    maxBatch = options.maxBatch();
    int bytes = model.samples().layout().bytes();
    int most = Integer.MAX_VALUE / Math.max(bytes, Float.BYTES * model.network().outputs());
    Require.that(
        maxBatch <= most,
        "max_batch",
        "at most " + most + " for samples " + model.samples().layout(),
        maxBatch,
        options);
    decoding = model.samples().decoding(options.maxPixels());
    Compute compute =
        Compute.of(
            LearnerSettings.builder()
                .device(options.device())
                .precision(options.precision())
                .threads(options.threads())
                .build());
    ModelFile folded = FoldedBatchNorms.in(model);
    network =
        new ForwardNetwork(
            folded.network(),
            folded.normalization(),
            folded.tensors(),
            TensorDevice.of(compute.device()),
            compute.precision());
    int replicas = options.replicas() == 0 ? compute.threads() : options.replicas();
    int each = Math.max(1, compute.threads() / replicas);
    waiting = new WaitingSamples(2 * maxBatch * replicas);
    try {
      for (int i = 0; i < replicas; i++) {
        ByteBuffer values = ByteBuffer.allocateDirect(maxBatch * bytes);
        Thread thread = new Thread(() -> answer(each, values), "onecycle-predict-" + i);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
      }
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /**
   * Loads the model of a run, on this machine's device and all of its cores.
   *
   * @param runOrFile a run's folder, or a model file
   * @throws BadDataException where there is no usable model
   */
  public static Predictor load(Path runOrFile) {
    return load(runOrFile, PredictorOptions.defaults());
  }

  /** As {@link #load(Path)}, with options. */
  public static Predictor load(Path runOrFile, PredictorOptions options) {
    return of(ModelFile.at(runOrFile, false), options);
  }

  /**
   * As {@link #load(Path, PredictorOptions)}, also where the network is a TorchScript file: a
   * program that runs with the rights of this process, see {@link ModelFile#readTrusting}.
   */
  public static Predictor loadTrusting(Path runOrFile, PredictorOptions options) {
    return of(ModelFile.at(runOrFile, true), options);
  }

  /**
   * A predictor of a model that was read before. It has computed once when this returns, so that
   * the first prediction is as fast as the others.
   *
   * @throws dev.onecycle.error.InvalidValueException where the engine cannot compute on the device
   */
  public static Predictor of(ModelFile model, PredictorOptions options) {
    Predictor predictor = new Predictor(model, options);
    try {
      ByteBuffer sample = ByteBuffer.allocate(model.samples().layout().bytes());
      for (int count : new int[] {1, options.maxBatch() * predictor.threads.size()}) {
        predictor.outputs(Collections.nCopies(count, sample));
      }
      return predictor;
    } catch (RuntimeException | Error e) {
      predictor.close();
      throw e;
    }
  }

  /** The model, as it was read. */
  public ModelFile model() {
    return model;
  }

  /**
   * Predicts an image file: JPEG, PNG, WebP, TIFF, BMP, GIF or PNM.
   *
   * @param top the most answers, at least 1; numbers are all given
   * @throws BadDataException where it is no usable image, or the model takes no images
   */
  public Prediction predict(Path image, int top) {
    return predict(UnlabelledImage.read(image, shape(), decoding), top);
  }

  /**
   * Predicts the content of an image file.
   *
   * @param top the most answers, at least 1; numbers are all given
   * @throws BadDataException where it is no usable image, or the model takes no images
   */
  public Prediction predict(byte[] imageFile, int top) {
    return predict(UnlabelledImage.decode("image", imageFile, shape(), decoding), top);
  }

  /**
   * Predicts an image in memory, which is upright.
   *
   * @param top the most answers, at least 1; numbers are all given
   * @throws BadDataException where it has more pixels than the options allow, or the model takes no
   *     images
   */
  public Prediction predict(BufferedImage image, int top) {
    return predict(UnlabelledImage.of("image", image, shape(), decoding), top);
  }

  private Prediction predict(UnlabelledImage image, int top) {
    if (image.problem().isPresent()) {
      throw new BadDataException(image.name() + " " + image.problem().get());
    }
    return predictValues(List.of(ByteBuffer.wrap(image.pixels())), top).get(0);
  }

  /**
   * Predicts numbers.
   *
   * @param sample of the model's layout, in the order of its shape; finite
   * @param top the most answers, at least 1; numbers are all given
   */
  public Prediction predict(float[] sample, int top) {
    requireType(SampleLayout.Type.FLOAT32, "numbers");
    ByteBuffer values = buffer(sample.length * Float.BYTES);
    values.asFloatBuffer().put(sample);
    return predictValues(List.of(values), top).get(0);
  }

  /**
   * Predicts tokens.
   *
   * @param tokens as many as the model takes, each an entry of its embedding
   * @param top the most answers, at least 1; numbers are all given
   */
  public Prediction predict(long[] tokens, int top) {
    requireType(SampleLayout.Type.INT64, "tokens");
    ByteBuffer values = buffer(tokens.length * Long.BYTES);
    values.asLongBuffer().put(tokens);
    return predictValues(List.of(values), top).get(0);
  }

  /**
   * Predicts samples whose values are in the model's layout already, such as images that {@link
   * dev.onecycle.data.UnlabelledImages} decoded: uint8 pixels in height, width, channel order.
   *
   * @param samples each from its position to its limit; not kept
   * @param top the most answers, at least 1; numbers are all given
   * @return in the order of the samples
   * @throws dev.onecycle.error.InvalidValueException where a sample has another size, a number that
   *     is not finite, or a token that is no entry of the embedding
   */
  public List<Prediction> predictValues(List<ByteBuffer> samples, int top) {
    Require.atLeast("top", top, 1);
    return scores(samples).stream().map(scores -> prediction(scores, top)).toList();
  }

  /**
   * The outputs of the network for samples, before they become probabilities, in the order of the
   * model's targets.
   *
   * @param samples as {@link #predictValues} takes them
   * @return in the order of the samples
   * @throws dev.onecycle.error.InvalidValueException as {@link #predictValues} does
   */
  public List<float[]> scores(List<ByteBuffer> samples) {
    for (int i = 0; i < samples.size(); i++) {
      requireUsable(samples.get(i), samples.size() == 1 ? "the sample" : "sample " + i);
    }
    return outputs(samples);
  }

  /** The engine computes samples of several callers together; a bad one would fail for all. */
  private void requireUsable(ByteBuffer sample, String name) {
    SampleLayout layout = model.samples().layout();
    int bytes = layout.bytes();
    Require.that(
        sample.remaining() == bytes,
        "size of a sample",
        bytes + " bytes, as " + layout + " has,",
        sample.remaining() + " bytes",
        sample);
    ByteBuffer values = sample.duplicate().order(ByteOrder.nativeOrder());
    switch (layout.type()) {
      case UINT8 -> {}
      case FLOAT32 -> requireFinite(values.asFloatBuffer(), name);
      case INT64 -> requireTokens(values.asLongBuffer(), name);
    }
  }

  private static void requireFinite(FloatBuffer values, String name) {
    for (int i = 0; i < values.limit(); i++) {
      if (!Float.isFinite(values.get(i))) {
        throw Require.invalid("value " + i + " of " + name, "finite", values.get(i));
      }
    }
  }

  private void requireTokens(LongBuffer tokens, String name) {
    int vocabulary = model.network().vocabulary().orElse(Integer.MAX_VALUE);
    for (int i = 0; i < tokens.limit(); i++) {
      long token = tokens.get(i);
      if (token < 0 || token >= vocabulary) {
        throw Require.invalid("token " + i + " of " + name, "in [0, " + vocabulary + ")", token);
      }
    }
  }

  private List<float[]> outputs(List<ByteBuffer> samples) {
    List<Sample> coming = samples.stream().map(sample -> new Sample(sample.duplicate())).toList();
    waiting.add(coming);
    return coming.stream().map(sample -> outcome(sample.outputs())).toList();
  }

  private static float[] outcome(CompletableFuture<float[]> coming) {
    try {
      return coming.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw WaitingSamples.interrupted(e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) e.getCause();
    }
  }

  /** The work of one of the predictor's threads, until it is closed. */
  private void answer(int engineThreads, ByteBuffer values) {
    ForwardNetwork.useThreads(engineThreads);
    List<Sample> samples = taken();
    while (!samples.isEmpty()) {
      answer(values, samples);
      samples = taken();
    }
  }

  /** A thread that ended where memory is short would leave its callers waiting. */
  private List<Sample> taken() {
    while (true) {
      try {
        return waiting.take(maxBatch);
      } catch (OutOfMemoryError e) {
        Thread.onSpinWait(); // nothing was taken: the samples are still there
      }
    }
  }

  private void answer(ByteBuffer values, List<Sample> samples) {
    try {
      values.clear();
      samples.forEach(sample -> values.put(sample.values()));
      values.flip();
      float[] all = network.outputs(values, samples.size());
      int outputs = all.length / samples.size();
      for (int i = 0; i < samples.size(); i++) {
        float[] own = Arrays.copyOfRange(all, i * outputs, (i + 1) * outputs);
        samples.get(i).outputs().complete(own);
      }
    } catch (RuntimeException | Error e) {
      samples.forEach(sample -> sample.outputs().completeExceptionally(e));
    }
  }

  private Prediction prediction(float[] scores, int top) {
    for (float score : scores) {
      if (!Float.isFinite(score)) {
        SampleLayout layout = model.samples().layout();
        // Pixels and tokens are in range, which is checked.
        throw new BadDataException(
            "the model gives scores that are not finite numbers for this "
                + layout.noun()
                + "; "
                + (layout.type() == SampleLayout.Type.FLOAT32
                    ? "it has values far beyond those of the training data, or the model's training"
                        + " has diverged: give other values, or"
                    : "its training has diverged:")
                + " train the model anew with a lower peak rate");
      }
    }
    Targets targets = model.targets();
    double[] values = Probabilities.of(targets, scores);
    IntStream order = IntStream.range(0, values.length);
    List<Answer> answers =
        order.mapToObj(i -> new Answer(targets.names().get(i), values[i])).toList();
    return targets instanceof Targets.Numbers
        ? new Prediction(targets.kind(), answers)
        : new Prediction(
            targets.kind(),
            answers.stream()
                .sorted(Comparator.comparingDouble(Answer::value).reversed())
                .limit(top)
                .toList());
  }

  private ImageShape shape() {
    SampleLayout layout = requireType(SampleLayout.Type.UINT8, "images");
    return ImageShape.of(layout);
  }

  private SampleLayout requireType(SampleLayout.Type type, String given) {
    SampleLayout layout = model.samples().layout();
    if (layout.type() != type) {
      throw new BadDataException(
          "the model must get samples " + layout + " but was given " + given);
    }
    return layout;
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
  }

  /**
   * Answers the calls that wait, ends the threads and frees the native memory; nothing happens the
   * second time.
   */
  @Override
  public void close() {
    waiting.close();
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (closed.compareAndSet(false, true)) {
      network.close();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
