package dev.onecycle.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.onecycle.error.Require;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * How a network classified a set of labelled images, summed up: its confusion matrix without the
 * zeros, and its worst mistakes.
 *
 * <p>Labels are indices into the data set's classes. An image any of whose scores is not a number
 * has no prediction, {@link #NOTHING}, and counts as a mistake.
 *
 * @param images number classified: the sum of the cells' counts
 * @param cells of the confusion matrix that are not zero, by label, then by prediction
 * @param worst the mistakes of highest loss, worst first, {@value #WORST} at most; those whose loss
 *     is not a number come first, and of equals the lower index
 */
public record Classification(
    @JsonProperty("images") int images,
    @JsonProperty("cells") List<Cell> cells,
    @JsonProperty("worst") List<Mistake> worst) {
  /** What an image is taken for whose scores are not numbers. */
  public static final int NOTHING = -1;

  /** The most mistakes that are kept. */
  public static final int WORST = 24;

  static final Comparator<Mistake> WORST_FIRST =
      Comparator.comparingDouble(Mistake::loss).reversed().thenComparingInt(Mistake::index);

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
   * How many images of a class were taken for a class.
   *
   * @param label their class
   * @param predicted what they were taken for: the class of the highest score, or {@link #NOTHING}
   * @param count positive
   */
  public record Cell(
      @JsonProperty("label") int label,
      @JsonProperty("predicted") int predicted,
      @JsonProperty("count") int count) {
    public Cell {
      Require.atLeast("label", label, 0);
      Require.atLeast("prediction", predicted, NOTHING);
      Require.atLeast("count", count, 1);
    }

    boolean right() {
      return label == predicted;
    }
  }

  /**
   * An image that was taken for what it is not.
   *
   * @param index in the data set
   * @param origin where it came from: a path or an entry's name
   * @param label its class
   * @param predicted what it was taken for, or {@link #NOTHING}
   * @param probability that the network gave what it took it for; NaN where a score is not finite
   * @param labelProbability that the network gave its class; NaN as above
   * @param loss its cross-entropy without label smoothing, the negative natural logarithm of {@code
   *     labelProbability}; NaN as above
   */
  public record Mistake(
      @JsonProperty("index") int index,
      @JsonProperty("origin") String origin,
      @JsonProperty("label") int label,
      @JsonProperty("predicted") int predicted,
      @JsonProperty("probability") double probability,
      @JsonProperty("label_probability") double labelProbability,
      @JsonProperty("loss") double loss) {}

  /**
   * How a class fared.
   *
   * @param label the class
   * @param images of it
   * @param predicted images of any class that were taken for it
   * @param right images of it that were taken for it
   */
  public record ClassCount(int label, int images, int predicted, int right) {
    /** Share of the class's images that were found, in [0, 1]; NaN where it has none. */
    public double recall() {
      return (double) right / images;
    }

    /** Share of the images taken for the class that are of it, in [0, 1]; NaN where none were. */
    public double precision() {
      return (double) right / predicted;
    }
  }

  /** Images that were taken for what they are. */
  public int right() {
    return cells.stream().filter(Cell::right).mapToInt(Cell::count).sum();
  }

  /** Images of class {@code label} that were taken for {@code predicted}; often 0. */
  public int count(int label, int predicted) {
    int at = Collections.binarySearch(cells, new Cell(label, predicted, 1), BY_CLASS);
    return at < 0 ? 0 : cells.get(at).count();
  }

  /**
   * Every class in order.
   *
   * @param classes number of them, more than the highest label
   */
  public List<ClassCount> byClass(int classes) {
    int[] images = new int[classes];
    int[] predicted = new int[classes];
    int[] right = new int[classes];
    for (Cell cell : cells) {
      images[cell.label] += cell.count;
      if (cell.predicted != NOTHING) {
        predicted[cell.predicted] += cell.count;
      }
      if (cell.right()) {
        right[cell.label] += cell.count;
      }
    }
    List<ClassCount> all = new ArrayList<>(classes);
    for (int label = 0; label < classes; label++) {
      all.add(new ClassCount(label, images[label], predicted[label], right[label]));
    }
    return List.copyOf(all);
  }

  /**
   * The pairs of classes of which the first was most often taken for the second, the most frequent
   * first, and of equals the lower label and prediction; images without a prediction not among
   * them.
   *
   * @param limit the most pairs to answer
   */
  public List<Cell> mostConfused(int limit) {
    return cells.stream()
        .filter(cell -> !cell.right() && cell.predicted != NOTHING)
        .sorted(Comparator.comparingInt(Cell::count).reversed())
        .limit(limit)
        .toList();
  }
}
