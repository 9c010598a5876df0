package dev.onecycle.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onecycle.data.work.FileLocks;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.DivergedException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.error.OnecycleException;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.files.Directories;
import dev.onecycle.torch.job.ResumeOptions;
import dev.onecycle.torch.job.RunControl;
import dev.onecycle.torch.job.RunSummary;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.job.TrainingJob;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractFunction1;

/**
 * The work of one rank: a task of a barrier stage. It copies the images to its machine, trains, and
 * answers a JSON object.
 *
 * <p>A stage that Spark tries again goes on from the newest checkpoint in the shared folder.
 */
final class RankWork extends AbstractFunction1<Iterator<Integer>, Iterator<String>>
    implements Serializable {
  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(RankWork.class);
  /** The number of the rank in its answer. */
  static final String RANK = "rank";

  private static final JsonMapper JSON = new JsonMapper();

  private final LinkedHashMap<String, Object> settings;
  private final String run;
  private final String images;
  private final String localFolder;
  private final long begun;
  private final Broadcast<SerializableConfiguration> hadoop;

  /**
   * The work of all ranks of a run.
   *
   * @param config of the training, without its data
   * @param run the shared folder of the run
   * @param images the list of shards
   * @param localFolder of executors, for copies of images; empty for their folder of temporary
   *     files
   */
  RankWork(
      TrainingConfig config,
      SharedFolder run,
      StagedImages images,
      String localFolder,
      Broadcast<SerializableConfiguration> hadoop) {
    this.settings = new LinkedHashMap<>(config.givenToMap());
    this.run = run.uri();
    this.images = new String(images.json(), StandardCharsets.UTF_8);
    this.localFolder = localFolder;
    this.begun = System.currentTimeMillis();
    this.hadoop = hadoop;
  }

  @Override
  public Iterator<String> apply(Iterator<Integer> rank) {
    BarrierTaskContext context = BarrierTaskContext.get();
    String answer;
    try {
      answer = work(context);
    } catch (BadDataException | InvalidValueException | DivergedException e) {
      // Not thrown: Spark would train again to the same end.
      answer = JSON.createObjectNode().put("problem", written(e)).toString();
    }
    return CollectionConverters.asScala(List.of(answer).iterator());
  }

  private String work(BarrierTaskContext context) {
    long started = System.currentTimeMillis();
    SharedFolder shared = new SharedFolder(run, hadoop.value().value());
    Path own = ownFolder();
    String attempt = String.format(Locale.ROOT, "%015d-%04d", begun, context.stageAttemptNumber());
    Path folder = own.resolve(attempt).resolve("rank-" + context.partitionId());
    try {
      Path data = images(shared.resolve(OneCycleClassifier.IMAGES), own);
      long copied = System.currentTimeMillis();
      RunMirror mirror = RunMirror.begin(folder, shared, attempt);
      TrainingConfig config =
          TrainingConfig.of(settings).with(TrainingConfig.DATA, data.toString());
      if (!config.isGiven(TrainingConfig.THREADS)) {
        config = config.with(TrainingConfig.THREADS, context.cpus());
      }
      if (!config.isGiven(TrainingConfig.CACHE)) {
        config = config.with(TrainingConfig.CACHE, own.resolve("cache").toString());
      }
      RunControl control = control(context);
      RunSummary summary = train(mirror, folder, config, control);
      context.killTaskIfInterrupted();
      return answer(summary, mirror, started, copied);
    } finally {
      remove(folder);
    }
  }

  private RunSummary train(
      RunMirror mirror, Path folder, TrainingConfig config, RunControl control) {
    if (!mirror.restore()) {
      return TrainingJob.start(config, folder, control, mirror);
    }
    ResumeOptions options =
        ResumeOptions.NONE
            .with(TrainingConfig.DATA, config.get(TrainingConfig.DATA))
            .with(TrainingConfig.CACHE, config.get(TrainingConfig.CACHE));
    return TrainingJob.resume(folder, options, control, mirror);
  }

  private String answer(RunSummary summary, RunMirror mirror, long started, long copied) {
    ObjectNode answer = JSON.createObjectNode();
    answer.put(RANK, BarrierTaskContext.get().partitionId());
    answer.put("finished", summary.isFinished());
    summary.record().data().classes().forEach(answer.putArray("classes")::add);
    answer.put("learning_rate", summary.learningRate());
    answer.put("train_images", summary.record().data().trainImages());
    answer.put("evaluated_on", summary.record().data().evaluationName());
    summary.evaluated().ifPresent(evaluated -> answer.put("accuracy", summary.accuracy()));
    answer.put("epochs", summary.epochs().size());
    answer.put("train_seconds", summary.epochs().stream().mapToDouble(e -> e.trainSeconds()).sum());
    answer.put("start_seconds", (started - begun) / 1000.0);
    answer.put("copy_seconds", (copied - started) / 1000.0);
    answer.put("save_seconds", mirror.seconds());
    answer.put("task_seconds", (System.currentTimeMillis() - started) / 1000.0);
    return answer.toString();
  }

  /** The folder of this run on this machine. */
  private Path ownFolder() {
    Path root =
        localFolder.isEmpty()
            ? Path.of(System.getProperty("java.io.tmpdir"))
                .resolve("onecycle-spark-" + System.getProperty("user.name"))
            : Path.of(localFolder);
    String name = run.substring(run.lastIndexOf('/') + 1);
    return RunFolder.made(root.resolve(name));
  }

  /**
   * The folder of the shards on this machine: the shared one where it is here, else a copy, which
   * the first of the ranks here makes.
   */
  private Path images(SharedFolder shared, Path own) {
    StagedImages staged = StagedImages.parse(images);
    Path folder = shared.local().orElse(own.resolve(OneCycleClassifier.IMAGES));
    if (shared.local().isEmpty()) {
      try {
        FileLocks.holding(
            own,
            "images.lock",
            () -> {
              for (StagedImages.Shard shard : staged.shards()) {
                if (missing(folder, shard)) {
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
      if (missing(folder, shard)) {
        throw new InvalidValueException(
            "checkpointFolder",
            "on a file system that the driver and all executors share",
            shared.uri(),
            shard.name() + " is not there on " + host());
      }
    }
    return folder;
  }

  private static boolean missing(Path folder, StagedImages.Shard shard) {
    try {
      Path file = folder.resolve(shard.name());
      return !Files.exists(file) || Files.size(file) != shard.bytes();
    } catch (IOException e) {
      throw IoErrors.cannotRead(folder, e);
    }
  }

  private static String host() {
    return org.apache.spark.SparkEnv.get().blockManager().blockManagerId().host();
  }

  private static RunControl control(BarrierTaskContext context) {
    return new RunControl() {
      @Override
      public boolean stopRequested() {
        return context.isInterrupted() || RunControl.INTERRUPTS.stopRequested();
      }

      @Override
      public <T> T uninterrupted(Supplier<T> work) {
        return RunControl.INTERRUPTS.uninterrupted(work);
      }
    };
  }

  private static void remove(Path folder) {
    try {
      Directories.remove(folder);
    } catch (IOException e) {
      LOG.warn("{} is left behind: {}", folder, e.getMessage());
    }
  }

  private static String written(OnecycleException e) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
        out.writeObject(e);
      }
      return Base64.getEncoder().encodeToString(bytes.toByteArray());
    } catch (IOException notWritten) {
      throw new IllegalStateException("an error cannot be sent to the driver", notWritten);
    }
  }

  /**
   * The answer of a rank on the driver.
   *
   * @throws OnecycleException that the rank ended with
   */
  static JsonNode read(String answer) {
    try {
      JsonNode node = JSON.readTree(answer);
      if (node.has("problem")) {
        byte[] bytes = Base64.getDecoder().decode(node.get("problem").asText());
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
          throw (OnecycleException) in.readObject();
        }
      }
      return node;
    } catch (IOException | ClassNotFoundException e) {
      throw new IllegalStateException("the answer of a rank cannot be understood", e);
    }
  }
}
