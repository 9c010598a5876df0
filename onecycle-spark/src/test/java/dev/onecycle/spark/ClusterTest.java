package dev.onecycle.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.onecycle.torch.job.RunSummary;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.job.TrainingJob;
import dev.onecycle.torch.model.ModelFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Training on executors that are processes of their own, of which some are killed. The shared
 * folder is of another scheme than {@code file}, so that executors copy the images.
 */
@Tag("long")
class ClusterTest {
  /** Whether all points are tried; a build tries one. */
  private static final boolean FULL = Boolean.getBoolean("onecycle.spark.full");

  /** An executor without a heartbeat for the timeout of the network is lost to Spark. */
  private static final Map<String, String> QUICK_HEARTBEATS =
      Map.of(
          "spark.executor.heartbeatInterval",
          "2s",
          "spark.network.timeout",
          "20s",
          "spark.network.timeoutInterval",
          "5s");

  @TempDir private Path folder;

  @AfterEach
  void stop() {
    scala.Option<SparkSession> active = SparkSession.getDefaultSession();
    if (active.isDefined()) {
      active.get().stop();
    }
  }

  private SparkSession start(String executorOptions) {
    return start(executorOptions, Map.of());
  }

  private SparkSession start(String executorOptions, Map<String, String> settings) {
    SparkSession.Builder builder = TestSpark.cluster(2, folder);
    settings.forEach(builder::config);
    return builder
        .config(
            "spark.hadoop.fs.viewfs.mounttable." + mount() + ".link./runs",
            shared().toUri().toString())
        .config("spark.executor.extraJavaOptions", "-XX:TieredStopAtLevel=1 " + executorOptions)
        .getOrCreate();
  }

  /** Another one for each test: this process keeps the file systems that it has opened. */
  private String mount() {
    return "mount" + Integer.toHexString(folder.hashCode());
  }

  private Path shared() {
    return folder.resolve("shared");
  }

  private OneCycleClassifier classifier(String run) {
    return TestSpark.classifier(folder)
        .setCheckpointFolder("viewfs://" + mount() + "/runs")
        .setRunName(run)
        .setRanks(2)
        .setKeepImages(true);
  }

  /** The weights of a training of one process on the shards of a run. */
  private byte[] undisturbed(String run) throws IOException {
    return undisturbed(classifier(run), run);
  }

  private byte[] undisturbed(OneCycleClassifier classifier, String run) throws IOException {
    TrainingConfig config =
        classifier
            .config()
            .with(TrainingConfig.DATA, shared().resolve(run).resolve("images").toString())
            .with(TrainingConfig.THREADS, 2)
            .with(TrainingConfig.CACHE, folder.resolve("cache").toString());
    RunSummary summary = TrainingJob.start(config, folder.resolve("alone-" + run));
    return Files.readAllBytes(summary.model());
  }

  private long attempts(String run) throws IOException {
    try (Stream<Path> files = Files.list(shared().resolve(run).resolve("attempts"))) {
      return files.filter(file -> !file.getFileName().toString().startsWith(".")).count();
    }
  }

  /**
   * One of two executors is killed, as kill -9 does it: at the start, between epochs, at the end.
   */
  @Test
  void aKilledExecutorChangesNothing() throws Exception {
    Files.createDirectories(shared());
    SparkSession spark = start("");
    Dataset<Row> images = TestSpark.colours(spark, 90);
    List<String> points =
        FULL
            ? List.of(
                "checkpoints/step-0000000005-epoch-000001",
                "attempts",
                "checkpoints/step-0000000000-epoch-000000",
                "checkpoints/step-0000000010-epoch-000002",
                "model.safetensors")
            : List.of("checkpoints/step-0000000005-epoch-000001");
    byte @Nullable [] expected = null;
    for (String point : points) {
      String run = "killed-" + points.indexOf(point);
      Thread killer = new Thread(() -> killAt(shared().resolve(run).resolve(point)), "killer");
      killer.setDaemon(true);
      killer.start();
      OneCycleClassificationModel model = classifier(run).fit(images);
      killer.join();
      if (expected == null) {
        expected = undisturbed(run);
      }
      assertThat(model.modelFile()).as(point).isEqualTo(expected);
      if (point.startsWith("checkpoints")) { // at others nothing may have been written yet, or all
        assertThat(attempts(run)).as(point).isGreaterThan(1);
      }
      TrainingSummary.Seconds seconds = model.summary().orElseThrow().seconds();
      assertThat(seconds.copying()).as(point).isPositive();
    }
  }

  /** Kills the second of the executors when a file or folder is there. */
  private static void killAt(Path place) {
    while (!Files.exists(place)) {
      LockSupport.parkNanos(10_000_000);
    }
    ProcessHandle.current()
        .descendants()
        .filter(process -> process.info().commandLine().orElse("").contains("Executor"))
        .skip(1)
        .forEach(ProcessHandle::destroyForcibly);
  }

  /**
   * Rank 0 is killed when the other has already answered: Spark would try the task of rank 0 again
   * alone, which then waited forever.
   */
  @Test
  void aRankThatIsKilledAfterTheOthersHaveAnsweredIsNotWaitedForAlone() throws Exception {
    Files.createDirectories(shared());
    SparkSession spark = start("-Donecycle.fault=rank.answer:slow");
    Dataset<Row> images = TestSpark.colours(spark, 90);
    Thread killer = killer("rank.answer", "KILL");
    OneCycleClassificationModel model = classifier("answered").fit(images);
    killer.join();
    assertThat(attempts("answered")).isEqualTo(2);
    assertThat(model.modelFile()).isEqualTo(undisturbed("answered"));
  }

  /** Sends a signal to the executor that says that it stays at a point. */
  private static Thread killer(String point, String signal) {
    Thread killer = new Thread(() -> signalWhoStays(point, signal), "killer");
    killer.setDaemon(true);
    killer.start();
    return killer;
  }

  private static void signalWhoStays(String point, String signal) {
    List<ProcessHandle> staying = List.of();
    while (staying.isEmpty()) {
      LockSupport.parkNanos(100_000_000);
      staying =
          ProcessHandle.current()
              .descendants()
              .filter(process -> said(process).contains("stays at " + point))
              .toList();
    }
    try {
      new ProcessBuilder("kill", "-" + signal, Long.toString(staying.get(0).pid())).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The error output of an executor, which lies in its working folder; empty for others. */
  private static String said(ProcessHandle process) {
    try {
      Path folder = Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "cwd"));
      return Files.readString(folder.resolve("stderr"));
    } catch (IOException e) {
      return "";
    }
  }

  /** Prints where the time of a fit goes, beside the time of one process on the same images. */
  @Test
  void theTimesOfAFit() throws Exception {
    assumeTrue(Boolean.getBoolean("onecycle.spark.times"), "set -Donecycle.spark.times=true");
    Files.createDirectories(shared());
    Dataset<Row> images = TestSpark.colours(start(""), 4000).cache();
    for (String run : List.of("first", "second", "third")) {
      OneCycleClassifier classifier = classifier(run).setBatchSize(128).setEpochs(5);
      long begin = System.nanoTime();
      OneCycleClassificationModel model = classifier.fit(images);
      double fit = (System.nanoTime() - begin) / 1e9;
      TrainingSummary.Seconds seconds = model.summary().orElseThrow().seconds();
      long again = System.nanoTime();
      byte[] expected = undisturbed(classifier, run);
      System.out.printf(
          Locale.ROOT,
          "%s: fit %.1f s: writing %.2f, starting %.2f, copying %.2f, meeting %.2f, training %.2f,"
              + " saving %.2f, rest of the task %.2f; one process %.1f s%n",
          run,
          fit,
          seconds.writing(),
          seconds.starting(),
          seconds.copying(),
          seconds.meeting(),
          seconds.training(),
          seconds.saving(),
          seconds.rest(),
          (System.nanoTime() - again) / 1e9);
      assertThat(model.modelFile()).isEqualTo(expected);
    }
  }

  /** The weights are those of {@code onecycle launch} with as many ranks, on the same images. */
  @Test
  void weightsAreThoseOfTheLauncher() throws Exception {
    String program = System.getProperty("onecycle.program");
    assumeTrue(program != null, "set -Donecycle.program to the path of the program");
    Files.createDirectories(shared());
    OneCycleClassificationModel model =
        classifier("launched").fit(TestSpark.colours(start(""), 90));
    TrainingConfig config =
        classifier("launched")
            .config()
            .with(TrainingConfig.DATA, shared().resolve("launched").resolve("images").toString())
            .with(TrainingConfig.THREADS, 1);
    List<String> train = config.commandLine("train", TrainingConfig.settings());
    List<String> command = new ArrayList<>(List.of(program, "launch", "--nproc", "2", "--"));
    command.addAll(train.subList(1, train.size()));
    Path run = folder.resolve("launch");
    command.addAll(List.of("--out", run.toString()));
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    assertThat(run.resolve(ModelFile.NAME)).hasBinaryContent(model.modelFile());
  }

  /** Every executor dies when it comes to a point, and so does the one that takes its place. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "train.loss@8",
        "train.before-update@8",
        "train.evaluating@2",
        "checkpoint.before-manifest@3",
        "checkpoint.renamed@3"
      })
  void executorsThatDieOverAndOverChangeNothing(String point) throws Exception {
    assumeTrue(FULL, "takes minutes; set -Donecycle.spark.full=true");
    Files.createDirectories(shared());
    SparkSession spark = start("-Donecycle.fault=" + point + ":halt");
    Dataset<Row> images = TestSpark.colours(spark, 90);
    OneCycleClassificationModel model = classifier("dying").fit(images);
    assertThat(attempts("dying")).isGreaterThan(1);
    assertThat(model.modelFile()).isEqualTo(undisturbed("dying"));
  }

  /**
   * One executor is killed once, at a point that the ranks come to before their first checkpoint.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "rank.join",
        "rank.collective",
        "rank.forward",
        "rank.send",
        "train.evaluating",
        "checkpoint.begin",
        "run.ended"
      })
  void anExecutorThatIsKilledAtAPointChangesNothing(String point) throws Exception {
    assumeTrue(FULL, "takes minutes; set -Donecycle.spark.full=true");
    Files.createDirectories(shared());
    SparkSession spark = start("-Donecycle.fault=" + point + ":slow");
    Dataset<Row> images = TestSpark.colours(spark, 90);
    Thread killer = killer(point, "KILL");
    OneCycleClassificationModel model = classifier("killed").fit(images);
    killer.join();
    // An attempt is written down when its ranks have met.
    assertThat(attempts("killed")).isGreaterThan(point.equals("rank.join") ? 0 : 1);
    // The other rank does not wait for the dead one as long as ranks have to meet.
    assertThat(model.summary().orElseThrow().seconds().starting()).isLessThan(60);
    assertThat(model.modelFile()).isEqualTo(undisturbed("killed"));
  }

  /**
   * Spark ends an executor that has sent no heartbeat for the timeout of its network; the other
   * rank waits until then.
   */
  @Test
  void anExecutorThatIsFrozenIsReplaced() throws Exception {
    assumeTrue(FULL, "takes minutes; set -Donecycle.spark.full=true");
    Files.createDirectories(shared());
    SparkSession spark = start("-Donecycle.fault=rank.send@8:slow", QUICK_HEARTBEATS);
    Dataset<Row> images = TestSpark.colours(spark, 90);
    Thread killer = killer("rank.send", "STOP");
    OneCycleClassificationModel model = classifier("frozen").fit(images);
    killer.join();
    assertThat(attempts("frozen")).isGreaterThan(1);
    assertThat(model.modelFile()).isEqualTo(undisturbed("frozen"));
  }
}
