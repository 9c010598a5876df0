package dev.onecycle.tune;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.Require;
import dev.onecycle.text.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * The search for a batch size: powers of two, each tried by real steps, from small to large until
 * one does not fit.
 *
 * <p>A size fits if its trial succeeds and holds no more memory than the budget. Before a trial its
 * memory is predicted from the two before it; a size that would take too much is not tried. No size
 * is tried that leaves a run fewer than {@value #MIN_UPDATES} updates, too few for a cycle.
 *
 * @param images training images
 * @param epochs the length of the cycle that the size is for
 * @param budgetBytes the memory that a process may hold; empty where no limit is known
 */
public record BatchSizes(int images, int epochs, OptionalLong budgetBytes) {
  /** The fewest updates of a run. */
  public static final int MIN_UPDATES = 200;

  /** Smaller batches make poor batch statistics; they are tried only where memory asks for it. */
  private static final int MIN_CAP = 16;

  private static final int FIRST = 32;
  private static final int SMALLEST = 2;
  private static final int LARGEST = 1 << 20;

  public BatchSizes {
    Require.atLeast("images", images, 2);
    Require.atLeast("epochs", epochs, 1);
  }

  /** The updates of a run at a batch size. */
  public long updates(int size) {
    return (long) epochs * ((images + size - 1L) / size);
  }

  /** The largest power of two that leaves enough updates, but no smaller than 16. */
  public int cap() {
    int cap = SMALLEST;
    while (cap < LARGEST
        && 2 * cap <= images
        && (2 * cap <= MIN_CAP || updates(2 * cap) >= MIN_UPDATES)) {
      cap *= 2;
    }
    return cap;
  }

  /**
   * Searches by trials.
   *
   * @param trial tries a size; returns a result for every size, whatever happens at it
   * @param listener called with every size as it is tried
   * @throws BadDataException where no size fits
   */
  public BatchSizeResult search(IntFunction<BatchTrial> trial, Consumer<BatchTrial> listener) {
    List<BatchTrial> trials = new ArrayList<>();
    int size = Math.min(FIRST, cap());
    add(trials, checked(trial.apply(size)), listener);
    while (!last(trials).fits() && last(trials).size() > SMALLEST) {
      add(trials, checked(trial.apply(last(trials).size() / 2)), listener);
    }
    if (!last(trials).fits()) {
      throw new BadDataException(
          "not even a batch of "
              + SMALLEST
              + " images can be trained with: "
              + last(trials).remark()
              + "; free memory, or choose a smaller model");
    }
    if (trials.size() == 1) {
      climb(trials, trial, listener);
    }
    return BatchSizeResult.of(this, trials);
  }

  private void climb(
      List<BatchTrial> trials, IntFunction<BatchTrial> trial, Consumer<BatchTrial> listener) {
    while (last(trials).fits() && last(trials).size() < cap()) {
      int next = 2 * last(trials).size();
      OptionalLong need = predicted(trials);
      boolean tooMuch =
          need.isPresent() && budgetBytes.isPresent() && need.getAsLong() > budgetBytes.getAsLong();
      add(
          trials,
          tooMuch
              ? new BatchTrial(
                  next,
                  false,
                  OptionalLong.empty(),
                  OptionalDouble.empty(),
                  "not tried: would hold about " + Bytes.text(need.getAsLong()))
              : checked(trial.apply(next)),
          listener);
    }
  }

  private BatchTrial checked(BatchTrial trial) {
    boolean over =
        trial.fits()
            && budgetBytes.isPresent()
            && trial.peakBytes().isPresent()
            && trial.peakBytes().getAsLong() > budgetBytes.getAsLong();
    return over
        ? trial.unfit("holds more than the budget of " + Bytes.text(budgetBytes.getAsLong()))
        : trial;
  }

  /** The memory of the next size: the last doubling added half of what the next one adds. */
  private static OptionalLong predicted(List<BatchTrial> trials) {
    int n = trials.size();
    if (n < 2
        || trials.get(n - 1).peakBytes().isEmpty()
        || trials.get(n - 2).peakBytes().isEmpty()) {
      return OptionalLong.empty();
    }
    long last = trials.get(n - 1).peakBytes().getAsLong();
    long before = trials.get(n - 2).peakBytes().getAsLong();
    return OptionalLong.of(last + 2 * Math.max(0, last - before));
  }

  private static void add(
      List<BatchTrial> trials, BatchTrial trial, Consumer<BatchTrial> listener) {
    trials.add(trial);
    listener.accept(trial);
  }

  private static BatchTrial last(List<BatchTrial> trials) {
    return trials.get(trials.size() - 1);
  }
}
