package dev.onecycle.spark;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.run.RunFolder;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.model.ModelFile;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.util.SerializableConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.reflect.ClassTag$;

/**
 * The work of one fit, on the driver: it writes the images of a dataset as shards, and lets ranks
 * train on them.
 *
 * <p>A sweep uses the shards without the ranks. A run without a given name gets one when this
 * object is made.
 */
final class ClassifierFit {
  /** The folder of shards in the folder of a run. */
  static final String IMAGES = "images";

  private static final Logger LOG = LoggerFactory.getLogger(ClassifierFit.class);
  private static final Duration EXECUTORS_WITHIN = Duration.ofMinutes(1);
  private static final long PAUSE_NANOS = 200_000_000;

  private final String uid;
  private final Dataset<?> dataset;
  private final StagedImages.Columns columns;
  private final TrainingConfig config;
  private final int ranks;
  private final Folders folders;
  private final SparkContext spark;
  private final SharedFolder runs;
  private final String name;

  /**
   * The work of a fit, which has not begun.
   *
   * @param uid of the classifier, and of its model
   * @param columns of the dataset, which it has
   * @param config of the training, without its data
   * @param ranks that train together
   * @throws InvalidValueException where there is no folder of runs, or the name of the run cannot
   *     be used
   */
  ClassifierFit(
      String uid,
      Dataset<?> dataset,
      StagedImages.Columns columns,
      TrainingConfig config,
      int ranks,
      Folders folders) {
    this.uid = uid;
    this.dataset = dataset;
    this.columns = columns;
    this.config = config;
    this.ranks = ranks;
    this.folders = folders;
    this.spark = dataset.sparkSession().sparkContext();
    this.runs = new SharedFolder(runs(folders.checkpoints(), spark), spark.hadoopConfiguration());
    this.name = name(folders.runName(), uid);
  }

  /**
   * The folders of a fit, as the parameters of a classifier give them.
   *
   * @param checkpoints the folder of runs; Spark's checkpoint folder where none is given
   * @param runName the name of the run; a new one where none is given
   * @param local of executors, for copies of images; empty for their folder of temporary files
   * @param keepImages whether the shards are kept at the end
   */
  record Folders(
      Optional<String> checkpoints, Optional<String> runName, String local, boolean keepImages) {}

  /**
   * What shards are written for.
   *
   * @param suffix that the name of the run has in the folder of runs
   * @param settings that a run of the name must have had too
   * @param continued whether the folder holds a run, which its name continues; else it holds
   *     nothing but the shards
   */
  record Purpose(String suffix, Map<String, Object> settings, boolean continued) {
    /** A training. */
    static Purpose training(TrainingConfig config) {
      return new Purpose("", config.givenToMap(), true);
    }

    /** A sweep: it has a folder of its own, and its images do not depend on settings. */
    static Purpose sweep() {
      return new Purpose("-sweep", Map.of(), false);
    }
  }

  /** Work on the shards of a dataset. */
  interface ShardWork<T> {
    T on(LocalImages images);
  }

  private static String runs(Optional<String> given, SparkContext spark) {
    return given
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

  private static String name(Optional<String> given, String uid) {
    return given
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

  /**
   * Waits for executors, and trains.
   *
   * @return the model, to which the classifier is yet to give its parameters
   */
  OneCycleClassificationModel model() {
    requireSlots();
    return onShards(Purpose.training(config), this::trained);
  }

  /** Executors that have just been asked for come one after the other: they are waited for. */
  private void requireSlots() {
    long begin = System.nanoTime();
    int slots = slots(spark);
    while (slots < ranks
        && !spark.isLocal()
        && System.nanoTime() - begin < EXECUTORS_WITHIN.toNanos()
        && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(PAUSE_NANOS);
      slots = slots(spark);
    }
    Require.that(
        ranks <= slots,
        "ranks",
        "at most " + slots + ", the tasks that this application runs at a time,",
        ranks,
        slots);
  }

  /** The tasks that an application runs at a time. */
  static int slots(SparkContext spark) {
    return spark.maxNumConcurrentTasks(spark.resourceProfileManager().defaultResourceProfile());
  }

  private OneCycleClassificationModel trained(LocalImages images) {
    SharedFolder run = images.run();
    JsonNode answer = answerOfRank0(new RankWork(images, ranks));
    if (!answer.get("finished").asBoolean()) {
      throw new IllegalStateException(
          "the training was stopped before its end; the run in "
              + run.uri()
              + " can be continued by its name");
    }
    boolean numbers = dataset.schema().apply(columns.label()).dataType() instanceof NumericType;
    List<String> classes = new ArrayList<>();
    answer.get("classes").forEach(node -> classes.add(node.asText()));
    return new OneCycleClassificationModel(
        uid,
        run.read(ModelFile.NAME),
        ClassIndex.of(classes, numbers),
        numbers,
        Optional.of(TrainingSummary.of(answer, run.uri(), images.writeSeconds())));
  }

  /** Runs all ranks as a barrier stage. */
  private JsonNode answerOfRank0(RankWork work) {
    List<Integer> all = IntStream.range(0, ranks).boxed().toList();
    RDD<Integer> tasks = new JavaSparkContext(spark).parallelize(all, ranks).rdd();
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

  /**
   * Writes the images of the dataset as shards, unless the run has them already, and runs work on
   * them. They are removed at the end, unless they are to be kept, or the work has failed and the
   * run may be continued by its name.
   */
  <T> T onShards(Purpose purpose, ShardWork<T> work) {
    SharedFolder run = runs.resolve(name + purpose.suffix());
    LOG.info("The run is kept in {}", run.uri());
    Broadcast<SerializableConfiguration> shared =
        new JavaSparkContext(spark)
            .broadcast(new SerializableConfiguration(spark.hadoopConfiguration()));
    boolean done = false;
    try {
      StagedImages staged = staged(purpose.settings(), run, shared);
      LocalImages images = new LocalImages(config, run, staged, folders.local(), shared);
      try {
        T result = work.on(images);
        done = true;
        return result;
      } finally {
        images.removeCopies(spark);
      }
    } finally {
      boolean mayGoOn = !done && purpose.continued() && folders.runName().isPresent();
      if (!folders.keepImages() && !mayGoOn) {
        deleteQuietly(run.resolve(IMAGES));
        if (!purpose.continued()) {
          deleteQuietly(run);
        }
      }
      if (!spark.isStopped()) {
        shared.destroy();
      }
    }
  }

  /**
   * The images of the dataset as shards. A run that has begun must have had the same inputs; the
   * images of one that has not begun are written anew where inputs differ.
   */
  private StagedImages staged(
      Map<String, Object> settings, SharedFolder run, Broadcast<SerializableConfiguration> shared) {
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

  /** A result, or another error, must not be lost for files that are left. */
  private static void deleteQuietly(SharedFolder folder) {
    try {
      StagedImages.delete(folder);
    } catch (CannotWriteException | UncheckedIOException e) {
      LOG.warn("Images are left: {}", e.getMessage());
    }
  }
}
