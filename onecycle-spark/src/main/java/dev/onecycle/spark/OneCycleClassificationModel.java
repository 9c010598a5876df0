package dev.onecycle.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onecycle.data.image.DecodeOptions;
import dev.onecycle.error.BadDataException;
import dev.onecycle.text.Sha256;
import dev.onecycle.torch.model.ModelFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWriter;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * A trained classifier of images: adds predictions to datasets.
 *
 * <p>The weights are broadcast to the executors; each executor has one predictor, which its tasks
 * share, and computes on as many threads as it has cores.
 */
public final class OneCycleClassificationModel extends Model<OneCycleClassificationModel>
    implements ImageColumns<OneCycleClassificationModel>, MLWritable {
  private static final long serialVersionUID = 1;
  private static final String CLASSES = "classes.json";
  private static final JsonMapper JSON = new JsonMapper();

  private final String uid;
  private final byte[] file;
  private final ClassIndex classes;
  private final boolean numbers;
  private final @Nullable TrainingSummary summary;
  private final Param<String> imageCol;
  private final Param<String> predictionCol;
  private final Param<String> probabilityCol;
  private final Param<String> rawPredictionCol;
  private final Param<String> predictedLabelCol;
  private final Param<String> handleInvalid;
  private final IntParam maxPixels;
  private transient @Nullable Broadcast<byte[]> broadcast;
  private transient @Nullable SparkContext broadcastOf;

  /**
   * A model.
   *
   * @param file the content of the model file
   * @param numbers whether labels were numbers
   * @param summary of the training, where it is known
   */
  OneCycleClassificationModel(
      String uid,
      byte[] file,
      ClassIndex classes,
      boolean numbers,
      Optional<TrainingSummary> summary) {
    this.uid = uid;
    this.file = file;
    this.classes = classes;
    this.numbers = numbers;
    this.summary = summary.orElse(null);
    imageCol = Parameters.imageCol(this);
    predictionCol = Parameters.predictionCol(this);
    probabilityCol = Parameters.probabilityCol(this);
    rawPredictionCol = Parameters.rawPredictionCol(this);
    predictedLabelCol = Parameters.predictedLabelCol(this);
    handleInvalid = Parameters.handleInvalid(this);
    maxPixels =
        new IntParam(
            this,
            "maxPixels",
            "largest number of pixels of an image, before it is resized",
            ParamValidators.gt(0));
    Parameters.setDefaults(this);
    setDefault(maxPixels, DecodeOptions.STANDARD_MAX_PIXELS);
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

  /**
   * The largest number of pixels of an image before it is resized; others cannot be predicted. As
   * in the training, at first.
   */
  public IntParam maxPixels() {
    return maxPixels;
  }

  /** See {@link #maxPixels()}. */
  public int getMaxPixels() {
    return (Integer) getOrDefault(maxPixels);
  }

  /** See {@link #maxPixels()}. */
  public OneCycleClassificationModel setMaxPixels(int pixels) {
    set(maxPixels, pixels);
    return this;
  }

  /** The number of places in vectors of probabilities. */
  public int numClasses() {
    return classes.names().size();
  }

  /** The classes by prediction: {@code labels().get(2)} is the class of prediction 2. */
  public List<String> labels() {
    return classes.names();
  }

  /** The training of this model; empty for one that was read from a folder. */
  public Optional<TrainingSummary> summary() {
    return Optional.ofNullable(summary);
  }

  /**
   * The content of the model file, {@code model.safetensors}, which every part of Onecycle reads.
   */
  public byte[] modelFile() {
    return file.clone();
  }

  @Override
  public OneCycleClassificationModel copy(ParamMap extra) {
    OneCycleClassificationModel copy =
        new OneCycleClassificationModel(uid, file, classes, numbers, summary());
    return copyValues(copy, extra).setParent(parent());
  }

  @Override
  public StructType transformSchema(StructType schema) {
    ImageCell.require(schema, getImageCol(), "imageCol");
    return outputSchema(this, schema);
  }

  /** A schema with the columns of predictions. */
  static StructType outputSchema(ImageColumns<?> columns, StructType schema) {
    StructType output = schema;
    if (!columns.getRawPredictionCol().isEmpty()) {
      Schemas.requireNew(output, columns.getRawPredictionCol(), "rawPredictionCol");
      output = output.add(columns.getRawPredictionCol(), SQLDataTypes.VectorType());
    }
    if (!columns.getProbabilityCol().isEmpty()) {
      Schemas.requireNew(output, columns.getProbabilityCol(), "probabilityCol");
      output = output.add(columns.getProbabilityCol(), SQLDataTypes.VectorType());
    }
    Schemas.requireNew(output, columns.getPredictionCol(), "predictionCol");
    output = output.add(columns.getPredictionCol(), DataTypes.DoubleType);
    if (!columns.getPredictedLabelCol().isEmpty()) {
      Schemas.requireNew(output, columns.getPredictedLabelCol(), "predictedLabelCol");
      output = output.add(columns.getPredictedLabelCol(), DataTypes.StringType);
    }
    return output;
  }

  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    StructType schema = dataset.schema();
    StructType output = transformSchema(schema);
    SparkContext spark = dataset.sparkSession().sparkContext();
    PredictionWork work =
        new PredictionWork(
            broadcast(spark),
            new JavaSparkContext(spark)
                .broadcast(new SerializableConfiguration(spark.hadoopConfiguration())),
            sha256(),
            classes,
            schema.fieldIndex(getImageCol()),
            getMaxPixels(),
            getHandleInvalid(),
            !getRawPredictionCol().isEmpty(),
            !getProbabilityCol().isEmpty(),
            !getPredictedLabelCol().isEmpty());
    Dataset<Row> predicted = dataset.toDF().mapPartitions(work, Encoders.row(output));
    // The rows that are made anew have lost it.
    for (StructField field : schema.fields()) {
      if (!field.metadata().equals(Metadata.empty())) {
        predicted = predicted.withMetadata(field.name(), field.metadata());
      }
    }
    return predicted;
  }

  private synchronized Broadcast<byte[]> broadcast(SparkContext spark) {
    Broadcast<byte[]> there = broadcast;
    // One of an application that has ended stays valid, with the number of one of this application.
    if (there == null || !there.isValid() || broadcastOf != spark) {
      there = new JavaSparkContext(spark).broadcast(file);
      broadcast = there;
      broadcastOf = spark;
    }
    return there;
  }

  private String sha256() {
    MessageDigest digest = Sha256.digest();
    digest.update(file);
    return Sha256.hex(digest);
  }

  @Override
  public MLWriter write() {
    return new Writer(this);
  }

  private static final class Writer extends MLWriter {
    private final OneCycleClassificationModel model;

    Writer(OneCycleClassificationModel model) {
      this.model = model;
    }

    @Override
    public void saveImpl(String path) {
      DefaultParamsWriter.saveMetadata(model, path, sparkSession());
      SharedFolder folder = new SharedFolder(path, sc().hadoopConfiguration());
      folder.write(ModelFile.NAME, out -> out.write(model.file));
      ObjectNode classes = JSON.createObjectNode();
      classes.put("numbers", model.numbers);
      model.classes.names().forEach(classes.putArray("names")::add);
      model.classes.places().forEach(classes.putArray("places")::add);
      folder.write(CLASSES, out -> out.write(classes.toString().getBytes(StandardCharsets.UTF_8)));
    }
  }

  /** Reads a model that {@link #write} wrote. */
  public static MLReader<OneCycleClassificationModel> read() {
    return new Reader();
  }

  /** Reads a model from a folder. */
  public static OneCycleClassificationModel load(String path) {
    return read().load(path);
  }

  private static final class Reader extends MLReader<OneCycleClassificationModel> {
    @Override
    public OneCycleClassificationModel load(String path) {
      DefaultParamsReader.Metadata metadata =
          DefaultParamsReader.loadMetadata(
              path, sparkSession(), OneCycleClassificationModel.class.getName());
      SharedFolder folder = new SharedFolder(path, sc().hadoopConfiguration());
      try {
        JsonNode classes = JSON.readTree(folder.read(CLASSES));
        List<String> names = new ArrayList<>();
        classes.get("names").forEach(name -> names.add(name.asText()));
        List<Integer> places = new ArrayList<>();
        classes.get("places").forEach(place -> places.add(place.asInt()));
        OneCycleClassificationModel model =
            new OneCycleClassificationModel(
                metadata.uid(),
                folder.read(ModelFile.NAME),
                new ClassIndex(names, places),
                classes.get("numbers").asBoolean(),
                Optional.empty());
        metadata.getAndSetParams(model, metadata.getAndSetParams$default$2());
        return model;
      } catch (IOException e) {
        throw new BadDataException(path + "/" + CLASSES + " cannot be understood", e);
      }
    }
  }
}
