package dev.onecycle.spark;

import dev.onecycle.testing.TestData;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Applications of Spark for tests, and datasets of small images. */
final class TestSpark {
  static final StructType IMAGES =
      new StructType()
          .add("content", DataTypes.BinaryType)
          .add("label", DataTypes.IntegerType)
          .add("colour", DataTypes.StringType);

  private TestSpark() {}

  /** An application whose tasks run in this process. */
  static SparkSession local(int cores, Path folder) {
    return quiet(SparkSession.builder().master("local[" + cores + "]"), folder).getOrCreate();
  }

  /**
   * An application whose executors are processes of their own, with one core each. Their class path
   * is as in a cluster: Spark's libraries from a folder of Spark, ours beside them.
   */
  static SparkSession.Builder cluster(int executors, Path folder) {
    Path home = Path.of(System.getenv("SPARK_HOME"));
    List<String> ours = new ArrayList<>();
    try {
      Path jars = Files.createDirectories(home.resolve("jars"));
      for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
        Path path = Path.of(entry).toAbsolutePath();
        if (isOurs(entry)) {
          ours.add(path.toString());
        } else if (Files.exists(path)) {
          Path link = jars.resolve(path.getFileName());
          Files.deleteIfExists(link);
          Files.createSymbolicLink(link, path);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return quiet(SparkSession.builder().master("local-cluster[" + executors + ",1,2048]"), folder)
        .config("spark.executor.memory", "1g")
        .config("spark.executor.extraClassPath", String.join(File.pathSeparator, ours))
        .config("spark.executorEnv.SPARK_SCALA_VERSION", "2.13");
  }

  /** Libraries that a cluster does not have, which users bring with theirs. */
  private static boolean isOurs(String entry) {
    return !entry.endsWith(".jar")
        || entry.contains("onecycle")
        || entry.contains("bytedeco")
        || entry.contains("thumbnailator")
        || entry.contains("twelvemonkeys")
        || entry.contains("jackson-dataformat-csv")
        || entry.contains("jackson-datatype-jdk8")
        || entry.contains("jspecify");
  }

  private static SparkSession.Builder quiet(SparkSession.Builder builder, Path folder) {
    return builder
        .appName("test")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.local.dir", folder.resolve("spark-local").toString())
        .config("spark.sql.warehouse.dir", folder.resolve("warehouse").toString())
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.codegen.wholeStage", "false");
  }

  /** Images of three colours, with their class as a number and as a text. */
  static Dataset<Row> colours(SparkSession spark, int count) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int label = i % 3;
      rows.add(
          RowFactory.create(
              TestData.colourPng(i, label, 16, 16), label, TestData.COLOURS.get(label)));
    }
    return spark.createDataFrame(rows, IMAGES).repartition(3);
  }

  /** A classifier of small images that is trained in a second. */
  static OneCycleClassifier classifier(Path folder) {
    return new OneCycleClassifier()
        .setModel("resnet20")
        .setEpochs(3)
        .setBatchSize(16)
        .setMaxLr(0.05)
        .setSeed(7)
        .setCheckpointFolder(folder.resolve("runs").toUri().toString())
        .setLocalFolder(folder.resolve("local").toString());
  }
}
