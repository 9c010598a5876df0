package dev.onecycle.spark;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Serializable;

/**
 * The training of a model, in numbers.
 *
 * @param runFolder on the shared file system, with the run's record and curves
 * @param trainImages that it was trained on
 * @param learningRate the peak
 * @param epochs that were trained
 * @param evaluatedOn the images of the accuracy: validation, or a part held out
 * @param accuracy of the last evaluation, in [0, 1]; not a number where there was none
 * @param seconds where the time went
 */
public record TrainingSummary(
    String runFolder,
    long trainImages,
    double learningRate,
    int epochs,
    String evaluatedOn,
    double accuracy,
    Seconds seconds)
    implements Serializable {
  /**
   * The time of a fit in seconds.
   *
   * @param writing of the images as shards, by all executors
   * @param starting from the request for the barrier stage to its last attempt's first task; with
   *     the time of attempts that failed
   * @param copying of the shards to the machine of rank 0
   * @param meeting of the ranks, with the exchange of the address
   * @param training of all epochs, without evaluations
   * @param saving of checkpoints in the shared folder
   * @param task of rank 0, from its begin to its end
   */
  public record Seconds(
      double writing,
      double starting,
      double copying,
      double meeting,
      double training,
      double saving,
      double task)
      implements Serializable {
    /** The work that a training without Spark has not: all but the task's own, and its saving. */
    public double overhead() {
      return writing + starting + copying + meeting + saving;
    }

    /** The rest of the task: images are read, a network built, a rate found, epochs evaluated. */
    public double rest() {
      return task - copying - meeting - training - saving;
    }
  }

  static TrainingSummary of(JsonNode answer, String runFolder, double writing) {
    return new TrainingSummary(
        runFolder,
        answer.get("train_images").asLong(),
        answer.get("learning_rate").asDouble(),
        answer.get("epochs").asInt(),
        answer.get("evaluated_on").asText(),
        answer.has("accuracy") ? answer.get("accuracy").asDouble() : Double.NaN,
        new Seconds(
            writing,
            answer.get("start_seconds").asDouble(),
            answer.get("copy_seconds").asDouble(),
            answer.get("meet_seconds").asDouble(),
            answer.get("train_seconds").asDouble(),
            answer.get("save_seconds").asDouble(),
            answer.get("task_seconds").asDouble()));
  }
}
