package dev.onecycle.spark;

import dev.onecycle.data.work.FileLocks;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.files.Directories;
import dev.onecycle.torch.job.TrainingConfig;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.ShutdownHookManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shards of a run, and the configuration of a training on them, for the tasks of executors.
 *
 * <p>Each machine has one copy of the shards, which the first of its tasks makes; none where the
 * shared file system is a folder of the machine.
 */
final class LocalImages implements Serializable {
  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(LocalImages.class);
  private static final long REMOVED_WITHIN_SECONDS = 10;

  private final LinkedHashMap<String, Object> settings;
  private final String run;
  private final String images;
  private final double writeSeconds;
  private final String localFolder;
  private final Broadcast<SerializableConfiguration> hadoop;

  /**
   * The images of a run.
   *
   * @param config of the training, without its data
   * @param run the shared folder of the run
   * @param images the list of shards
   * @param localFolder of executors, for copies of images; empty for their folder of temporary
   *     files
   */
  LocalImages(
      TrainingConfig config,
      SharedFolder run,
      StagedImages images,
      String localFolder,
      Broadcast<SerializableConfiguration> hadoop) {
    this.settings = new LinkedHashMap<>(config.givenToMap());
    this.run = run.uri();
    this.images = new String(images.json(), StandardCharsets.UTF_8);
    this.writeSeconds = images.writeSeconds();
    this.localFolder = localFolder;
    this.hadoop = hadoop;
  }

  /** The shared folder of the run. */
  SharedFolder run() {
    return new SharedFolder(run, hadoop.value().value());
  }

  /** The time that the executors took to write the shards. */
  double writeSeconds() {
    return writeSeconds;
  }

  /** The folder of these images on this machine; it is removed when the executor ends. */
  Path folder() {
    Path folder = RunFolder.made(place());
    ShutdownHookManager.registerShutdownDeleteDir(folder.toFile());
    return folder;
  }

  /** Named by the images too, so that no copies of others of an equal run are taken for them. */
  private Path place() {
    Path root =
        localFolder.isEmpty()
            ? Path.of(System.getProperty("java.io.tmpdir"))
                .resolve("onecycle-spark-" + System.getProperty("user.name"))
            : Path.of(localFolder);
    String id = StagedImages.parse(images).id();
    return root.resolve(run.substring(run.lastIndexOf('/') + 1) + "-" + id);
  }

  /** Removes the folder of these images on this machine. */
  void removeCopy() {
    remove(place());
  }

  /** Removes a folder of this machine. */
  static void remove(Path folder) {
    try {
      Directories.remove(folder);
    } catch (IOException | UncheckedIOException e) {
      // Another task of this machine may remove it at the same time.
      LOG.info("{} is left to others: {}", folder, e.getMessage());
    }
  }

  /**
   * Removes the folders of these images on the machines of all executors that are free now; other
   * executors remove theirs when they end.
   */
  void removeCopies(SparkContext spark) {
    int slots = spark.isStopped() ? 0 : ClassifierFit.slots(spark);
    if (slots == 0) {
      return;
    }
    List<Integer> tasks = IntStream.range(0, slots).boxed().toList();
    JavaFutureAction<Void> removal =
        new JavaSparkContext(spark).parallelize(tasks, slots).foreachAsync(task -> removeCopy());
    try {
      // Not for longer: after a failure there may be no executor that answers.
      removal.get(REMOVED_WITHIN_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      removal.cancel(true);
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException | CancellationException e) {
      removal.cancel(true);
      LOG.info("Copies of images are left to the end of their executors: {}", e.toString());
    }
  }

  /**
   * The configuration of a training on the shards, which are on this machine when this returns. It
   * has as many threads as the task has processors, unless it was given others.
   */
  TrainingConfig config() {
    Path own = folder();
    TrainingConfig config =
        TrainingConfig.of(settings).with(TrainingConfig.DATA, shards(own).toString());
    if (!config.isGiven(TrainingConfig.THREADS)) {
      config = config.with(TrainingConfig.THREADS, TaskContext.get().cpus());
    }
    return config.isGiven(TrainingConfig.CACHE)
        ? config
        : config.with(TrainingConfig.CACHE, own.resolve("cache").toString());
  }

  private Path shards(Path own) {
    StagedImages staged = StagedImages.parse(images);
    SharedFolder shared = run().resolve(ClassifierFit.IMAGES);
    Path folder = shared.local().orElse(own.resolve(ClassifierFit.IMAGES));
    if (shared.local().isEmpty()) {
      try {
        FileLocks.holding(
            own,
            "images.lock",
            () -> {
              for (StagedImages.Shard shard : staged.shards()) {
                if (isMissing(folder, shard)) {
                  shared.get(shard.name(), folder.resolve(shard.name()));
                }
              }
              return true;
            });
      } catch (IOException e) {
        throw IoErrors.cannotWrite(own, e);
      }
    }
    for (StagedImages.Shard shard : staged.shards()) {
      if (isMissing(folder, shard)) {
        throw new InvalidValueException(
            "checkpointFolder",
            "on a file system that the driver and all executors share",
            shared.uri(),
            shard.name() + " is not there on " + host());
      }
    }
    return folder;
  }

  private static boolean isMissing(Path folder, StagedImages.Shard shard) {
    try {
      Path file = folder.resolve(shard.name());
      return !Files.exists(file) || Files.size(file) != shard.bytes();
    } catch (IOException e) {
      throw SharedFolder.unreadable(folder, e);
    }
  }

  private static String host() {
    return SparkEnv.get().blockManager().blockManagerId().host();
  }
}
