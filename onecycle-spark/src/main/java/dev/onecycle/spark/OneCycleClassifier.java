package dev.onecycle.spark;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.run.RunFolder;
import dev.onecycle.torch.job.Setting;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.model.ModelFile;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.reflect.ClassTag$;

/**
 * Trains a classifier of images by the 1cycle policy, on executors of Spark.
 *
 * <pre>{@code
 * OneCycleClassifier classifier = new OneCycleClassifier()
 *     .setImageCol("content").setLabelCol("label")
 *     .setRanks(4).setEpochs(20)
 *     .setCheckpointFolder("hdfs:///training");
 * OneCycleClassificationModel model = classifier.fit(images);
 * }</pre>
 *
 * <p>{@link #fit} writes the images as tar shards below the checkpoint folder, then runs a barrier
 * stage of {@link #ranks()} tasks, each of which copies the shards to its machine and trains. The
 * run's folder, with a checkpoint after every epoch, is kept in the checkpoint folder. Where a task
 * dies, Spark runs the stage again, and the training goes on from the newest checkpoint to the same
 * bits.
 *
 * <p>Without {@link #maxLr()} a range test finds the peak rate first.
 */
public final class OneCycleClassifier extends Estimator<OneCycleClassificationModel>
    implements ImageColumns<OneCycleClassifier>, DefaultParamsWritable {
  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(OneCycleClassifier.class);

  private static final Duration EXECUTORS_WITHIN = Duration.ofMinutes(1);
  private static final long PAUSE_NANOS = 200_000_000;

  /** The folder of shards in the folder of a run. */
  static final String IMAGES = "images";

  private final String uid;
  private final Param<String> imageCol;
  private final Param<String> predictionCol;
  private final Param<String> probabilityCol;
  private final Param<String> rawPredictionCol;
  private final Param<String> predictedLabelCol;
  private final Param<String> handleInvalid;
  private final Param<String> labelCol;
  private final Param<String> idCol;
  private final Param<String> validationIndicatorCol;
  private final Param<String> model;
  private final Param<String> imageSize;
  private final IntParam epochs;
  private final IntParam batchSize;
  private final DoubleParam maxLr;
  private final DoubleParam weightDecay;
  private final LongParam seed;
  private final IntParam ranks;
  private final IntParam threads;
  private final SettingsParam settings;
  private final Param<String> checkpointFolder;
  private final Param<String> runName;
  private final Param<String> localFolder;
  private final BooleanParam keepImages;

  /** A classifier with a name of its own. */
  public OneCycleClassifier() {
    this(Identifiable$.MODULE$.randomUID("onecycle"));
  }

  /** A classifier of a name. */
  public OneCycleClassifier(String uid) {
    this.uid = uid;
    imageCol = Parameters.imageCol(this);
    predictionCol = Parameters.predictionCol(this);
    probabilityCol = Parameters.probabilityCol(this);
    rawPredictionCol = Parameters.rawPredictionCol(this);
    predictedLabelCol = Parameters.predictedLabelCol(this);
    handleInvalid = Parameters.handleInvalid(this);
    labelCol =
        new Param<>(this, "labelCol", "column of classes: whole numbers from 0 up, or texts");
    idCol = new Param<>(this, "idCol", "column that orders the images and names them in messages");
    validationIndicatorCol =
        new Param<>(this, "validationIndicatorCol", "column that is true for rows of validation");
    model = new Param<>(this, "model", "name of the network");
    imageSize = new Param<>(this, "imageSize", "size of the images in pixels: 64, or 48x64");
    epochs = new IntParam(this, "epochs", "epochs of the cycle", ParamValidators.gtEq(1));
    batchSize =
        new IntParam(
            this,
            "batchSize",
            "images in an optimizer step, of all ranks",
            ParamValidators.gtEq(2));
    maxLr =
        new DoubleParam(
            this, "maxLr", "peak learning rate; a range test finds it", ParamValidators.gt(0));
    weightDecay =
        new DoubleParam(this, "weightDecay", "strength of weight decay", ParamValidators.gtEq(0));
    seed = new LongParam(this, "seed", "seed of all random choices");
    ranks = new IntParam(this, "ranks", "tasks that train together", ParamValidators.gtEq(1));
    threads =
        new IntParam(
            this,
            "threads",
            "threads of each rank; as many as spark.task.cpus",
            ParamValidators.gtEq(1));
    settings = new SettingsParam(this, "settings", "further settings of the training, by name");
    checkpointFolder =
        new Param<>(
            this,
            "checkpointFolder",
            "folder of runs on a file system that all executors share; Spark's checkpoint folder");
    runName =
        new Param<>(this, "runName", "name of the run; one that is not finished is continued");
    localFolder = new Param<>(this, "localFolder", "folder of executors for copies of the images");
    keepImages =
        new BooleanParam(this, "keepImages", "keep the shards of images after the training");
    Parameters.setDefaults(this);
    setDefault(labelCol, "label");
    setDefault(ranks, 1);
    setDefault(settings, Map.of());
    setDefault(localFolder, "");
    setDefault(keepImages, false);
  }

  @Override
  public String uid() {
    return uid;
  }

  @Override
  public Param<String> imageCol() {
    return imageCol;
  }

  @Override
  public Param<String> predictionCol() {
    return predictionCol;
  }

  @Override
  public Param<String> probabilityCol() {
    return probabilityCol;
  }

  @Override
  public Param<String> rawPredictionCol() {
    return rawPredictionCol;
  }

  @Override
  public Param<String> predictedLabelCol() {
    return predictedLabelCol;
  }

  @Override
  public Param<String> handleInvalid() {
    return handleInvalid;
  }

  /** The column of classes: whole numbers from 0 up, or texts. Default {@code label}. */
  public Param<String> labelCol() {
    return labelCol;
  }

  /**
   * The column that orders the images and names them in messages; by default the path, or the
   * SHA-256 of the bytes, of an image.
   */
  public Param<String> idCol() {
    return idCol;
  }

  /**
   * The column that is true for rows of validation. Without one, a tenth of each class is held out.
   */
  public Param<String> validationIndicatorCol() {
    return validationIndicatorCol;
  }

  /** The name of the network, as {@link TrainingConfig#MODEL}. */
  public Param<String> model() {
    return model;
  }

  /** The size of the images in pixels: {@code 64}, or {@code 48x64} of height and width. */
  public Param<String> imageSize() {
    return imageSize;
  }

  /** The epochs of the cycle. */
  public IntParam epochs() {
    return epochs;
  }

  /** The images in an optimizer step, of all ranks together. */
  public IntParam batchSize() {
    return batchSize;
  }

  /** The peak learning rate; where none is given, a range test finds it. */
  public DoubleParam maxLr() {
    return maxLr;
  }

  /** The strength of weight decay. */
  public DoubleParam weightDecay() {
    return weightDecay;
  }

  /** The seed of all random choices. */
  public LongParam seed() {
    return seed;
  }

  /** The number of tasks that train together, one process group. Default 1. */
  public IntParam ranks() {
    return ranks;
  }

  /** The threads of each rank. Default {@code spark.task.cpus}. */
  public IntParam threads() {
    return threads;
  }

  /** Further settings of the training by name, see {@link TrainingConfig}. */
  public SettingsParam settings() {
    return settings;
  }

  /**
   * The folder of runs, on any Hadoop file system that the driver and all executors share. Default
   * Spark's checkpoint folder.
   */
  public Param<String> checkpointFolder() {
    return checkpointFolder;
  }

  /**
   * The name of the run in the checkpoint folder; a new one where none is given. A run of the name
   * that is not finished is continued.
   */
  public Param<String> runName() {
    return runName;
  }

  /**
   * The folder of executors for their copies of the images. Default their folder of temporary
   * files.
   */
  public Param<String> localFolder() {
    return localFolder;
  }

  /** Whether the shards of images are kept after the training. Default false. */
  public BooleanParam keepImages() {
    return keepImages;
  }

  /** See {@link #labelCol()}. */
  public String getLabelCol() {
    return getOrDefault(labelCol);
  }

  /** See {@link #labelCol()}. */
  public OneCycleClassifier setLabelCol(String value) {
    return (OneCycleClassifier) set(labelCol, value);
  }

  /** See {@link #idCol()}. */
  public String getIdCol() {
    return getOrDefault(idCol);
  }

  /** See {@link #idCol()}. */
  public OneCycleClassifier setIdCol(String value) {
    return (OneCycleClassifier) set(idCol, value);
  }

  /** See {@link #validationIndicatorCol()}. */
  public String getValidationIndicatorCol() {
    return getOrDefault(validationIndicatorCol);
  }

  /** See {@link #validationIndicatorCol()}. */
  public OneCycleClassifier setValidationIndicatorCol(String value) {
    return (OneCycleClassifier) set(validationIndicatorCol, value);
  }

  /** See {@link #model()}. */
  public String getModel() {
    return getOrDefault(model);
  }

  /** See {@link #model()}. */
  public OneCycleClassifier setModel(String value) {
    return (OneCycleClassifier) set(model, value);
  }

  /** See {@link #imageSize()}. */
  public String getImageSize() {
    return getOrDefault(imageSize);
  }

  /** See {@link #imageSize()}. */
  public OneCycleClassifier setImageSize(String value) {
    return (OneCycleClassifier) set(imageSize, value);
  }

  /** See {@link #epochs()}. */
  public int getEpochs() {
    return (Integer) getOrDefault(epochs);
  }

  /** See {@link #epochs()}. */
  public OneCycleClassifier setEpochs(int value) {
    return (OneCycleClassifier) set(epochs, value);
  }

  /** See {@link #batchSize()}. */
  public int getBatchSize() {
    return (Integer) getOrDefault(batchSize);
  }

  /** See {@link #batchSize()}. */
  public OneCycleClassifier setBatchSize(int value) {
    return (OneCycleClassifier) set(batchSize, value);
  }

  /** See {@link #maxLr()}. */
  public double getMaxLr() {
    return (Double) getOrDefault(maxLr);
  }

  /** See {@link #maxLr()}. */
  public OneCycleClassifier setMaxLr(double value) {
    return (OneCycleClassifier) set(maxLr, value);
  }

  /** See {@link #weightDecay()}. */
  public double getWeightDecay() {
    return (Double) getOrDefault(weightDecay);
  }

  /** See {@link #weightDecay()}. */
  public OneCycleClassifier setWeightDecay(double value) {
    return (OneCycleClassifier) set(weightDecay, value);
  }

  /** See {@link #seed()}. */
  public long getSeed() {
    return (Long) getOrDefault(seed);
  }

  /** See {@link #seed()}. */
  public OneCycleClassifier setSeed(long value) {
    return (OneCycleClassifier) set(seed, value);
  }

  /** See {@link #ranks()}. */
  public int getRanks() {
    return (Integer) getOrDefault(ranks);
  }

  /** See {@link #ranks()}. */
  public OneCycleClassifier setRanks(int value) {
    return (OneCycleClassifier) set(ranks, value);
  }

  /** See {@link #threads()}. */
  public int getThreads() {
    return (Integer) getOrDefault(threads);
  }

  /** See {@link #threads()}. */
  public OneCycleClassifier setThreads(int value) {
    return (OneCycleClassifier) set(threads, value);
  }

  /** See {@link #settings()}. */
  public Map<String, String> getSettings() {
    return getOrDefault(settings);
  }

  /** See {@link #settings()}. */
  public OneCycleClassifier setSettings(Map<String, String> value) {
    return (OneCycleClassifier) set(settings, Collections.unmodifiableMap(new TreeMap<>(value)));
  }

  /** See {@link #checkpointFolder()}. */
  public String getCheckpointFolder() {
    return getOrDefault(checkpointFolder);
  }

  /** See {@link #checkpointFolder()}. */
  public OneCycleClassifier setCheckpointFolder(String value) {
    return (OneCycleClassifier) set(checkpointFolder, value);
  }

  /** See {@link #runName()}. */
  public String getRunName() {
    return getOrDefault(runName);
  }

  /** See {@link #runName()}. */
  public OneCycleClassifier setRunName(String value) {
    return (OneCycleClassifier) set(runName, value);
  }

  /** See {@link #localFolder()}. */
  public String getLocalFolder() {
    return getOrDefault(localFolder);
  }

  /** See {@link #localFolder()}. */
  public OneCycleClassifier setLocalFolder(String value) {
    return (OneCycleClassifier) set(localFolder, value);
  }

  /** See {@link #keepImages()}. */
  public boolean getKeepImages() {
    return (Boolean) getOrDefault(keepImages);
  }

  /** See {@link #keepImages()}. */
  public OneCycleClassifier setKeepImages(boolean value) {
    return (OneCycleClassifier) set(keepImages, value);
  }

  @Override
  public OneCycleClassifier copy(ParamMap extra) {
    return defaultCopy(extra);
  }

  @Override
  public StructType transformSchema(StructType schema) {
    checked(schema);
    return OneCycleClassificationModel.outputSchema(this, schema);
  }

  private StagedImages.Columns checked(StructType schema) {
    ImageCell.require(schema, getImageCol(), "imageCol");
    DataType label = Schemas.type(schema, getLabelCol(), "labelCol");
    Require.that(
        label instanceof NumericType || label instanceof StringType,
        "labelCol",
        "a column of numbers or texts",
        getLabelCol() + " of type " + label.simpleString(),
        label);
    Optional<String> validation = given(validationIndicatorCol);
    validation.ifPresent(
        name ->
            Require.that(
                Schemas.type(schema, name, "validationIndicatorCol") instanceof BooleanType,
                "validationIndicatorCol",
                "a column of booleans",
                name + " of type " + schema.apply(name).dataType().simpleString(),
                name));
    Optional<String> id = given(idCol);
    id.ifPresent(name -> Schemas.type(schema, name, "idCol"));
    config();
    return new StagedImages.Columns(getImageCol(), getLabelCol(), id, validation);
  }

  private <T> Optional<T> given(Param<T> param) {
    return isDefined(param) ? Optional.of(getOrDefault(param)) : Optional.empty();
  }

  /**
   * The configuration of the training that the parameters give.
   *
   * @throws InvalidValueException where a value is out of range or contradicts another
   */
  public TrainingConfig config() {
    Map<String, Object> values = new LinkedHashMap<>(getSettings());
    for (Setting<?> own : List.of(TrainingConfig.DATA, TrainingConfig.LABELS)) {
      Require.that(
          !values.containsKey(own.name()),
          "settings",
          "without " + own.name() + ", which the columns give,",
          String.valueOf(values.get(own.name())),
          values);
    }
    put(values, TrainingConfig.MODEL, model);
    put(values, TrainingConfig.IMAGE_SIZE, imageSize);
    put(values, TrainingConfig.EPOCHS, epochs);
    put(values, TrainingConfig.BATCH_SIZE, batchSize);
    put(values, TrainingConfig.MAX_LR, maxLr);
    put(values, TrainingConfig.WEIGHT_DECAY, weightDecay);
    put(values, TrainingConfig.SEED, seed);
    put(values, TrainingConfig.THREADS, threads);
    TrainingConfig config = TrainingConfig.of(values);
    if (config.get(TrainingConfig.STREAM)) {
      throw Require.invalid(
          "settings",
          "without stream, which would hold out whole classes of the sorted shards,",
          true,
          "leave it out");
    }
    return config;
  }

  private void put(Map<String, Object> values, Setting<?> setting, Param<?> param) {
    if (isDefined(param)) {
      Object value = getOrDefault(param);
      Object other = values.put(setting.name(), value);
      Require.that(
          other == null,
          "settings",
          "without " + setting.name() + ", which parameter " + param.name() + " gives,",
          String.valueOf(other),
          value);
    }
  }

  /**
   * Trains.
   *
   * @throws InvalidValueException where a parameter is out of range or contradicts another
   * @throws BadDataException where the images cannot be used, or no peak rate can be suggested
   * @throws dev.onecycle.error.DivergedException where losses are not finite or far above the start
   */
  @Override
  public OneCycleClassificationModel fit(Dataset<?> dataset) {
    requireSlots(dataset.sparkSession().sparkContext());
    return onShards(dataset, config(), images -> trained(dataset, images));
  }

  /** Work on the shards of a dataset. */
  interface ShardWork<T> {
    T on(LocalImages images);
  }

  /**
   * Writes the images of a dataset as shards, unless the run has them already, and runs work on
   * them. They are removed at the end, unless they are to be kept, or the work has failed and the
   * run may be continued by its name.
   */
  private <T> T onShards(Dataset<?> dataset, TrainingConfig config, ShardWork<T> work) {
    return onShards(dataset, config, false, work);
  }

  /** As for a training; but a sweep has a folder of its own, and is not continued. */
  <T> T onSweepShards(Dataset<?> dataset, TrainingConfig config, ShardWork<T> work) {
    return onShards(dataset, config, true, work);
  }

  private <T> T onShards(
      Dataset<?> dataset, TrainingConfig config, boolean sweep, ShardWork<T> work) {
    StagedImages.Columns columns = checked(dataset.schema());
    SparkContext spark = dataset.sparkSession().sparkContext();
    Configuration hadoop = spark.hadoopConfiguration();
    SharedFolder run =
        new SharedFolder(runs(spark), hadoop).resolve(sweep ? name() + "-sweep" : name());
    LOG.info("The run is kept in {}", run.uri());
    Broadcast<SerializableConfiguration> shared =
        new JavaSparkContext(spark).broadcast(new SerializableConfiguration(hadoop));
    boolean done = false;
    try {
      // The images of a sweep do not depend on settings.
      Map<String, Object> settings = sweep ? Map.of() : config.givenToMap();
      StagedImages staged = staged(dataset, columns, settings, run, shared);
      LocalImages images = new LocalImages(config, run, staged, getLocalFolder(), shared);
      try {
        T result = work.on(images);
        done = true;
        return result;
      } finally {
        images.removeCopies(spark);
      }
    } finally {
      boolean continued = !done && !sweep && isDefined(runName);
      if (!getKeepImages() && !continued) {
        deleteQuietly(sweep ? run : run.resolve(IMAGES));
      }
      if (!spark.isStopped()) {
        shared.destroy();
      }
    }
  }

  /** A result, or another error, must not be lost for files that are left. */
  private static void deleteQuietly(SharedFolder folder) {
    try {
      folder.delete();
    } catch (CannotWriteException | UncheckedIOException e) {
      LOG.warn("Images are left: {}", e.getMessage());
    }
  }

  /**
   * The images of a dataset as shards. A run that has begun must have had the same inputs; the
   * images of one that has not begun are written anew where inputs differ.
   */
  private static StagedImages staged(
      Dataset<?> dataset,
      StagedImages.Columns columns,
      Map<String, Object> settings,
      SharedFolder run,
      Broadcast<SerializableConfiguration> shared) {
    SharedFolder folder = run.resolve(IMAGES);
    boolean begun = run.has(RunFolder.RECORD);
    Optional<RunInputs> then = RunInputs.in(run);
    RunInputs parameters = RunInputs.of(settings, columns, RowDigest.NONE);
    if (begun) {
      then.orElseThrow(
              () ->
                  Require.invalid(
                      "runName",
                      "the name of a new run, or of one with a file " + RunInputs.FILE,
                      run.uri(),
                      "choose another name, or none"))
          .requireSameParameters(parameters, run.uri());
    }
    Optional<StagedImages> there = then.flatMap(inputs -> StagedImages.in(folder));
    if (there.isPresent()) {
      RowDigest rows = RowDigest.of(dataset, columns);
      if (begun) {
        then.get().requireSameRows(rows, run.uri());
      }
      if (then.get().equals(RunInputs.of(settings, columns, rows))) {
        return there.get();
      }
    }
    StagedImages written = StagedImages.write(dataset, columns, folder, shared);
    if (begun) {
      // Compared only now: to read the dataset once more would cost more than these files.
      try {
        then.get().requireSameRows(written.rows(), run.uri());
      } catch (InvalidValueException e) {
        deleteQuietly(folder);
        throw e;
      }
    } else {
      RunInputs.of(settings, columns, written.rows()).writeTo(run);
    }
    return written;
  }

  private OneCycleClassificationModel trained(Dataset<?> dataset, LocalImages images) {
    SharedFolder run = images.run();
    JsonNode answer =
        trained(dataset.sparkSession().sparkContext(), new RankWork(images, getRanks()));
    if (!answer.get("finished").asBoolean()) {
      throw new IllegalStateException(
          "the training was stopped before its end; the run in "
              + run.uri()
              + " can be continued by its name");
    }
    boolean numbers = dataset.schema().apply(getLabelCol()).dataType() instanceof NumericType;
    List<String> classes = new ArrayList<>();
    answer.get("classes").forEach(node -> classes.add(node.asText()));
    OneCycleClassificationModel trained =
        new OneCycleClassificationModel(
            uid,
            run.read(ModelFile.NAME),
            ClassIndex.of(classes, numbers),
            numbers,
            Optional.of(TrainingSummary.of(answer, run.uri(), images.writeSeconds())));
    return copyValues(trained.setParent(this), ParamMap.empty());
  }

  /** Executors that have just been asked for come one after the other: they are waited for. */
  private void requireSlots(SparkContext spark) {
    long begin = System.nanoTime();
    int slots = slots(spark);
    while (slots < getRanks()
        && !spark.isLocal()
        && System.nanoTime() - begin < EXECUTORS_WITHIN.toNanos()
        && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(PAUSE_NANOS);
      slots = slots(spark);
    }
    Require.that(
        getRanks() <= slots,
        "ranks",
        "at most " + slots + ", the tasks that this application runs at a time,",
        getRanks(),
        slots);
  }

  /** The tasks that an application runs at a time. */
  static int slots(SparkContext spark) {
    return spark.maxNumConcurrentTasks(spark.resourceProfileManager().defaultResourceProfile());
  }

  private String runs(SparkContext spark) {
    return given(checkpointFolder)
        .or(() -> Optional.ofNullable(spark.getCheckpointDir().getOrElse(() -> null)))
        .orElseThrow(
            () ->
                Require.invalid(
                    "checkpointFolder",
                    "given",
                    "left out",
                    "name a folder that the driver and all executors share, or set Spark's"
                        + " checkpoint folder"));
  }

  private String name() {
    return given(runName)
        .map(
            name ->
                Require.that(
                    name.matches("[A-Za-z0-9][A-Za-z0-9._-]*"),
                    "runName",
                    "of letters, digits, dots, underscores and hyphens",
                    name,
                    name))
        .orElseGet(() -> Identifiable$.MODULE$.randomUID(uid));
  }

  private JsonNode trained(SparkContext spark, RankWork work) {
    List<Integer> all = IntStream.range(0, getRanks()).boxed().toList();
    RDD<Integer> tasks = new JavaSparkContext(spark).parallelize(all, getRanks()).rdd();
    RDD<String> answers =
        tasks.barrier().mapPartitions(work, false, ClassTag$.MODULE$.apply(String.class));
    // Spark tries a barrier stage again only where a shuffle follows it.
    List<JsonNode> read =
        answers.toJavaRDD().repartition(1).collect().stream().map(Answers::read).toList();
    return read.stream()
        .filter(answer -> answer.get(RankWork.RANK).asInt() == 0)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("rank 0 gave no answer"));
  }

  /** Reads a classifier that {@link #write} wrote. */
  public static MLReader<OneCycleClassifier> read() {
    return new DefaultParamsReader<>();
  }

  /** Reads a classifier from a folder. */
  public static OneCycleClassifier load(String path) {
    return read().load(path);
  }
}
