package dev.onecycle.spark.guide;

// example: spark
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.regexp_extract;

import dev.onecycle.spark.OneCycleClassificationModel;
import dev.onecycle.spark.OneCycleClassifier;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Learns the classes of photos in folders CLASS/PHOTO: PHOTOS FOLDER, two addresses. */
public class SparkProgram {
  public static void main(String[] args) throws Exception {
    try (SparkSession spark = SparkSession.builder().appName("photos").getOrCreate()) {
      Dataset<Row> photos =
          spark
              .read()
              .format("binaryFile")
              .option("recursiveFileLookup", "true")
              .load(args[0])
              .withColumn("label", regexp_extract(col("path"), "([^/]+)/[^/]+$", 1));
      List<Dataset<Row>> parts = photos.randomSplitAsList(new double[] {0.8, 0.2}, 1);

      OneCycleClassifier classifier =
          new OneCycleClassifier()
              .setImageCol("content")
              .setLabelCol("label")
              .setIdCol("path")
              .setPredictedLabelCol("name")
              .setRanks(2)
              .setEpochs(10)
              .setMaxLr(0.1) // leave it out, and a range test finds the rate
              .setCheckpointFolder(args[1]);
      OneCycleClassificationModel model = classifier.fit(parts.get(0));
      System.out.println(model.summary().orElseThrow());

      Dataset<Row> predicted =
          model.transform(parts.get(1)).select("path", "label", "name").cache();
      long correct = predicted.filter(col("label").equalTo(col("name"))).count();
      System.out.println("correct: " + correct + " of " + predicted.count());
      model.write().overwrite().save(args[1] + "/model");
    }
  }
}
// end of example
