package dev.onecycle.spark;

import dev.onecycle.data.work.FileLocks;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.run.RunFolder;
import dev.onecycle.torch.job.TrainingConfig;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.ShutdownHookManager;

/**
 * The shards of a run, and the configuration of a training on them, for the tasks of executors.
 *
 * <p>Each machine has one copy of the shards, which the first of its tasks makes; none where the
 * shared file system is a folder of the machine.
 */
final class LocalImages implements Serializable {
  private static final long serialVersionUID = 1;

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

  /** The folder of this run on this machine; it is removed when the executor ends. */
  Path folder() {
    Path root =
        localFolder.isEmpty()
            ? Path.of(System.getProperty("java.io.tmpdir"))
                .resolve("onecycle-spark-" + System.getProperty("user.name"))
            : Path.of(localFolder);
    Path folder = RunFolder.made(root.resolve(run.substring(run.lastIndexOf('/') + 1)));
    ShutdownHookManager.registerShutdownDeleteDir(folder.toFile());
    return folder;
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
    SharedFolder shared = run().resolve(OneCycleClassifier.IMAGES);
    Path folder = shared.local().orElse(own.resolve(OneCycleClassifier.IMAGES));
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
      throw IoErrors.cannotRead(folder, e);
    }
  }

  private static String host() {
    return SparkEnv.get().blockManager().blockManagerId().host();
  }
}
