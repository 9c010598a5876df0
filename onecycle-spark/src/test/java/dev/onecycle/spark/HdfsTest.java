package dev.onecycle.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.CannotWriteException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shared folders on HDFS: a name node and a data node in this process. */
@Tag("long")
class HdfsTest {
  @TempDir private static Path disk;
  private static Configuration hadoop = new Configuration();
  private static MiniDFSCluster cluster;

  @BeforeAll
  static void start() throws IOException {
    hadoop = new Configuration();
    hadoop.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, disk.resolve("hdfs").toString());
    cluster = new MiniDFSCluster.Builder(hadoop).numDataNodes(1).build();
    cluster.waitActive();
  }

  @AfterAll
  static void stop() {
    cluster.shutdown();
  }

  private static String uri(String path) {
    return cluster.getURI().resolve(path).toString();
  }

  private static void write(SharedFolder folder, String name, String text) {
    folder.write(name, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static List<String> files(String path) throws IOException {
    FileStatus[] found =
        FileSystem.get(cluster.getURI(), hadoop).listStatus(new org.apache.hadoop.fs.Path(path));
    return Arrays.stream(found).map(file -> file.getPath().getName()).toList();
  }

  @Test
  void aFileIsReplaced() throws IOException {
    SharedFolder shared = new SharedFolder(uri("/shared"), hadoop);
    write(shared, "a.txt", "one");
    write(shared, "a.txt", "two");
    assertThat(shared.read("a.txt")).asString().isEqualTo("two");
    assertThat(files("/shared")).containsExactly("a.txt");
  }

  /** A file whose writing fails leaves the one before it, and nothing else. */
  @Test
  void aFileThatCannotBeWrittenLeavesTheOldOne() throws IOException {
    SharedFolder shared = new SharedFolder(uri("/failing"), hadoop);
    write(shared, "a.txt", "one");
    assertThatThrownBy(
            () ->
                shared.write(
                    "a.txt",
                    out -> {
                      out.write(new byte[1000]);
                      throw new IOException("no more");
                    }))
        .isInstanceOf(CannotWriteException.class)
        .hasMessageContaining("/failing/a.txt");
    assertThat(shared.read("a.txt")).asString().isEqualTo("one");
    assertThat(files("/failing")).containsExactly("a.txt");
  }

  @Test
  void aFullFolderIsNamed() throws IOException {
    SharedFolder full = new SharedFolder(uri("/full"), hadoop);
    cluster.getFileSystem().mkdirs(new org.apache.hadoop.fs.Path("/full"));
    cluster.getFileSystem().setQuota(new org.apache.hadoop.fs.Path("/full"), 1, Long.MAX_VALUE);
    assertThatThrownBy(() -> write(full, "a.txt", "text"))
        .isInstanceOf(CannotWriteException.class)
        .hasMessageContaining("/full/a.txt");
  }

  /** Images are read from HDFS, and checkpoints, the run and the model are written there. */
  @Test
  void aClassifierTrainsThere() throws IOException {
    SparkSession spark = TestSpark.local(2, disk);
    try {
      Dataset<Row> images = TestSpark.colours(spark, 60).cache();
      images.write().parquet(uri("/images"));
      Dataset<Row> stored = spark.read().parquet(uri("/images"));
      OneCycleClassifier classifier = TestSpark.classifier(disk).setRunName("first");
      byte[] wanted = classifier.fit(images).modelFile();
      OneCycleClassificationModel model =
          TestSpark.classifier(disk)
              .setRunName("first")
              .setCheckpointFolder(uri("/runs"))
              .fit(stored);
      assertThat(model.modelFile()).isEqualTo(wanted);
      assertThat(files("/runs/first")).contains("run.json", "model.safetensors");
      assertThat(files("/runs/first/checkpoints")).contains("latest");
      model.write().save(uri("/model"));
      assertThat(OneCycleClassificationModel.load(uri("/model")).modelFile()).isEqualTo(wanted);
    } finally {
      spark.stop();
    }
    assertThat(Files.exists(disk.resolve("runs/first/run.json"))).isTrue();
  }
}
