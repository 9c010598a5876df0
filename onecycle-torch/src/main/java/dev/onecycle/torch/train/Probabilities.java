package dev.onecycle.torch.train;

import dev.onecycle.data.sample.Targets;
import java.util.Arrays;

/** Probabilities of classes, or of single labels, from scores. */
public final class Probabilities {
  private Probabilities() {}

  /**
   * The probabilities of one sample's scores: of classes their softmax, of labels the logistic
   * function of each. Numbers stay as they are.
   */
  public static double[] of(Targets targets, float[] scores) {
    if (targets instanceof Targets.Classes) {
      return softmax(scores, scores.length)[0];
    }
    if (targets instanceof Targets.Labels) {
      return logistic(scores, scores.length)[0];
    }
    double[] numbers = new double[scores.length];
    for (int i = 0; i < scores.length; i++) {
      numbers[i] = scores[i];
    }
    return numbers;
  }

  /**
   * The probabilities of each row of scores.
   *
   * @param scores [N, classes], row by row
   */
  static double[][] softmax(float[] scores, int classes) {
    double[][] probabilities = new double[scores.length / classes][];
    for (int i = 0; i < probabilities.length; i++) {
      probabilities[i] = row(Arrays.copyOfRange(scores, i * classes, (i + 1) * classes));
    }
    return probabilities;
  }

  /**
   * The logistic function of each score.
   *
   * @param scores [N, labels], row by row
   */
  static double[][] logistic(float[] scores, int labels) {
    double[][] probabilities = new double[scores.length / labels][labels];
    for (int i = 0; i < scores.length; i++) {
      probabilities[i / labels][i % labels] = 1 / (1 + Math.exp(-scores[i]));
    }
    return probabilities;
  }

  private static double[] row(float[] scores) {
    double highest = Double.NEGATIVE_INFINITY;
    for (float score : scores) {
      highest = Math.max(highest, score);
    }
    double[] probabilities = new double[scores.length];
    double sum = 0;
    for (int c = 0; c < scores.length; c++) {
      probabilities[c] = Math.exp(scores[c] - highest); // of the highest: 1, so none overflows
      sum += probabilities[c];
    }
    for (int c = 0; c < scores.length; c++) {
      probabilities[c] /= sum;
    }
    return probabilities;
  }
}
