package dev.onecycle.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.run.tuning.Memo;
import dev.onecycle.testing.TestData;
import dev.onecycle.torch.job.Experiment;
import dev.onecycle.torch.job.JobListener;
import dev.onecycle.torch.job.RunSummary;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.job.TrainingJob;
import dev.onecycle.torch.tune.SweepPlan;
import dev.onecycle.torch.tune.Sweeper;
import dev.onecycle.torch.tune.TuningListener;
import dev.onecycle.tune.Hyperparameter;
import dev.onecycle.tune.Sweep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    assertThat(folder.resolve("local/second")).doesNotExist();
    // Again by its name: the run is finished, and answers at once.
    OneCycleClassificationModel again = classifier.fit(images);
    assertThat(again.modelFile()).isEqualTo(model.modelFile());
    assertThatThrownBy(() -> classifier.copy(ParamMap.empty()).setEpochs(4).fit(images))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith(
            "runName must be the name of a new run, or of one with the settings");
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
            "column content must have a value in each row but has none in row null; leave such rows out with na().drop()");
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
    assertThatThrownBy(() -> TestSpark.classifier(folder).setRanks(3).fit(images))
        .hasMessage(
            "ranks must be at most 2, the tasks that this application runs at a time, but was 3");
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
    assertThat(folder.resolve("runs/one-class/attempts").toFile().list()).hasSize(2);
  }

  /** Each test is a task; together they are the sweep of one process. */
  @Test
  void aSweepRunsItsTestsAsTasks() {
    OneCycleClassifier classifier =
        TestSpark.classifier(folder)
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
