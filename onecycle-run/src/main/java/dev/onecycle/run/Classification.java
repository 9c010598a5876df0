package dev.onecycle.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.onecycle.error.Require;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The classification of a set of labelled images by a network: the confusion matrix without its
 * zeros, and the worst mistakes.
 *
 * <p>Labels are indices into the data set's classes. An image any of whose scores is not a number
 * has no prediction, {@link #NO_PREDICTION}, and counts as a mistake.
 *
 * @param images number classified: the sum of the cells' counts
 * @param cells of the confusion matrix that are not zero, by label, then by prediction
 * @param worst the mistakes of highest loss, worst first, {@value #MAX_WORST} at most; mistakes
 *     whose loss is not a number come first, and of equals the lower index
 */
public record Classification(
    @JsonProperty("images") int images,
    @JsonProperty("cells") List<Cell> cells,
    @JsonProperty("worst") List<Mistake> worst) {
  /** The prediction of an image whose scores are not numbers. */
  public static final int NO_PREDICTION = -1;

  /** The number of mistakes that are kept. */
  public static final int MAX_WORST = 24;

  static final Comparator<Mistake> WORST_FIRST =
      Comparator.comparingDouble((Mistake mistake) -> mistake.confidence().loss())
          .reversed()
          .thenComparingInt(Mistake::index);

  private static final Comparator<Cell> BY_CLASS =
      Comparator.comparingInt(Cell::label).thenComparingInt(Cell::predicted);

  /** Sorts the cells and the mistakes. */
  public Classification {
    cells = cells.stream().sorted(BY_CLASS).toList();
    worst = worst.stream().sorted(WORST_FIRST).toList();
    long sum = cells.stream().mapToLong(Cell::count).sum();
    Require.that(sum == images, "sum of the cells", "the number of images, " + images, sum, sum);
  }

  /**
   * The images of one class that got one prediction.
   *
   * @param label their class
   * @param predicted the class of the highest score, or {@link #NO_PREDICTION}
   * @param count their number, positive
   */
  public record Cell(
      @JsonProperty("label") int label,
      @JsonProperty("predicted") int predicted,
      @JsonProperty("count") int count) {
    public Cell {
      Require.atLeast("label", label, 0);
      Require.atLeast("prediction", predicted, NO_PREDICTION);
      Require.atLeast("count", count, 1);
    }

    boolean correct() {
      return label == predicted;
    }
  }

  /**
   * An image whose prediction is not its class.
   *
   * @param index in the data set
   * @param origin of the image: a path or an entry's name
   * @param label its class
   * @param predicted the class of the highest score, or {@link #NO_PREDICTION}
   * @param confidence of the network
   */
  public record Mistake(
      @JsonProperty("index") int index,
      @JsonProperty("origin") String origin,
      @JsonProperty("label") int label,
      @JsonProperty("predicted") int predicted,
      @JsonProperty("confidence") Confidence confidence) {
    Mistake withOrigin(String value) {
      return new Mistake(index, value, label, predicted, confidence);
    }
  }

  /**
   * The confidence of the network in the prediction of an image.
   *
   * @param predicted probability of the prediction
   * @param label probability of the image's class
   * @param loss cross-entropy without label smoothing, the negative natural logarithm of {@code
   *     label}
   */
  public record Confidence(
      @JsonProperty("predicted") double predicted,
      @JsonProperty("label") double label,
      @JsonProperty("loss") double loss) {
    /** The confidence where a score is not a number: NaN throughout. */
    public static final Confidence UNKNOWN = new Confidence(Double.NaN, Double.NaN, Double.NaN);
  }

  /**
   * The counts of a class.
   *
   * @param label the class
   * @param images of the class
   * @param predicted images of any class whose prediction is the class
   * @param correct images of the class whose prediction is the class
   */
  public record ClassCount(int label, int images, int predicted, int correct) {
    /**
     * Share of the class's images whose prediction is correct, in [0, 1]; NaN where it has none.
     */
    public double recall() {
      return (double) correct / images;
    }

    /** Share of the class's predictions that are correct, in [0, 1]; NaN where there are none. */
    public double precision() {
      return (double) correct / predicted;
    }
  }

  /** The number of images whose prediction is their class. */
  public int correct() {
    return cells.stream().filter(Cell::correct).mapToInt(Cell::count).sum();
  }

  /**
   * The mean recall of the classes that have images, in [0, 1]: the accuracy if every class were
   * equally common.
   */
  public double balancedAccuracy() {
    return recalls().values().stream().mapToDouble(recall -> recall).average().orElse(Double.NaN);
  }

  /** The share of a class's images whose prediction is correct, by label, where it has images. */
  public SortedMap<Integer, Double> recalls() {
    int highest =
        cells.stream().mapToInt(cell -> Math.max(cell.label, cell.predicted)).max().orElse(-1);
    SortedMap<Integer, Double> recalls = new TreeMap<>();
    for (ClassCount count : byClass(highest + 1)) {
      if (count.images > 0) {
        recalls.put(count.label, count.recall());
      }
    }
    return recalls;
  }

  /** The number of images of a class with a prediction; often 0. */
  public int count(int label, int predicted) {
    int at = Collections.binarySearch(cells, new Cell(label, predicted, 1), BY_CLASS);
    return at < 0 ? 0 : cells.get(at).count();
  }

  /**
   * The counts of every class, in order.
   *
   * @param classes number of them, more than the highest label
   */
  public List<ClassCount> byClass(int classes) {
    int[] images = new int[classes];
    int[] predicted = new int[classes];
    int[] correct = new int[classes];
    for (Cell cell : cells) {
      images[cell.label] += cell.count;
      if (cell.predicted != NO_PREDICTION) {
        predicted[cell.predicted] += cell.count;
      }
      if (cell.correct()) {
        correct[cell.label] += cell.count;
      }
    }
    List<ClassCount> all = new ArrayList<>(classes);
    for (int label = 0; label < classes; label++) {
      all.add(new ClassCount(label, images[label], predicted[label], correct[label]));
    }
    return List.copyOf(all);
  }

  /**
   * The most frequent mistakes: pairs of a class and a wrong prediction, the most frequent first,
   * and of equals the lower label and prediction. Images without a prediction are left out.
   *
   * @param limit the largest number of pairs to return
   */
  public List<Cell> mostConfused(int limit) {
    return cells.stream()
        .filter(cell -> !cell.correct() && cell.predicted != NO_PREDICTION)
        .sorted(Comparator.comparingInt(Cell::count).reversed())
        .limit(limit)
        .toList();
  }
}
