package dev.onecycle.run;

import dev.onecycle.run.Classification.Cell;
import dev.onecycle.run.Classification.Confidence;
import dev.onecycle.run.Classification.Mistake;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.IntFunction;

/**
 * Counts a classification image by image, in any order, and keeps the worst mistakes.
 *
 * <p>For one thread at a time.
 */
public final class ClassificationCounter {
  private final int classes;
  private final Map<Pair, Integer> counts = new HashMap<>();
  private final PriorityQueue<Mistake> worst =
      new PriorityQueue<>(Classification.WORST_FIRST.reversed());
  private int images;

  private record Pair(int label, int predicted) {}

  /**
   * A counter of no images yet.
   *
   * @param classes the number of scores of an image
   */
  public ClassificationCounter(int classes) {
    this.classes = classes;
  }

  /**
   * Counts an image.
   *
   * @param index in the data set
   * @param label its class
   * @param scores of images, before any softmax; those of this image are {@code classes} numbers
   *     from {@code from} on; not kept
   */
  public void add(int index, int label, float[] scores, int from) {
    int predicted = highest(scores, from);
    counts.merge(new Pair(label, predicted), 1, Integer::sum);
    images++;
    if (predicted == label || isBetterThanKept(label, predicted, scores, from)) {
      return;
    }
    worst.add(mistake(index, label, predicted, scores, from));
    if (worst.size() > Classification.MAX_WORST) {
      worst.remove();
    }
  }

  /** The first class of the highest score, or no prediction where a score is not a number. */
  private int highest(float[] scores, int from) {
    int best = 0;
    for (int c = 0; c < classes; c++) {
      float score = scores[from + c];
      if (Float.isNaN(score)) {
        return Classification.NO_PREDICTION;
      }
      if (score > scores[from + best]) {
        best = c;
      }
    }
    return best;
  }

  /**
   * Whether a mistake cannot be among the worst: its loss is at most the loss it would have if all
   * scores were the highest. Spares the exponentials of nearly all mistakes.
   */
  private boolean isBetterThanKept(int label, int predicted, float[] scores, int from) {
    if (worst.size() < Classification.MAX_WORST || predicted == Classification.NO_PREDICTION) {
      return false;
    }
    double most = (double) scores[from + predicted] - scores[from + label] + Math.log(classes);
    return most < worst.element().confidence().loss();
  }

  private Mistake mistake(int index, int label, int predicted, float[] scores, int from) {
    if (predicted == Classification.NO_PREDICTION) {
      return new Mistake(index, "", label, predicted, Confidence.UNKNOWN);
    }
    double highest = scores[from + predicted];
    double sum = 0;
    for (int c = 0; c < classes; c++) {
      sum += Math.exp(scores[from + c] - highest);
    }
    double below = scores[from + label] - highest;
    Confidence confidence = new Confidence(1 / sum, Math.exp(below) / sum, Math.log(sum) - below);
    return new Mistake(index, "", label, predicted, confidence);
  }

  /**
   * The classification so far.
   *
   * @param origins returns the origin of an image by its index; called for the worst mistakes only,
   *     by rising index: a stream goes through each shard once
   */
  public Classification result(IntFunction<String> origins) {
    List<Cell> cells =
        counts.entrySet().stream()
            .map(e -> new Cell(e.getKey().label, e.getKey().predicted, e.getValue()))
            .toList();
    List<Mistake> named =
        worst.stream()
            .sorted(Comparator.comparingInt(Mistake::index))
            .map(mistake -> mistake.withOrigin(origins.apply(mistake.index())))
            .toList();
    return new Classification(images, cells, named);
  }
}
