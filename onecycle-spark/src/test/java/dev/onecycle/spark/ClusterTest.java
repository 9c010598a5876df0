package dev.onecycle.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.torch.job.RunSummary;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.job.TrainingJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training on executors that are processes of their own, also where one of them is killed. */
class ClusterTest {
  @TempDir private Path folder;

  @AfterEach
  void stop() {
    scala.Option<SparkSession> active = SparkSession.getDefaultSession();
    if (active.isDefined()) {
      active.get().stop();
    }
  }

  /** The executor that trains is killed, as kill -9 does it. */
  @Test
  void aKilledExecutorChangesNothing() throws IOException {
    SparkSession spark = TestSpark.cluster(2, folder).getOrCreate();
    Dataset<Row> images = TestSpark.colours(spark, 90);
    OneCycleClassifier classifier =
        TestSpark.classifier(folder).setKeepImages(true).setRunName("killed").setRanks(2);
    Thread killer = new Thread(() -> killAfterEpoch(folder.resolve("runs/killed"), 1));
    killer.start();
    OneCycleClassificationModel model = classifier.fit(images);
    System.out.println(model.summary());

    Path alone = folder.resolve("alone");
    TrainingConfig config =
        classifier
            .config()
            .with(TrainingConfig.DATA, folder.resolve("runs/killed/images").toString())
            .with(TrainingConfig.THREADS, 2)
            .with(TrainingConfig.CACHE, folder.resolve("cache").toString());
    RunSummary run = TrainingJob.start(config, alone);
    assertThat(model.modelFile()).isEqualTo(Files.readAllBytes(run.model()));
    assertThat(folder.resolve("runs/killed/attempts").toFile().list()).hasSizeGreaterThan(1);
  }

  private static void killAfterEpoch(Path run, int epochs) {
    String suffix = "epoch-%06d".formatted(epochs);
    while (true) {
      try (Stream<Path> checkpoints = Files.list(run.resolve("checkpoints"))) {
        if (checkpoints.anyMatch(path -> path.toString().endsWith(suffix))) {
          break;
        }
      } catch (IOException notYet) {
        // The folder comes with the first checkpoint.
      }
      pause();
    }
    kill(executors().subList(1, 2));
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<ProcessHandle> executors() {
    return ProcessHandle.current()
        .descendants()
        .filter(process -> process.info().commandLine().orElse("").contains("Executor"))
        .toList();
  }

  private static void kill(List<ProcessHandle> processes) {
    System.out.println("killing " + processes);
    processes.forEach(ProcessHandle::destroyForcibly);
  }
}
