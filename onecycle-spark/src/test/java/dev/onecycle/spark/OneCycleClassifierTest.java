package dev.onecycle.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.run.tuning.Memo;
import dev.onecycle.testing.TestData;
import dev.onecycle.text.Sha256;
import dev.onecycle.torch.job.Experiment;
import dev.onecycle.torch.job.JobListener;
import dev.onecycle.torch.job.RunSummary;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.job.TrainingJob;
import dev.onecycle.torch.train.LearningRateFinder;
import dev.onecycle.torch.tune.SweepPlan;
import dev.onecycle.torch.tune.Sweeper;
import dev.onecycle.torch.tune.TuningListener;
import dev.onecycle.tune.Hyperparameter;
import dev.onecycle.tune.Sweep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.feature.IndexToString;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.CrossValidatorModel;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The classifier as a stage of Spark ML, in one process. */
class OneCycleClassifierTest {
  @TempDir private static Path folder;
  private static SparkSession spark;
  private static Dataset<Row> images;
  private static OneCycleClassificationModel model;

  @BeforeAll
  static void train() {
    spark = TestSpark.local(2, folder);
    images = TestSpark.colours(spark, 90).cache();
    model = TestSpark.classifier(folder).setRunName("first").setKeepImages(true).fit(images);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static long correct(List<Row> rows) {
    return rows.stream()
        .filter(row -> row.<Integer>getAs("label") == row.<Double>getAs("prediction").intValue())
        .count();
  }

  @Test
  void coloursAreLearned() {
    Dataset<Row> predicted = model.transform(images);
    assertThat(predicted.schema()).isEqualTo(model.transformSchema(images.schema()));
    assertThat(predicted.columns())
        .containsExactly(
            "content", "label", "colour", "rawPrediction", "probability", "prediction");
    List<Row> rows = predicted.collectAsList();
    assertThat(rows).hasSize(90);
    assertThat(correct(rows)).isGreaterThan(80);
    for (Row row : rows) {
      Vector probability = row.getAs("probability");
      Vector scores = row.getAs("rawPrediction");
      assertThat(probability.argmax()).isEqualTo(row.<Double>getAs("prediction").intValue());
      assertThat(scores.argmax()).isEqualTo(probability.argmax());
      assertThat(probability.apply(0) + probability.apply(1) + probability.apply(2))
          .isCloseTo(1, within(1e-6));
    }
  }

  /** IndexToString finds the classes of an index there. */
  @Test
  void columnsKeepTheirMetadata() {
    Dataset<Row> indexed =
        new StringIndexer()
            .setInputCol("colour")
            .setOutputCol("index")
            .fit(images)
            .transform(images);
    Dataset<Row> predicted = model.transform(indexed);
    assertThat(predicted.schema().apply("index").metadata())
        .isEqualTo(indexed.schema().apply("index").metadata());
    List<Row> names =
        new IndexToString()
            .setInputCol("index")
            .setOutputCol("name")
            .transform(predicted)
            .limit(5)
            .collectAsList();
    assertThat(names)
        .allMatch(row -> row.<String>getAs("name").equals(row.getAs("colour").toString()));
  }

  @Test
  void theLimitOfPixelsIsAParameterOfTheModel() throws IOException {
    assertThat(model.getMaxPixels()).isEqualTo(64_000_000);
    OneCycleClassificationModel small = model.copy(ParamMap.empty()).setMaxPixels(10);
    String path = folder.resolve("small").toString();
    small.save(path);
    OneCycleClassificationModel loaded = OneCycleClassificationModel.load(path);
    assertThat(loaded.getMaxPixels()).isEqualTo(10);
    assertThatThrownBy(() -> loaded.transform(images.limit(1)).collectAsList())
        .hasStackTraceContaining("more than the 10 of");
  }

  @Test
  void theSummaryTellsTheTraining() {
    TrainingSummary summary = model.summary().orElseThrow();
    assertThat(summary.trainImages()).isEqualTo(81);
    assertThat(summary.epochs()).isEqualTo(3);
    assertThat(summary.learningRate()).isEqualTo(0.05);
    assertThat(summary.accuracy()).isGreaterThan(0.8);
    assertThat(summary.seconds().training()).isPositive();
    assertThat(summary.seconds().writing()).isPositive();
    assertThat(folder.resolve("runs/first/run.json")).exists();
    assertThat(folder.resolve("runs/first/checkpoints/latest")).exists();
  }

  /** The weights are those of a training without Spark on the same images. */
  @Test
  void theWeightsAreThoseOfATrainingWithoutSpark() throws IOException {
    TrainingConfig config =
        TestSpark.classifier(folder)
            .config()
            .with(TrainingConfig.DATA, folder.resolve("runs/first/images").toString())
            .with(TrainingConfig.THREADS, 1)
            .with(TrainingConfig.CACHE, folder.resolve("cache").toString());
    RunSummary run = TrainingJob.start(config, folder.resolve("alone"));
    assertThat(model.modelFile()).isEqualTo(Files.readAllBytes(run.model()));
  }

  /** The order and the partitions of rows change nothing, nor does a run that is continued. */
  @Test
  void theOrderOfRowsChangesNothing() throws IOException {
    Dataset<Row> other = images.orderBy(functions.col("colour").desc()).repartition(5);
    OneCycleClassifier classifier = TestSpark.classifier(folder).setRunName("second");
    assertThat(classifier.fit(other).modelFile()).isEqualTo(model.modelFile());
    assertThat(folder.resolve("runs/second/images")).doesNotExist();
    assertThat(copies("second")).isEmpty();
    // Again by its name: the run is finished, and answers at once.
    OneCycleClassificationModel again = classifier.fit(images);
    assertThat(again.modelFile()).isEqualTo(model.modelFile());
    assertThatThrownBy(() -> classifier.copy(ParamMap.empty()).setEpochs(4).fit(images))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith(
            "runName must be the name of a new run, or of one with the settings");
    // Its images are gone: they are written once more and compared.
    assertThatThrownBy(() -> classifier.fit(relabelled()))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith(
            "runName must be the name of a new run, or of one with the rows of this dataset, 90"
                + " rows with the digest ")
        .hasMessageEndingWith("; choose another name, or none");
    assertThat(folder.resolve("runs/second/images")).doesNotExist();
  }

  /** The images of a dataset with other labels. */
  private static Dataset<Row> relabelled() {
    return images.withColumn("label", functions.expr("2 - label"));
  }

  /** The copies of the images of a run on this machine. */
  private static List<String> copies(String run) {
    String[] all = folder.resolve("local").toFile().list();
    return Stream.of(all == null ? new String[0] : all)
        .filter(name -> name.startsWith(run))
        .toList();
  }

  @Test
  void aRunIsContinuedOnItsOwnRowsAndColumnsAlone() {
    OneCycleClassifier first = TestSpark.classifier(folder).setRunName("first").setKeepImages(true);
    assertThat(first.fit(images.repartition(2)).modelFile()).isEqualTo(model.modelFile());
    assertThatThrownBy(() -> first.fit(relabelled()))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("of one with the rows of this dataset, 90 rows");
    assertThatThrownBy(() -> first.fit(images.limit(80)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("of one with the rows of this dataset, 80 rows");
    Dataset<Row> copied = images.withColumn("class", functions.col("label"));
    assertThatThrownBy(() -> first.copy(ParamMap.empty()).setLabelCol("class").fit(copied))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining(
            "of one with the columns {\"image\":\"content\",\"label\":\"class\"} but was")
        .hasMessageContaining(" with {\"image\":\"content\",\"label\":\"label\"};");
    assertThat(folder.resolve("runs/first/images/shards.json")).exists();
  }

  /** The path of an image is a part of its row, and so are its bytes beside a column of ids. */
  @Test
  void theDigestTellsRows() {
    StagedImages.Columns plain =
        new StagedImages.Columns("content", "label", Optional.empty(), Optional.empty());
    StagedImages.Columns named =
        new StagedImages.Columns("content", "label", Optional.of("colour"), Optional.empty());
    RowDigest all = RowDigest.of(images, plain);
    assertThat(all.count()).isEqualTo(90);
    assertThat(RowDigest.of(images.orderBy("label").repartition(7), plain)).isEqualTo(all);
    assertThat(RowDigest.of(images.union(images), plain)).isNotEqualTo(all);
    Dataset<Row> grey = images.withColumn("content", functions.lit(new byte[] {1}));
    assertThat(RowDigest.of(grey, named)).isNotEqualTo(RowDigest.of(images, named));
    assertThat(RowDigest.of(relabelled(), named)).isNotEqualTo(RowDigest.of(images, named));
  }

  /** Ids that are equal leave the order to the labels, and then to the bytes. */
  @Test
  void equalIdsGiveTheSameShardsInAnyOrderOfRows() throws IOException {
    Dataset<Row> rows = images.withColumn("same", functions.lit("x"));
    Map<String, String> shards = shards(rows.repartition(1), "ordered");
    assertThat(shards).isNotEmpty();
    assertThat(shards(rows.orderBy(functions.rand(3)).repartition(7), "shuffled"))
        .isEqualTo(shards);
  }

  private static Map<String, String> shards(Dataset<Row> rows, String name) throws IOException {
    SparkContext context = spark.sparkContext();
    Path place = folder.resolve(name);
    StagedImages staged =
        StagedImages.write(
            rows,
            new StagedImages.Columns("content", "label", Optional.of("same"), Optional.empty()),
            new SharedFolder(place.toUri().toString(), context.hadoopConfiguration()),
            JavaSparkContext.fromSparkContext(context)
                .broadcast(new SerializableConfiguration(context.hadoopConfiguration())));
    Map<String, String> contents = new TreeMap<>();
    for (StagedImages.Shard shard : staged.shards()) {
      contents.put(shard.name(), Sha256.of(Files.readAllBytes(place.resolve(shard.name()))));
    }
    return contents;
  }

  /** A run that never began binds nothing, and what an interrupted one left is not trained on. */
  @Test
  void imagesThatWereLeftAreWrittenAnew() throws IOException {
    Path left = Files.createDirectories(folder.resolve("runs/left/images"));
    Files.copy(folder.resolve("runs/first/settings.json"), left.resolveSibling(RunInputs.FILE));
    try (Stream<Path> shards = Files.list(folder.resolve("runs/first/images"))) {
      for (Path shard : shards.toList()) {
        Files.copy(shard, left.resolve(shard.getFileName()));
      }
    }
    Files.copy(left.resolve("train-000000.tar"), left.resolve("train-000099.tar"));
    OneCycleClassificationModel trained =
        TestSpark.classifier(folder).setRunName("left").fit(images.filter("label < 2"));
    assertThat(trained.labels()).containsExactly("0", "1");
    assertThat(trained.summary().orElseThrow().trainImages()).isEqualTo(54);
  }

  /** On a file system that executors copy from, copies of other images of an equal run. */
  @Test
  void copiesOfOtherImagesAreNotTrainedOn() throws IOException {
    Path disk = Files.createDirectories(folder.resolve("viewed"));
    spark
        .sparkContext()
        .hadoopConfiguration()
        .set("fs.viewfs.mounttable.stale.link./runs", disk.toUri().toString());
    Path shards = folder.resolve("runs/first/images");
    Path stale = Files.createDirectories(folder.resolve("local/copied/images"));
    try (Stream<Path> files = Files.list(shards)) {
      for (Path shard : files.filter(file -> file.toString().endsWith(".tar")).toList()) {
        Files.write(stale.resolve(shard.getFileName()), new byte[(int) Files.size(shard)]);
      }
    }
    OneCycleClassifier classifier =
        TestSpark.classifier(folder)
            .setCheckpointFolder("viewfs://stale/runs")
            .setRunName("copied");
    assertThat(classifier.fit(images).modelFile()).isEqualTo(model.modelFile());
    assertThat(copies("copied")).containsExactly("copied");
    assertThat(disk.resolve("copied/images")).doesNotExist();
    try (Stream<Path> checkpoints = Files.list(disk.resolve("copied/checkpoints"))) {
      assertThat(checkpoints.filter(Files::isDirectory))
          .isNotEmpty()
          .allMatch(checkpoint -> Files.exists(checkpoint.resolve("MANIFEST.json")));
    }
  }

  @Test
  void aModelIsSavedAndLoaded() throws IOException {
    String path = folder.resolve("model").toString();
    model.copy(ParamMap.empty()).setPredictionCol("class").setPredictedLabelCol("name").save(path);
    OneCycleClassificationModel loaded = OneCycleClassificationModel.load(path);
    assertThat(loaded.uid()).isEqualTo(model.uid());
    assertThat(loaded.getPredictionCol()).isEqualTo("class");
    assertThat(loaded.labels()).containsExactly("0", "1", "2");
    assertThat(loaded.modelFile()).isEqualTo(model.modelFile());
    List<Row> rows = loaded.transform(images.limit(3)).collectAsList();
    assertThat(rows)
        .allMatch(
            row -> row.<String>getAs("name").equals("" + row.<Double>getAs("class").intValue()));
  }

  @Test
  void aClassifierIsSavedAndLoaded() throws IOException {
    String path = folder.resolve("classifier").toString();
    OneCycleClassifier classifier =
        TestSpark.classifier(folder).setSettings(Map.of("flip", "none", "optimizer", "adamw"));
    classifier.save(path);
    OneCycleClassifier loaded = OneCycleClassifier.load(path);
    assertThat(loaded.explainParams()).isEqualTo(classifier.explainParams());
    assertThat(loaded.config()).isEqualTo(classifier.config());
    assertThat(loaded.isDefined(loaded.weightDecay())).isFalse();
  }

  /** Texts as classes, through a pipeline that an evaluator and a cross-validation work with. */
  @Test
  void aPipelineIsCrossValidated() throws IOException {
    StringIndexer indexer =
        new StringIndexer()
            .setInputCol("colour")
            .setOutputCol("index")
            .setStringOrderType("alphabetAsc");
    OneCycleClassifier classifier = TestSpark.classifier(folder).setLabelCol("index");
    Pipeline pipeline = new Pipeline().setStages(new PipelineStage[] {indexer, classifier});
    ParamMap[] grid =
        new ParamGridBuilder().addGrid(classifier.maxLr(), new double[] {1e-7, 0.05}).build();
    CrossValidator validator =
        new CrossValidator()
            .setEstimator(pipeline)
            .setEvaluator(
                new MulticlassClassificationEvaluator()
                    .setLabelCol("index")
                    .setMetricName("accuracy"))
            .setEstimatorParamMaps(grid)
            .setNumFolds(2)
            .setSeed(3);
    CrossValidatorModel validated = validator.fit(images);
    assertThat(validated.avgMetrics()[1]).isGreaterThan(0.8);
    assertThat(validated.avgMetrics()[0]).isLessThan(0.7);
    PipelineModel best = (PipelineModel) validated.bestModel();
    String path = folder.resolve("pipeline").toString();
    best.save(path);
    List<Row> rows = PipelineModel.load(path).transform(images).collectAsList();
    assertThat(
            rows.stream().filter(row -> row.getAs("index").equals(row.getAs("prediction"))).count())
        .isGreaterThan(80);
  }

  @Test
  void textsAreClassesByThemselves() {
    OneCycleClassifier classifier =
        TestSpark.classifier(folder)
            .setLabelCol("colour")
            .setPredictedLabelCol("name")
            .setRawPredictionCol("");
    OneCycleClassificationModel byName = classifier.fit(images);
    assertThat(byName.labels()).isEqualTo(TestData.COLOURS);
    List<Row> rows = byName.transform(images).collectAsList();
    assertThat(rows.stream().filter(row -> row.getAs("colour").equals(row.getAs("name"))).count())
        .isGreaterThan(80);
  }

  /** Paths of files, with rows of validation. */
  @Test
  void pathsAreRead() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (Row row : images.collectAsList()) {
      Path file = folder.resolve("files/%03d.png".formatted(rows.size()));
      TestData.write(file, row.getAs("content"));
      rows.add(RowFactory.create(file.toUri().toString(), row.getAs("label"), rows.size() < 30));
    }
    Dataset<Row> paths =
        spark.createDataFrame(
            rows,
            new StructType()
                .add("path", DataTypes.StringType)
                .add("label", DataTypes.IntegerType)
                .add("held", DataTypes.BooleanType));
    OneCycleClassificationModel trained =
        TestSpark.classifier(folder)
            .setImageCol("path")
            .setValidationIndicatorCol("held")
            .fit(paths);
    assertThat(trained.summary().orElseThrow().trainImages()).isEqualTo(60);
    assertThat(correct(trained.transform(paths).collectAsList())).isGreaterThan(80);
  }

  /** The pixels of Spark's image source train as the files they were read from. */
  @Test
  void pixelsOfTheImageSourceAreRead() throws IOException {
    Path files = folder.resolve("of-sources");
    for (Row row : images.collectAsList()) {
      byte[] content = row.getAs("content");
      int label = row.getAs("label");
      TestData.write(files.resolve("%s-%d.png".formatted(Sha256.of(content), label)), content);
    }
    Dataset<Row> pixels = named(read("image", files), "image.origin");
    Dataset<Row> bytes = named(read("binaryFile", files), "path");
    OneCycleClassifier classifier = TestSpark.classifier(folder).setIdCol("id");
    OneCycleClassificationModel trained = classifier.setImageCol("image").fit(pixels);
    assertThat(trained.modelFile())
        .isEqualTo(classifier.setImageCol("content").fit(bytes).modelFile());
    assertThat(correct(trained.transform(pixels).collectAsList())).isGreaterThan(80);
  }

  private static Dataset<Row> read(String source, Path files) {
    return spark.read().format(source).load(files.toString());
  }

  /** With the name of the file in id, and its last digit in label. */
  private static Dataset<Row> named(Dataset<Row> rows, String path) {
    String name = "([0-9a-f]+)-([0-9])\\.png$";
    return rows.withColumn("id", functions.regexp_extract(functions.col(path), name, 1))
        .withColumn(
            "label", functions.regexp_extract(functions.col(path), name, 2).cast("integer"));
  }

  @Test
  void badImagesAreReported() {
    byte[] bad = {1, 2, 3};
    List<Row> rows =
        List.of(
            RowFactory.create(bad, 0, "broken"),
            RowFactory.create(TestData.colourPng(1, 0, 16, 16), 0, "sound"),
            RowFactory.create(null, 0, "absent"));
    Dataset<Row> some = spark.createDataFrame(rows, TestSpark.IMAGES).coalesce(1);
    assertThatThrownBy(() -> model.transform(some).collect())
        .hasStackTraceContaining("colour=broken")
        .hasStackTraceContaining("set handleInvalid to skip or keep");
    OneCycleClassificationModel skipping = model.copy(ParamMap.empty()).setHandleInvalid("skip");
    assertThat(skipping.transform(some).collectAsList())
        .singleElement()
        .matches(row -> row.getAs("colour").equals("sound"));
    OneCycleClassificationModel keeping = model.copy(ParamMap.empty()).setHandleInvalid("keep");
    assertThat(keeping.transform(some).collectAsList())
        .extracting(row -> row.isNullAt(row.fieldIndex("prediction")))
        .containsExactly(true, false, true);
    assertThatThrownBy(() -> TestSpark.classifier(folder).fit(some))
        .isInstanceOf(BadDataException.class)
        .hasMessage(
            "column content must have a value in each row but has none in one of them; leave such"
                + " rows out with na().drop()");
    Dataset<Row> unnamed = images.withColumn("name", functions.expr("if(label = 0, null, colour)"));
    assertThatThrownBy(() -> TestSpark.classifier(folder).setIdCol("name").fit(unnamed))
        .isInstanceOf(BadDataException.class)
        .hasMessage(
            "column name, the idCol, must have a value in each row but has none in one of them;"
                + " leave such rows out with na().drop()");
  }

  /** An image that cannot be read now may be sound: it is not skipped, and may be tried again. */
  @Test
  void aStoreThatDoesNotAnswerIsNoBadImage() throws IOException {
    UnsteadyFileSystem.register(spark.sparkContext().hadoopConfiguration());
    Path sound = folder.resolve("store/sound.png");
    TestData.write(sound, TestData.colourPng(1, 0, 16, 16));
    OneCycleClassificationModel skipping =
        model.copy(ParamMap.empty()).setImageCol("path").setHandleInvalid("skip");
    assertThat(skipping.transform(paths(sound, folder.resolve("store/absent.png"))).count())
        .isEqualTo(1);
    Dataset<Row> down = paths(sound, folder.resolve("store/down.png"));
    assertThatThrownBy(() -> skipping.transform(down).collect())
        .hasStackTraceContaining("down.png cannot be read: the store does not answer");
    assertThatThrownBy(() -> TestSpark.classifier(folder).setImageCol("path").fit(down))
        .isNotInstanceOf(BadDataException.class)
        .hasStackTraceContaining("down.png cannot be read: the store does not answer");
  }

  private static Dataset<Row> paths(Path... files) {
    List<Row> rows = new ArrayList<>();
    for (Path file : files) {
      rows.add(RowFactory.create(UnsteadyFileSystem.SCHEME + ":" + file, rows.size()));
    }
    StructType type =
        new StructType().add("path", DataTypes.StringType).add("label", DataTypes.IntegerType);
    return spark.createDataFrame(rows, type);
  }

  /** The weights that an application has broadcast end with it; the next one counts them anew. */
  @Test
  void aModelPredictsInAnotherApplication() {
    double[] before = probabilities();
    spark.stop();
    spark = TestSpark.local(2, folder);
    images = TestSpark.colours(spark, 90).cache();
    // Predictions of two models: the executor keeps the predictor of one.
    OneCycleClassificationModel other = TestSpark.classifier(folder).setEpochs(2).fit(images);
    assertThat(other.transform(images).collectAsList()).hasSize(90);
    assertThat(probabilities()).containsExactly(before, within(1e-6));
  }

  /** By image. Their last bits depend on the images that are computed together. */
  private static double[] probabilities() {
    return model.transform(images).orderBy("content").collectAsList().stream()
        .map(row -> row.<Vector>getAs("probability"))
        .flatMapToDouble(vector -> Arrays.stream(vector.toArray()))
        .toArray();
  }

  @Test
  void mistakesAreNamed() {
    assertThatThrownBy(() -> TestSpark.classifier(folder).setImageCol("picture").fit(images))
        .hasMessage(
            "imageCol must be a column of the dataset, one of content, label, colour but was"
                + " picture");
    assertThatThrownBy(() -> TestSpark.classifier(folder).setLabelCol("content").fit(images))
        .hasMessage("labelCol must be a column of numbers or texts but was content of type binary");
    assertThatThrownBy(
            () -> TestSpark.classifier(folder).setSettings(Map.of("epochs", "4")).fit(images))
        .hasMessage("settings must be without epochs, which parameter epochs gives, but was 4");
    assertThatThrownBy(
            () -> TestSpark.classifier(folder).setSettings(Map.of("optimiser", "sgd")).fit(images))
        .hasMessageContaining("optimizer");
    assertThatThrownBy(
            () -> TestSpark.classifier(folder).setSettings(Map.of("stream", "true")).fit(images))
        .hasMessage(
            "settings must be without stream, which would hold out whole classes of the sorted"
                + " shards, but was true; leave it out");
    assertThatThrownBy(
            () ->
                TestSpark.classifier(folder)
                    .setSettings(Map.of("label_pattern", "(.)"))
                    .fit(images))
        .hasMessage("settings must be without label_pattern, which the columns give, but was (.)");
    assertThatThrownBy(
            () -> TestSpark.classifier(folder).setSettings(Map.of("head", "new")).fit(images))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("head must be");
    assertThatThrownBy(() -> TestSpark.classifier(folder).setRanks(3).fit(images))
        .hasMessage(
            "ranks must be at most 2, the tasks that this application runs at a time, but was 3");
    // Told before executors are waited for.
    OneCycleClassifier three = TestSpark.classifier(folder).setRanks(3);
    assertThatThrownBy(() -> three.copy(ParamMap.empty()).setImageCol("picture").fit(images))
        .hasMessageStartingWith("imageCol must be a column of the dataset");
    assertThatThrownBy(
            () -> three.copy(ParamMap.empty()).setSettings(Map.of("epochs", "4")).fit(images))
        .hasMessageStartingWith("settings must be without epochs");
    assertThatThrownBy(() -> new OneCycleClassifier().fit(images))
        .hasMessageStartingWith("checkpointFolder must be given but was left out");
    Dataset<Row> halves = images.withColumn("label", functions.lit(0.5));
    assertThatThrownBy(() -> TestSpark.classifier(folder).fit(halves))
        .hasMessageStartingWith(
            "column label must have classes as whole numbers from 0 up but has 0.5");
  }

  /** A mistake that the ranks find is told once, as it is: the stage is not tried again. */
  @Test
  void aMistakeOfTheTrainingIsToldOnce() {
    OneCycleClassifier one = TestSpark.classifier(folder).setRunName("one-class").setRanks(2);
    Dataset<Row> alike = images.withColumn("label", functions.lit(0));
    assertThatThrownBy(() -> one.fit(alike)).isInstanceOf(BadDataException.class);
    assertThat(folder.resolve("runs/one-class/attempts").toFile().list()).hasSize(1);
    assertThat(copies("one-class")).isEmpty();
  }

  /** Each test is a task; together they are the sweep of one process. */
  @Test
  void aSweepRunsItsTestsAsTasks() {
    OneCycleClassifier classifier =
        TestSpark.classifier(folder)
            .setRunName("swept")
            .setSettings(Map.of("range_steps", "20", "range_repeats", "2", "range_start", "1e-3"));
    List<Double> values = List.of(1e-2, 1e-4);
    OneCycleSweep.Tests tests =
        new OneCycleSweep(classifier).run(images, Hyperparameter.WEIGHT_DECAY, values);
    TrainingConfig config =
        classifier
            .config()
            .with(TrainingConfig.DATA, folder.resolve("runs/first/images").toString())
            .with(TrainingConfig.THREADS, 1)
            .with(TrainingConfig.CACHE, folder.resolve("cache").toString());
    try (Experiment experiment = Experiment.openForTuning(config, JobListener.NONE)) {
      SweepPlan plan =
          SweepPlan.byEdge(config.slowRangeTest(config.policyChoice().momentumAtPeak()), 7)
              .withRepeats(2);
      Sweep alone =
          new Sweeper(
                  experiment.trainImages(),
                  experiment.evaluationImages(),
                  experiment::newLearner,
                  Memo.none(),
                  new TuningListener() {},
                  () -> false)
              .sweep(experiment.setup(), Hyperparameter.WEIGHT_DECAY, values, plan);
      assertThat(tests.sweep()).isEqualTo(alone);
      assertThat(tests.points().count())
          .isEqualTo(
              alone.candidates().stream()
                  .flatMap(candidate -> candidate.test().runs().stream())
                  .mapToLong(run -> run.points().size())
                  .sum());
    }
    assertThat(tests.points().select("seed").distinct().count()).isEqualTo(2);
    assertThat(folder.resolve("runs/swept-sweep")).doesNotExist();
    assertThat(copies("swept")).isEmpty();
    // The value that was chosen may follow, under the same name.
    assertThat(classifier.setWeightDecay(1e-3).fit(images).numClasses()).isEqualTo(3);
  }

  /** A cancelled job does not compute on: neither a sweep nor the range test of a training. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @Timeout(100)
  void aCancelledRangeTestEnds(boolean sweep) throws InterruptedException {
    OneCycleClassifier classifier =
        TestSpark.classifier(folder)
            .setSettings(Map.of("range_steps", "1000000", "range_start", "1e-12"));
    classifier.clear(classifier.maxLr());
    AtomicReference<Throwable> error = new AtomicReference<>();
    Thread fit =
        new Thread(
            () -> {
              spark.sparkContext().setJobGroup("cancelled", "range test", false);
              try {
                if (sweep) {
                  new OneCycleSweep(classifier)
                      .run(images, Hyperparameter.WEIGHT_DECAY, List.of(1e-3));
                } else {
                  classifier.fit(images);
                }
              } catch (Exception e) {
                error.set(e);
              }
            });
    fit.start();
    while (fit.isAlive() && !rangeTestRuns()) {
      LockSupport.parkNanos(10_000_000);
    }
    spark.sparkContext().cancelJobGroup("cancelled");
    fit.join();
    assertThat(error.get()).isNotNull();
    // Spark's own count of running tasks lags behind.
    while (rangeTestRuns() && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(10_000_000);
    }
    assertThat(rangeTestRuns()).isFalse();
  }

  private static boolean rangeTestRuns() {
    return Thread.getAllStackTraces().values().stream()
        .flatMap(Stream::of)
        .anyMatch(frame -> frame.getClassName().equals(LearningRateFinder.class.getName()));
  }

  /** Two ranks give the weights of one process with two threads. */
  @Test
  void ranksTrainTogether() throws IOException {
    OneCycleClassifier two = TestSpark.classifier(folder).setRanks(2);
    TrainingConfig config =
        two.config()
            .with(TrainingConfig.DATA, folder.resolve("runs/first/images").toString())
            .with(TrainingConfig.THREADS, 2)
            .with(TrainingConfig.CACHE, folder.resolve("cache").toString());
    RunSummary run = TrainingJob.start(config, folder.resolve("two-threads"));
    assertThat(two.fit(images).modelFile()).isEqualTo(Files.readAllBytes(run.model()));
  }

  /** As on an executor that does not see the folder in which another one wrote. */
  @Test
  void shardsThatAreNotThereAreNamed() throws IOException {
    Path shards = folder.resolve("runs/elsewhere/images");
    Files.createDirectories(shards);
    Files.copy(folder.resolve("runs/first/images/shards.json"), shards.resolve("shards.json"));
    Files.copy(folder.resolve("runs/first/settings.json"), shards.resolveSibling(RunInputs.FILE));
    OneCycleClassifier classifier =
        TestSpark.classifier(folder).setRunName("elsewhere").setRanks(2);
    assertThatThrownBy(() -> classifier.fit(images))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith(
            "checkpointFolder must be on a file system that the driver and all executors share but"
                + " was file:")
        .hasMessageContaining("train-000000.tar is not there on ");
  }
}
