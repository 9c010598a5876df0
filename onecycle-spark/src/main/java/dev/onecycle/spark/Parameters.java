package dev.onecycle.spark;

import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.util.Identifiable;

/** Makes the parameters of {@link ImageColumns}. */
final class Parameters {
  static final String ERROR = "error";
  static final String SKIP = "skip";
  static final String KEEP = "keep";

  private Parameters() {}

  /** Gives the parameters of {@link ImageColumns} their defaults. */
  static void setDefaults(ImageColumns<?> owner) {
    owner.setDefault(owner.imageCol(), "content");
    owner.setDefault(owner.predictionCol(), "prediction");
    owner.setDefault(owner.probabilityCol(), "probability");
    owner.setDefault(owner.rawPredictionCol(), "rawPrediction");
    owner.setDefault(owner.predictedLabelCol(), "");
    owner.setDefault(owner.handleInvalid(), ERROR);
  }

  static Param<String> imageCol(Identifiable parent) {
    return new Param<>(
        parent,
        "imageCol",
        "column of images: bytes of image files, paths of image files, or Spark's image source");
  }

  static Param<String> predictionCol(Identifiable parent) {
    return new Param<>(parent, "predictionCol", "column of the predicted class, a double");
  }

  static Param<String> probabilityCol(Identifiable parent) {
    return new Param<>(
        parent, "probabilityCol", "column of the probability of each class; empty for none");
  }

  static Param<String> rawPredictionCol(Identifiable parent) {
    return new Param<>(
        parent, "rawPredictionCol", "column of the score of each class; empty for none");
  }

  static Param<String> predictedLabelCol(Identifiable parent) {
    return new Param<>(
        parent, "predictedLabelCol", "column of the predicted class by name; empty for none");
  }

  static Param<String> handleInvalid(Identifiable parent) {
    return new Param<>(
        parent,
        "handleInvalid",
        "reaction to an image that cannot be predicted: error, skip or keep",
        ParamValidators.inArray(new String[] {ERROR, SKIP, KEEP}));
  }
}
