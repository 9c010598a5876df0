package dev.onecycle.cli.console;

import dev.onecycle.torch.train.StepCost;

/**
 * The time that the rest of a whole run takes: range tests, training and evaluations, from the time
 * that their steps have taken so far.
 *
 * <p>Times are seconds from any one origin. The first step of each kind in a row is not counted: it
 * waits for what lies between, such as a checkpoint, and that is counted once for each epoch.
 */
final class RunEstimate {
  /**
   * The work that is left.
   *
   * @param rates of range tests
   * @param stepsOfARate optimizer steps at each rate, an evaluation counted as the steps it costs
   * @param steps of the training
   * @param images to be evaluated
   * @param epochs that end in a checkpoint and a page
   */
  record Work(long rates, double stepsOfARate, long steps, long images, long epochs) {}

  /** Seconds of a kind of work, so far. */
  private static final class Cost {
    private double seconds;
    private double count;

    void add(double more, double units) {
      seconds += more;
      count += units;
    }

    double each(double otherwise) {
      return count > 0 ? seconds / count : otherwise;
    }
  }

  private enum Kind {
    NOTHING,
    RATE,
    STEP,
    EVALUATION
  }

  private final int batchSize;
  private Cost rate = new Cost();
  private final Cost step = new Cost();
  private final Cost image = new Cost();
  private final Cost between = new Cost();
  private Kind last = Kind.NOTHING;
  private double lastTime;
  private long lastDone;

  /**
   * Begins an estimate.
   *
   * @param batchSize images of a step
   */
  RunEstimate(int batchSize) {
    this.batchSize = batchSize;
  }

  /** Range tests begin, whose steps may cost more or less than those of the tests before. */
  void rangeTests() {
    rate = new Cost();
    last = Kind.NOTHING;
  }

  /** A range test took a step. */
  void rate(double now) {
    advanced(Kind.RATE, rate, now, 1);
  }

  /** The training took a step. */
  void step(double now) {
    if (last == Kind.EVALUATION) {
      between.add(now - lastTime, 1);
    }
    advanced(Kind.STEP, step, now, 1);
  }

  /** So many images of an evaluation are done. */
  void evaluated(double now, long done) {
    advanced(Kind.EVALUATION, image, now, done - lastDone);
    lastDone = done;
  }

  private void advanced(Kind kind, Cost cost, double now, long units) {
    if (last == kind && units > 0) {
      cost.add(now - lastTime, units);
    }
    last = kind;
    lastTime = now;
  }

  /** Seconds left; NaN as long as nothing tells what a part of the work costs. */
  double left(Work work) {
    double ofStep = step.each(rate.each(Double.NaN) / work.stepsOfARate);
    double ofImage = image.each(StepCost.SHARE_OF_STEP * ofStep / batchSize);
    return times(work.rates, rate.each(Double.NaN))
        + times(work.steps, ofStep)
        + times(work.images, ofImage)
        + work.epochs * between.each(0);
  }

  private static double times(long count, double seconds) {
    return count == 0 ? 0 : count * seconds; // nothing costs nothing, whatever one costs
  }
}
