package dev.onecycle.tune;

import dev.onecycle.text.Numbers;
import java.util.Comparator;
import java.util.List;

/**
 * The result of a search for a batch size.
 *
 * @param search the search
 * @param trials of every size, in order
 * @param largest the largest that fits: the sources' choice
 * @param knee the smallest that computes at least nine tenths as many images a second as the
 *     fastest: beyond it a larger batch costs updates and saves no time
 * @param explanation the reason against a larger one: memory, or too few updates
 */
public record BatchSizeResult(
    BatchSizes search, List<BatchTrial> trials, int largest, int knee, String explanation) {
  /** The largest number of sizes of {@link #worthTrying}. */
  public static final int MAX_WORTH_TRYING = 4;

  private static final double NEAR_FASTEST = 0.9;
  private static final double WORTH_TRYING = 0.5;

  public BatchSizeResult {
    trials = List.copyOf(trials);
  }

  static BatchSizeResult of(BatchSizes search, List<BatchTrial> trials) {
    List<BatchTrial> fitting =
        trials.stream()
            .filter(BatchTrial::fits)
            .sorted(Comparator.comparingInt(BatchTrial::size))
            .toList();
    double fastest = fitting.stream().mapToDouble(BatchSizeResult::speed).max().orElseThrow();
    int knee =
        fitting.stream()
            .filter(t -> speed(t) >= NEAR_FASTEST * fastest)
            .findFirst()
            .orElseThrow()
            .size();
    int largest = fitting.get(fitting.size() - 1).size();
    return new BatchSizeResult(search, trials, largest, knee, explanation(search, trials, largest));
  }

  /**
   * The sizes that fit and compute at least half as many images a second as the fastest: of these
   * the smallest, four at most, since how well a size trains changes little from one to the next.
   */
  public List<Integer> worthTrying() {
    double fastest = fastest();
    return trials.stream()
        .filter(trial -> trial.fits() && speed(trial) >= WORTH_TRYING * fastest)
        .map(BatchTrial::size)
        .sorted()
        .limit(MAX_WORTH_TRYING)
        .toList();
  }

  /** The speed of a size, beside the fastest, as a clause. */
  public String speedOf(int size) {
    double own =
        trials.stream().filter(t -> t.size() == size).mapToDouble(BatchSizeResult::speed).sum();
    return Numbers.format("%.0f of %.0f images/s", own, fastest());
  }

  private double fastest() {
    return trials.stream()
        .filter(BatchTrial::fits)
        .mapToDouble(BatchSizeResult::speed)
        .max()
        .orElseThrow();
  }

  /** The reason to use the largest or the knee. */
  public String reason(int size) {
    if (size == largest) {
      return explanation;
    }
    return Numbers.format(
        "%d: the smallest with at least nine tenths of the best speed, %s; a larger batch saves no"
            + " time and costs updates.",
        knee, speedOf(knee));
  }

  private static double speed(BatchTrial trial) {
    return trial.samplesPerSecond().orElse(0);
  }

  private static String explanation(BatchSizes search, List<BatchTrial> trials, int largest) {
    if (largest == search.cap() && search.updates(largest) < BatchSizes.MIN_UPDATES) {
      return Numbers.format(
          "%d leaves only %,d updates over %d epochs of %,d images, and a cycle needs %d; train for"
              + " more epochs.",
          largest,
          search.updates(largest),
          search.epochs(),
          search.images(),
          BatchSizes.MIN_UPDATES);
    }
    if (largest == search.cap()) {
      int next = 2 * largest;
      return next > search.images()
          ? Numbers.format(
              "%d is the largest that fits; twice as many are more than the %,d images there are.",
              largest, search.images())
          : Numbers.format(
              "%d is capped by the number of updates, not by memory: over %d epochs of %,d images"
                  + " it leaves %,d updates and %d would leave %,d, fewer than the %d that a cycle"
                  + " needs; more epochs allow more.",
              largest,
              search.epochs(),
              search.images(),
              search.updates(largest),
              next,
              search.updates(next),
              BatchSizes.MIN_UPDATES);
    }
    BatchTrial refused =
        trials.stream().filter(t -> t.size() == 2 * largest).findFirst().orElseThrow();
    return Numbers.format(
        "%d is the largest that fits: %d %s.", largest, refused.size(), refused.remark());
  }
}
