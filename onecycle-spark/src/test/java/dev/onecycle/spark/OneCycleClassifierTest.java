package dev.onecycle.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The classifier as a stage of Spark ML, in one process. */
class OneCycleClassifierTest {
  @TempDir private static Path folder;
  private static SparkSession spark;

  @BeforeAll
  static void start() {
    spark = TestSpark.local(2, folder);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void coloursAreLearned() {
    Dataset<Row> images = TestSpark.colours(spark, 120);
    OneCycleClassificationModel model = TestSpark.classifier(folder).fit(images);
    System.out.println(model.summary());
    Dataset<Row> predicted = model.transform(images);
    assertThat(predicted.columns())
        .containsExactly(
            "content", "label", "colour", "rawPrediction", "probability", "prediction");
    List<Row> rows = predicted.collectAsList();
    assertThat(rows).hasSize(120);
    assertThat(rows.stream().filter(row -> row.getInt(1) == row.getDouble(5)).count())
        .isGreaterThan(110);
    Vector probability = rows.get(0).getAs("probability");
    assertThat(probability.size()).isEqualTo(3);
    assertThat(probability.argmax()).isEqualTo((int) rows.get(0).getDouble(5));
  }
}
