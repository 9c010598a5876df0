package dev.onecycle.spark;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.torch.job.Setting;
import dev.onecycle.torch.job.TrainingConfig;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;

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
    columns(schema);
    config();
    return OneCycleClassificationModel.outputSchema(this, schema);
  }

  /** The columns that a training reads, which a schema must have. */
  private StagedImages.Columns columns(StructType schema) {
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
    for (Setting<?> own :
        List.of(TrainingConfig.DATA, TrainingConfig.LABELS, TrainingConfig.LABEL_PATTERN)) {
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
    // The driver may lack the device of the executors.
    TrainingConfig unused = config.without(TrainingConfig.DEVICE).validated();
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
    TrainingConfig config = config();
    OneCycleClassificationModel trained =
        fitOf(dataset, config).model().setMaxPixels(config.get(TrainingConfig.MAX_PIXELS));
    return copyValues(trained.setParent(this), ParamMap.empty());
  }

  /**
   * The work of a fit on a dataset, checked but not begun.
   *
   * @throws InvalidValueException where a column or a parameter cannot be used
   */
  ClassifierFit fitOf(Dataset<?> dataset, TrainingConfig config) {
    return new ClassifierFit(
        uid,
        dataset,
        columns(dataset.schema()),
        config,
        getRanks(),
        new ClassifierFit.Folders(
            given(checkpointFolder), given(runName), getLocalFolder(), getKeepImages()));
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
