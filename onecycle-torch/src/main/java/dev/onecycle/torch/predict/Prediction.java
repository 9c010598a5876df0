package dev.onecycle.torch.predict;

import java.util.List;

/**
 * The answers of a model for one sample.
 *
 * @param kind of the answers: {@code classes}, {@code labels} or {@code numbers}
 * @param answers classes or labels with their probabilities, the most probable first; numbers in
 *     the order of the model
 */
public record Prediction(String kind, List<Answer> answers) {
  public Prediction {
    answers = List.copyOf(answers);
    if (answers.isEmpty()) {
      throw new IllegalArgumentException("answers must not be empty");
    }
  }

  /**
   * One output of the model.
   *
   * @param name of the class, the label or the number
   * @param value the probability of the class or label, in [0, 1]; of a number the number
   */
  public record Answer(String name, double value) {}

  /** The first answer: the most probable class or label, or the first number. */
  public Answer best() {
    return answers.get(0);
  }
}
