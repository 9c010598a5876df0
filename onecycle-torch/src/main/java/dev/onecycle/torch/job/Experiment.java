package dev.onecycle.torch.job;

import static dev.onecycle.torch.job.TrainingConfig.FROM_IGNORE;
import static dev.onecycle.torch.job.TrainingConfig.FROM_PREFIX;
import static dev.onecycle.torch.job.TrainingConfig.FROM_RENAMES;
import static dev.onecycle.torch.job.TrainingConfig.HEAD;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.DataSplits;
import dev.onecycle.data.Datasets;
import dev.onecycle.data.ImageFiles;
import dev.onecycle.data.TuningData;
import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.batch.BatchLoader;
import dev.onecycle.data.batch.Sampler;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.ReadingReport;
import dev.onecycle.data.sample.Dataset;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.run.ClassificationRecord.Picture;
import dev.onecycle.run.Conditions;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.TrainingImages;
import dev.onecycle.run.TrainingImages.Labelled;
import dev.onecycle.text.Numbers;
import dev.onecycle.text.Sha256;
import dev.onecycle.torch.distributed.ProcessGroup;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.train.Compute;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.Setup;
import dev.onecycle.torch.train.TrainingPlan;
import dev.onecycle.torch.weights.WeightMapping;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A configuration made real: its images, its network and its conditions, and on demand the network
 * in memory.
 *
 * <p>This is the place where images, network and settings meet; training, range tests and tuning
 * all begin here. Holds native memory from the first {@link #learner} until closed. For one thread
 * at a time.
 */
public final class Experiment implements AutoCloseable {
  /**
   * Settings that ranks on several machines may have otherwise: places, and what one computes by.
   */
  private static final Set<Setting<?>> OF_THE_MACHINE =
      Set.of(
          TrainingConfig.DATA,
          TrainingConfig.LABELS,
          TrainingConfig.CACHE,
          TrainingConfig.MAX_CACHE,
          TrainingConfig.OFFLINE,
          TrainingConfig.MODEL,
          TrainingConfig.FROM,
          TrainingConfig.AUGMENT,
          TrainingConfig.LR_FROM,
          TrainingConfig.THREADS,
          TrainingConfig.DEVICE,
          TrainingConfig.TENSORBOARD,
          TrainingConfig.CHECKPOINT_MINUTES);

  private final TrainingConfig config;
  private final Optional<TrainingTask> task;
  private final Images images;
  private final Setup setup;
  private final Optional<ModelFile> trained;
  private final Optional<StartingWeights> weights;
  private final Normalization normalization;
  private Optional<WeightMapping> mapping = Optional.empty();
  private ProcessGroup ranks = ProcessGroup.ALONE;
  private BooleanSupplier stop = () -> false;
  private @Nullable Learner learner;

  /**
   * The images, or other samples, of an experiment.
   *
   * @param train to train on
   * @param evaluation to evaluate on, of the same layout and targets
   * @param evaluationName of these: "test", "val", …
   * @param test to evaluate on once, at the end
   * @param report of the reading, for the user
   * @param fingerprint SHA-256 of all that was read
   */
  private record Images(
      Dataset train,
      Dataset evaluation,
      String evaluationName,
      Optional<ImageDataset> test,
      ReadingReport report,
      Fingerprint fingerprint) {}

  private record Fingerprint(String all, String training) {}

  private Experiment(
      TrainingConfig config,
      Images images,
      Optional<ModelFile> trained,
      Optional<StartingWeights> weights) {
    ImageDataset train = images(images.train);
    this.task = Optional.empty();
    this.config = AugmentationChoice.fitted(config, train.shape());
    this.images = images;
    this.trained = trained;
    this.weights = weights;
    normalization =
        trained
            .map(ModelFile::normalization)
            .orElseGet(
                () -> config.normalization(train, weights.flatMap(StartingWeights::normalization)));
    setup =
        this.config
            .setup(train.shape(), train.classes().size())
            .withClassWeights(ClassWeights.of(config.get(TrainingConfig.CLASS_WEIGHTS), train));
  }

  private Experiment(TrainingConfig config, TrainingTask task) {
    this.task = Optional.of(task);
    this.config = config;
    String training = task.train().fingerprint();
    images =
        new Images(
            task.train(),
            task.validation(),
            "validation",
            Optional.empty(),
            ReadingReport.EMPTY,
            new Fingerprint(task.fingerprint(training), training));
    trained = Optional.empty();
    weights = Optional.empty();
    normalization = Normalization.of(task.train());
    setup = config.setup(task);
  }

  /**
   * Opens the data and the network of a program.
   *
   * @throws BadDataException where nothing can be learned from the data
   */
  static Experiment open(TrainingConfig config, TrainingTask task, JobListener listener) {
    TrainingConfig fitted = ShortRun.fitted(config, task.train().size());
    Experiment experiment = new Experiment(fitted, task);
    listener.opened(experiment);
    experiment.sayFullBatches(listener);
    return experiment;
  }

  private static ImageDataset images(Dataset data) {
    if (data instanceof ImageDataset images) {
      return images;
    }
    throw new IllegalStateException("the data of a program are no files of images");
  }

  /**
   * The part of a batch whose memory this machine needs at once. Where it cannot hold that, images
   * are refused before they are decoded.
   *
   * @param ranks that a batch is dealt to
   * @param here those of them on this machine, which share its memory
   * @param size of the batch that must fit, 0 where nothing is trained; empty for the one of the
   *     configuration
   */
  public record HeldBatch(int ranks, int here, OptionalInt size) {
    public HeldBatch {
      Require.atLeast("ranks", ranks, 1);
      Require.that(here >= 1 && here <= ranks, "here", "in [1, ranks " + ranks + "]", here, here);
      Require.atLeast("size", size.orElse(0), 0);
    }

    /** A batch in one process. */
    public static final HeldBatch WHOLE = new HeldBatch(1, 1, OptionalInt.empty());

    /** No batch: the images are not trained on. */
    public static final HeldBatch NONE = WHOLE.upTo(0);

    /** A batch that is dealt to ranks. */
    public static HeldBatch on(ProcessGroup ranks) {
      return new HeldBatch(ranks.size(), ranks.place().localSize(), OptionalInt.empty());
    }

    /** The same where other batch sizes are tried, of which the largest must fit. */
    public HeldBatch upTo(int largest) {
      return new HeldBatch(ranks, here, OptionalInt.of(largest));
    }

    /** The same where the largest batch size that fits is searched for: a small one must fit. */
    public HeldBatch searched() {
      return upTo(ShortRun.SMALLEST_BATCH);
    }

    /** Whether nothing is trained. */
    boolean isNone() {
      return size.isPresent() && size.getAsInt() == 0;
    }

    /** The images of a batch that must fit. */
    int batch(Setup setup) {
      return size.orElse(setup.batchSize());
    }

    /** The images of it whose memory is needed at once. */
    int images(Setup setup) {
      int parts = ranks * setup.settings().accumulation();
      return (batch(setup) * here + parts - 1) / parts;
    }
  }

  /**
   * Opens the images for training and evaluation. If they are few and no batch size is given, the
   * configuration of the experiment has a smaller one.
   *
   * @throws BadDataException where they cannot be read, or are of no use for training
   */
  public static Experiment open(TrainingConfig asked, JobListener listener) {
    return open(asked, HeldBatch.WHOLE, listener);
  }

  /** As {@link #open(TrainingConfig, JobListener)}, to train on ranks, or not to train. */
  public static Experiment open(TrainingConfig asked, HeldBatch held, JobListener listener) {
    Optional<StartingWeights> weights = StartingWeights.of(asked);
    return open(fitted(asked, weights), weights, held, listener);
  }

  /** The configuration with the model that the weights are for, where there are any. */
  static TrainingConfig fitted(TrainingConfig asked, Optional<StartingWeights> weights) {
    return weights.map(from -> from.withModel(asked).validated()).orElse(asked);
  }

  /** As {@link #open(TrainingConfig, JobListener)}, with weights that are read already. */
  static Experiment open(
      TrainingConfig config,
      Optional<StartingWeights> weights,
      HeldBatch held,
      JobListener listener) {
    LargeImages large = new LargeImages(config, held, listener);
    DataSplits data =
        Datasets.open(config.get(TrainingConfig.DATA), options(config, large, listener));
    Experiment experiment =
        new Experiment(
            ShortRun.fitted(config, data.train().size()),
            new Images(
                data.train(),
                data.evaluation(),
                data.evaluationName(),
                data.test(),
                data.report(),
                new Fingerprint(data.fingerprint(), data.trainingFingerprint())),
            Optional.empty(),
            weights);
    return opened(experiment, large, listener);
  }

  /**
   * Opens the images for a choice of hyper-parameters: the test images are not read, {@link
   * #evaluation} is a validation set or a tenth held out. The batch size is as in {@link #open}.
   *
   * @throws BadDataException where they cannot be read, or are of no use for training
   */
  public static Experiment openForTuning(TrainingConfig asked, JobListener listener) {
    return openForTuning(asked, HeldBatch.WHOLE, listener);
  }

  /**
   * As {@link #openForTuning(TrainingConfig, JobListener)}, on ranks or for a search of batch
   * sizes.
   */
  public static Experiment openForTuning(
      TrainingConfig asked, HeldBatch held, JobListener listener) {
    Optional<StartingWeights> weights = StartingWeights.of(asked);
    TrainingConfig config = fitted(asked, weights);
    LargeImages large = new LargeImages(config, held, listener);
    TuningData data =
        Datasets.openForTuning(config.get(TrainingConfig.DATA), options(config, large, listener));
    TrainingConfig fitted = ShortRun.fitted(config, data.train().size());
    Experiment experiment = new Experiment(fitted, images(data), Optional.empty(), weights);
    ShortRun.sayBatches(config, experiment, listener);
    return opened(experiment, large, listener);
  }

  /**
   * Opens the images for a range test, as {@link #openForTuning} does, with the batch size of a
   * training on them: see {@link #open}.
   *
   * @param trained a model whose weights take the place of first ones
   * @throws BadDataException where the images have other classes or another shape than the model,
   *     or the model is another than the configuration says
   */
  public static Experiment openForRangeTest(
      TrainingConfig asked, Optional<ModelFile> trained, HeldBatch held, JobListener listener) {
    Optional<StartingWeights> weights =
        trained.isPresent() ? Optional.empty() : StartingWeights.of(asked);
    TrainingConfig config = fitted(asked, weights);
    LargeImages large = new LargeImages(config, held, listener);
    TuningData data =
        Datasets.openForTuning(config.get(TrainingConfig.DATA), options(config, large, listener));
    Experiment experiment =
        new Experiment(
            ShortRun.fitted(config, data.train().size()), images(data), trained, weights);
    trained.ifPresent(model -> requireFitting(model, experiment));
    ShortRun.sayBatches(config, experiment, listener);
    return opened(experiment, large, listener);
  }

  /**
   * The peak rate for few images, where there are few and a careful rate is known for the
   * optimizer: range tests of so few images are no guide.
   */
  public OptionalDouble carefulRate() {
    return ShortRun.few(config, train().size()) ? PeakRate.careful(config) : OptionalDouble.empty();
  }

  /** The optimizer steps of a training of these images over the configured epochs. */
  public long cycleSteps() {
    return cycleSteps(setup.batchSize());
  }

  /** The optimizer steps of such a training with batches of another size. */
  public long cycleSteps(int batchSize) {
    return TrainingPlan.of(config.get(TrainingConfig.EPOCHS), batchSize).steps(train().size());
  }

  private static Images images(TuningData data) {
    return new Images(
        data.train(),
        data.validation(),
        data.validationName(),
        Optional.empty(),
        data.report(),
        new Fingerprint(data.fingerprint(), data.fingerprint()));
  }

  private static Experiment opened(Experiment experiment, LargeImages large, JobListener listener) {
    listener.opened(experiment);
    large.say(experiment.setup);
    experiment.sayFullBatches(listener);
    experiment.sayWeights(listener);
    return experiment;
  }

  private void sayFullBatches(JobListener listener) {
    int count = train().size();
    int batch = setup.batchSize();
    if (batch > count) {
      listener.note(
          Numbers.format(
              "Batches of %,d are larger than the %,d training %ss: every step takes all of them",
              batch, count, train().layout().noun()));
    }
  }

  /** Brings the starting weights to the network, so that what does not fit is said at once. */
  private void sayWeights(JobListener listener) {
    if (weights.isPresent()) {
      learner();
      listener.note(mapping.orElseThrow().sentence());
      if (config.find(TrainingConfig.NORMALIZATION).isEmpty()) {
        listener.note(
            "Images are normalized by "
                + (weights.get().normalization().isPresent()
                    ? "the means and deviations of the model that the weights are from"
                    : trainImages().shape().channels() == 3
                        ? "ImageNet's means and deviations, as most weights from elsewhere want"
                        : "the means and deviations of the training images"));
      }
    }
  }

  /** The mapping of the weight file, where the training begins with one. */
  Optional<WeightMapping> weightMapping() {
    return mapping;
  }

  /** The normalization of its images. */
  public Normalization normalization() {
    return normalization;
  }

  private static void requireFitting(ModelFile model, Experiment experiment) {
    ImageDataset train = experiment.trainImages();
    requireEqual("classes", model.classes(), train.classes());
    requireEqual("shape", model.input(), train.shape());
    requireEqual("network", model.network().structure(), experiment.setup.network().structure());
  }

  private static void requireEqual(String part, Object ofModel, Object now) {
    if (!ofModel.equals(now)) {
      throw new BadDataException(
          "the trained model must have the same "
              + part
              + " as the images and settings, "
              + now
              + ", but has "
              + ofModel
              + (part.equals("classes") ? "; set head to new for other classes" : ""));
    }
  }

  /**
   * Opens the images of a run again, with its parts for training and evaluation.
   *
   * @param changes settings that come before those of the run
   * @throws BadDataException where the folder holds no run, or the images cannot be read
   * @throws InvalidValueException where the images are no longer those of the run
   */
  public static Experiment ofRun(Path folder, TrainingConfig changes, JobListener listener) {
    RunRecord record = RunFolder.read(folder);
    requireImageFiles(folder, record);
    // Nothing is trained: the weights that it began with, and a file of class weights, may be gone.
    TrainingConfig config =
        TrainingConfig.ofRun(folder, record.config())
            .with(changes)
            .without(TrainingConfig.FROM)
            .without(TrainingConfig.CLASS_WEIGHTS);
    Experiment experiment = open(config.withAbsolutePaths(), HeldBatch.NONE, listener);
    String then = record.data().fingerprint();
    Require.that(
        then.equals(experiment.fingerprint()),
        "images",
        "the same as in " + folder + ", " + then + ",",
        experiment.fingerprint(),
        experiment);
    return experiment;
  }

  /**
   * Makes sure that a run is of files of images, not of a program's own data.
   *
   * @throws BadDataException where it is not
   */
  static void requireImageFiles(Path folder, RunRecord record) {
    if (record.task().byProgram()) {
      throw new BadDataException(
          folder
              + " must be a run of image files but is one of a program's own data and network ("
              + record.data().source()
              + "); use it from that program, by TrainingJob.resume and Learner.load");
    }
  }

  private static DataOptions options(
      TrainingConfig config, LargeImages large, JobListener listener) {
    return config.dataOptions().withListener(listener::reading).withCheck(large::beforeDecoding);
  }

  /** Its configuration. */
  public TrainingConfig config() {
    return config;
  }

  /** The images, or other samples, to train on. */
  public Dataset train() {
    return images.train;
  }

  /** The images, or other samples, to evaluate on. */
  public Dataset evaluation() {
    return images.evaluation;
  }

  /**
   * The images to train on, of an experiment of image files.
   *
   * @throws IllegalStateException where the data are a program's own
   */
  public ImageDataset trainImages() {
    return images(images.train);
  }

  /**
   * The images to evaluate on, of an experiment of image files.
   *
   * @throws IllegalStateException where the data are a program's own
   */
  public ImageDataset evaluationImages() {
    return images(images.evaluation);
  }

  /** The task of a program; empty where the data are files of images. */
  Optional<TrainingTask> task() {
    return task;
  }

  /** The name of the data: their path as given, or the name that a program gave them. */
  String source() {
    return task.map(TrainingTask::name).orElseGet(() -> config.get(TrainingConfig.DATA));
  }

  /** The name of the images to evaluate on: "test", "val", … */
  public String evaluationName() {
    return images.evaluationName;
  }

  /** The test images that judge no epoch: they are evaluated once, at the end; empty if none. */
  public Optional<ImageDataset> test() {
    return images.test;
  }

  /** The report of the reading of the images, for the user. */
  public ReadingReport report() {
    return images.report;
  }

  /** SHA-256 over class names, image shape, labels and pixels of all images that were read. */
  public String fingerprint() {
    return images.fingerprint.all;
  }

  /** The random changes of its training images, where they are not the model's own; else empty. */
  public Optional<String> augmentationText() {
    return AugmentationChoice.describe(config);
  }

  /**
   * The first training images as the network sees them: augmented, in the order of training.
   *
   * @param longestSide larger pictures are scaled down to it, in pixels
   */
  public TrainingImages trainingImages(int count, int longestSide) {
    ImageShape shape = trainImages().shape();
    Sampler sampler =
        Sampler.of(setup.sampling(), train(), setup.batchSize(), config.get(TrainingConfig.SEED));
    List<Labelled> pictures = new ArrayList<>();
    try (BatchLoader batches = BatchLoader.endless(train(), setup.augmentation(), sampler)) {
      while (pictures.size() < count) {
        try (Batch batch = batches.next()) {
          int wanted = Math.min(batch.size(), count - pictures.size());
          for (int i = 0; i < wanted; i++) {
            byte[] pixels = new byte[shape.bytes()];
            batch.values().get(i * shape.bytes(), pixels);
            byte[] png = ImageFiles.thumbnail(pixels, shape, longestSide);
            pictures.add(new Labelled(batch.label(i), new Picture(png)));
          }
        }
      }
    }
    return new TrainingImages(setup.augmentation().describe(), pictures);
  }

  /** Its network, batch size, augmentation and optimizer. */
  public Setup setup() {
    return setup;
  }

  /** The conditions of its losses. */
  public Conditions conditions() {
    return conditions(setup);
  }

  /** The conditions of another setup on the same images. */
  public Conditions conditions(Setup other) {
    Conditions conditions =
        ofRanks(
            task.isPresent()
                ? other.conditions(images.fingerprint.training, train().targets())
                : other.conditions(images.fingerprint.training));
    if (weights.isPresent()
        || trained.isPresent()
        || config.find(TrainingConfig.NORMALIZATION).isPresent()) {
      conditions = conditions.with("normalization", normalization.text());
    }
    Optional<String> sha256 =
        trained.map(Experiment::sha256).or(() -> weights.map(from -> from.sha256() + rules()));
    return sha256.isEmpty()
        ? conditions
        : conditions.with("weights", "from a file, sha256 " + sha256.get());
  }

  /** A batch is dealt to the replicas of all ranks; they may see it together. */
  private Conditions ofRanks(Conditions ofOne) {
    return ranks.isAlone() || config.get(TrainingConfig.SYNC_BATCHNORM)
        ? ofOne
        : ofOne.with(Setup.REPLICAS, ranks.size() * Long.parseLong(ofOne.get(Setup.REPLICAS)));
  }

  /** The rules of the mapping, in words. */
  private String rules() {
    return Stream.of(HEAD, FROM_PREFIX, FROM_RENAMES, FROM_IGNORE)
        .filter(config::differs)
        .map(rule -> ", " + rule.name() + " " + config.toMap().get(rule.name()))
        .collect(Collectors.joining());
  }

  private static String sha256(ModelFile model) {
    MessageDigest digest = Sha256.digest();
    try (OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
      model.content().to(out);
    } catch (IOException e) {
      throw new UncheckedIOException("nothing is written to a file", e);
    }
    return Sha256.hex(digest);
  }

  /**
   * The network in memory, when this is first called with its first weights: drawn from the seed,
   * or those of a trained model.
   */
  public Learner learner() {
    if (learner == null) {
      learner = newLearner(setup);
    }
    return learner;
  }

  /** A network of another setup with its first weights, to be closed by the caller. */
  public Learner newLearner(Setup other) {
    Learner made =
        trained
            .map(model -> Learner.load(model, other.settings()))
            .orElseGet(() -> prepared(other));
    try {
      made.join(ranks, stop);
      return made;
    } catch (RuntimeException e) {
      made.close();
      throw e;
    }
  }

  /**
   * Joins the ranks of a job, each of which has opened the same data: every network of this
   * experiment is trained by all of them from now on.
   *
   * @throws InvalidValueException where data or settings differ
   */
  public void join(RunControl control) {
    ranks = control.ranks();
    stop = control::stopRequested;
    if (ranks.isAlone()) {
      return;
    }
    ranks.awaitAll(ProcessGroup.LONG); // each reads and decodes at its own pace
    ranks.requireSame("version", String.valueOf(Experiment.class.getPackage()));
    ranks.requireSame(train().layout().noun() + "s", fingerprint());
    // Slices, and with them the draws of dropout, are numbered by the replicas of a rank.
    ranks.requireSame(
        "threads",
        String.valueOf(Compute.of(setup.settings()).threads()),
        "give each as many, by --threads or as the setting threads");
    ranks.requireSame("conditions", conditions().byName().toString());
    // Network and weights are compared by their content, the peak rate once it is known.
    Map<String, Object> settings = config().toMap();
    for (Setting<?> setting : TrainingConfig.settings()) {
      if (!OF_THE_MACHINE.contains(setting)) {
        ranks.requireSame(setting.name(), String.valueOf(settings.get(setting.name())));
      }
    }
    if (learner != null) {
      learner.join(ranks, stop);
    }
  }

  /** The ranks that it runs on. */
  public ProcessGroup ranks() {
    return ranks;
  }

  private Learner prepared(Setup other) {
    Learner learner =
        Learner.prepare(other.network(), images.train, normalization, other.settings());
    try {
      if (weights.isPresent()) {
        WeightMapping brought = weights.get().mapped(learner.weights(), config);
        learner.setWeights(brought.tensors());
        mapping = Optional.of(brought);
      }
      return learner;
    } catch (RuntimeException e) {
      learner.close();
      throw e;
    }
  }

  /** Frees the memory of the network; {@link #learner} makes it anew, with its first weights. */
  public void releaseLearner() {
    if (learner != null) {
      learner.close();
      learner = null;
    }
  }

  @Override
  public void close() {
    releaseLearner();
  }
}
