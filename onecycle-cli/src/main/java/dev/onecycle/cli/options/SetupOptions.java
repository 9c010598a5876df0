package dev.onecycle.cli.options;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.augment.Flip;
import dev.onecycle.data.augment.PadMode;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.Require;
import dev.onecycle.torch.nn.ModelSpec;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.settings.Device;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Optimizer;
import dev.onecycle.torch.settings.Precision;
import dev.onecycle.torch.train.Compute;
import dev.onecycle.torch.train.Engine;
import dev.onecycle.torch.train.Setup;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Model, optimizer and augmentation: what a range test shares with training, untuned. */
public abstract class SetupOptions {
  private static final int MOST_THREADS = 256;

  /** The optimizers by name. */
  enum OptimizerName {
    SGD,
    NESTEROV,
    ADAMW,
    MUON
  }

  @Option(
      names = {"-m", "--model"},
      paramLabel = "NAME",
      defaultValue = "resnet20",
      completionCandidates = ModelNames.class,
      description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  public String model = "resnet20";

  @Option(
      names = "--optimizer",
      paramLabel = "NAME",
      description =
          "${COMPLETION-CANDIDATES}. Default: sgd, with momentum; muon for the model fast.")
  public @Nullable OptimizerName optimizer;

  @Option(
      names = "--decoupled-decay",
      description =
          "Shrink weights directly instead of adding decay to the gradient (sgd, nesterov;"
              + " adamw and muon always do).")
  public boolean decoupledDecay;

  @Option(names = "--no-norm-decay", description = "Let batch norms and biases not decay.")
  public boolean noNormDecay;

  @Option(
      names = "--bias-rate",
      paramLabel = "F",
      description =
          "Learning rate of biases over that of the other weights (not adamw). Default: 1; fast:"
              + " 64.")
  public @Nullable Double biasRate;

  @Option(
      names = "--label-smoothing",
      paramLabel = "S",
      description = "Share of each target spread over all classes. Default: 0; fast: 0.1.")
  public @Nullable Double labelSmoothing;

  @Option(
      names = "--clip",
      paramLabel = "NORM",
      defaultValue = "0",
      description = "Longest gradient. Default: ${DEFAULT-VALUE}, no limit.")
  public double clip;

  @Option(
      names = "--accumulate",
      paramLabel = "N",
      defaultValue = "1",
      description = "N parts a thread, of 16 images up: saves memory. Default: ${DEFAULT-VALUE}.")
  public int accumulate = 1;

  @Option(
      names = "--precision",
      paramLabel = "TYPE",
      defaultValue = "auto",
      description =
          "${COMPLETION-CANDIDATES}. Default: auto, bf16 on a GPU and where the processor multiplies it faster.")
  public Precision precision = Precision.AUTO;

  @Option(
      names = "--batchnorm-momentum",
      paramLabel = "M",
      description = "Weight of a batch in the running statistics. Default: 0.1; fast: 0.4.")
  public @Nullable Double batchNormMomentum;

  @Option(
      names = "--pad",
      paramLabel = "PIXELS",
      description = "Padding before the random crop. Default: 4; fast: 2.")
  public @Nullable Integer pad;

  @Option(
      names = "--pad-mode",
      paramLabel = "MODE",
      description = "${COMPLETION-CANDIDATES}. Default: reflect.")
  public @Nullable PadMode padMode;

  @Option(names = "--no-crop", description = "No random crop.")
  public boolean noCrop;

  @Option(
      names = "--flip",
      paramLabel = "MODE",
      description =
          "Mirror images left to right: ${COMPLETION-CANDIDATES}, which is every other epoch."
              + " Default: random.")
  public @Nullable Flip flip;

  @Option(names = "--no-flip", description = "No horizontal flip, as --flip none.")
  public boolean noFlip;

  @Option(
      names = "--cutout",
      paramLabel = "PIXELS",
      defaultValue = "0",
      description =
          "Side of a square of each training image, at a random place, that shows the image's mean"
              + " colour. Default: ${DEFAULT-VALUE}, none.")
  public int cutout;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Of weights, order, augmentation and dropout. Default: ${DEFAULT-VALUE}.")
  public long seed;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Threads, a replica of the network each. Default: one a core.")
  public int threads;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      defaultValue = "cpu",
      description =
          "${COMPLETION-CANDIDATES}; auto is cuda where the engine sees an NVIDIA GPU. Default:"
              + " ${DEFAULT-VALUE}.")
  public Device device = Device.CPU;

  /** The batch size from which candidates start, or the only one. */
  abstract int firstBatchSize();

  /** The weight decay from which candidates start, or the only one. */
  public abstract double firstWeightDecay();

  /** The largest share that is dropped. */
  public abstract double mostDropout();

  /** What does not depend on the data: throws where options are out of range or contradict. */
  public void validate() {
    Require.atLeast("--batch-size", firstBatchSize(), 2);
    // Each has a replica of the network: thousands would fill the memory of any machine.
    Require.that(threads <= MOST_THREADS, "--threads", "at most " + MOST_THREADS, threads, threads);
    Models.byName(model).network(new ImageShape(3, 32, 32), 2, mostDropout());
    Rates.decay("--weight-decay", firstWeightDecay());
    learnerSettings();
    augmentation();
    Engine.require("--device", device);
  }

  /** Throws where a GPU is asked for; for what knows the processor's memory alone. */
  public void requireProcessor(String what) {
    Require.that(
        Compute.of(learnerSettings()).device() == Device.CPU,
        "--device",
        "cpu " + what + ", which knows the processor's memory alone,",
        device.name().toLowerCase(Locale.ROOT),
        device);
  }

  /** What is to be trained on images of a shape, at a momentum. */
  public Setup setup(ImageShape input, int classes, double momentum) {
    return new Setup(
        Models.byName(model).network(input, classes, mostDropout()),
        firstBatchSize(),
        momentum,
        augmentation(),
        learnerSettings());
  }

  /** What holds where nothing is said. */
  ModelSpec.Defaults defaults() {
    return Models.byName(model).defaults();
  }

  /** The optimizer's name: the one given, or the model's. */
  public OptimizerName optimizer() {
    if (optimizer != null) {
      return optimizer;
    }
    return defaults().settings().optimizer() instanceof Optimizer.Muon
        ? OptimizerName.MUON
        : OptimizerName.SGD;
  }

  LearnerSettings learnerSettings() {
    boolean mayCouple = optimizer() == OptimizerName.SGD || optimizer() == OptimizerName.NESTEROV;
    if (decoupledDecay && !mayCouple) {
      String name = optimizer().toString().toLowerCase(Locale.ROOT);
      throw Require.invalid(
          "--decoupled-decay", "left out with " + name + ", which always decouples,", "given");
    }
    Optimizer rule =
        switch (optimizer()) {
          case SGD -> new Optimizer.Sgd(false, decoupledDecay);
          case NESTEROV -> new Optimizer.Sgd(true, decoupledDecay);
          case ADAMW -> Optimizer.adamW();
          case MUON -> Optimizer.muon();
        };
    LearnerSettings usual = defaults().settings();
    return usual.toBuilder()
        .optimizer(rule)
        .weightDecay(firstWeightDecay())
        .decayNormAndBias(!noNormDecay)
        .labelSmoothing(labelSmoothing == null ? usual.labelSmoothing() : labelSmoothing)
        .gradientClip(clip)
        .accumulation(accumulate)
        .precision(precision)
        .batchNormMomentum(
            batchNormMomentum == null ? usual.batchNormMomentum() : batchNormMomentum)
        .biasRate(biasRate())
        .seed(seed)
        .threads(threads)
        .device(device)
        .build();
  }

  /** Adam's steps do not depend on the size of a gradient: the model's factor is no use to it. */
  private double biasRate() {
    if (biasRate != null) {
      return biasRate;
    }
    return optimizer() == OptimizerName.ADAMW ? 1 : defaults().settings().biasRate();
  }

  public Augmentation augmentation() {
    if (noCrop && (pad != null || padMode != null)) {
      throw Require.invalid("--no-crop", "left out where --pad or --pad-mode is given,", "given");
    }
    if (noFlip && flip != null && flip != Flip.NONE) {
      throw Require.invalid("--no-flip", "left out where --flip is given,", "given");
    }
    Augmentation usual = defaults().augmentation();
    return usual
        .withPad(noCrop ? 0 : pad == null ? usual.pad() : pad)
        .withPadMode(padMode == null ? usual.padMode() : padMode)
        .withFlip(noFlip ? Flip.NONE : flip == null ? usual.flip() : flip)
        .withCutout(cutout);
  }

  /** Every setting by name, for the run record. */
  public Map<String, Object> record() {
    Map<String, Object> record = new LinkedHashMap<>();
    LearnerSettings settings = learnerSettings();
    record.put("model", model);
    record.put("batch_size", firstBatchSize());
    record.put("optimizer", settings.optimizer().toString());
    record.put("weight_decay", firstWeightDecay());
    record.put("bias_rate", settings.biasRate());
    record.put("decay_norm_and_bias", !noNormDecay);
    record.put("label_smoothing", settings.labelSmoothing());
    record.put("dropout", mostDropout());
    record.put("gradient_clip", clip);
    record.put("accumulation", accumulate);
    record.put("batch_norm_momentum", settings.batchNormMomentum());
    record.put("augmentation", augmentation().toString());
    record.put("seed", seed);
    return record;
  }

  /** The models by name. */
  static final class ModelNames extends ArrayList<String> {
    ModelNames() {
      super(Models.names());
    }
  }
}
