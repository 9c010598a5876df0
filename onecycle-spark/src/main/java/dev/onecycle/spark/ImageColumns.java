package dev.onecycle.spark;

import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/**
 * The columns that a classifier of images reads and adds, as parameters that the estimator and its
 * model share.
 *
 * @param <S> the class that has them
 */
public interface ImageColumns<S extends ImageColumns<S>> extends Params {
  /**
   * The column of images: the bytes of image files, paths of image files that executors can read,
   * or the pixels of Spark's {@code image} source. Default {@code content}, as the {@code
   * binaryFile} source has.
   */
  Param<String> imageCol();

  /** The column of the predicted class, a double: the label, or its index in the model's labels. */
  Param<String> predictionCol();

  /** The column of the probability of each class, a vector; empty for none. */
  Param<String> probabilityCol();

  /** The column of the scores of each class before they become probabilities; empty for none. */
  Param<String> rawPredictionCol();

  /** The column of the predicted class by name; empty, the default, for none. */
  Param<String> predictedLabelCol();

  /**
   * The reaction to an image that cannot be predicted: {@code error} ends the job, {@code skip}
   * leaves the row out, {@code keep} gives it no prediction. Default {@code error}.
   */
  Param<String> handleInvalid();

  /** See {@link #imageCol()}. */
  default String getImageCol() {
    return get(imageCol(), this);
  }

  /** See {@link #imageCol()}. */
  default S setImageCol(String column) {
    return set(imageCol(), column, this);
  }

  /** See {@link #predictionCol()}. */
  default String getPredictionCol() {
    return get(predictionCol(), this);
  }

  /** See {@link #predictionCol()}. */
  default S setPredictionCol(String column) {
    return set(predictionCol(), column, this);
  }

  /** See {@link #probabilityCol()}. */
  default String getProbabilityCol() {
    return get(probabilityCol(), this);
  }

  /** See {@link #probabilityCol()}. */
  default S setProbabilityCol(String column) {
    return set(probabilityCol(), column, this);
  }

  /** See {@link #rawPredictionCol()}. */
  default String getRawPredictionCol() {
    return get(rawPredictionCol(), this);
  }

  /** See {@link #rawPredictionCol()}. */
  default S setRawPredictionCol(String column) {
    return set(rawPredictionCol(), column, this);
  }

  /** See {@link #predictedLabelCol()}. */
  default String getPredictedLabelCol() {
    return get(predictedLabelCol(), this);
  }

  /** See {@link #predictedLabelCol()}. */
  default S setPredictedLabelCol(String column) {
    return set(predictedLabelCol(), column, this);
  }

  /** See {@link #handleInvalid()}. */
  default String getHandleInvalid() {
    return get(handleInvalid(), this);
  }

  /** See {@link #handleInvalid()}. */
  default S setHandleInvalid(String reaction) {
    return set(handleInvalid(), reaction, this);
  }

  private static <T> T get(Param<T> param, Params owner) {
    return owner.getOrDefault(param);
  }

  @SuppressWarnings("unchecked") // S is the class of this
  private static <T, S extends ImageColumns<S>> S set(
      Param<T> param, T value, ImageColumns<S> owner) {
    return (S) owner.set(param, value);
  }
}
