package dev.onecycle.record;

import dev.onecycle.error.Require;
import java.util.ArrayList;
import java.util.List;

/**
 * The rule that tells a finite divergence from a training that goes on, with all that it remembers
 * of the losses so far.
 *
 * <p>The reference is the loss of the first step or the loss of knowing nothing, whichever is
 * higher. A training has diverged where the losses of a quarter of the last {@value #WINDOW} steps
 * are above {@value #FACTOR} times the reference: {@link #hasDiverged}. One bad batch does not make
 * a divergence, nor does a rise from which the training recovers within a few steps. The rule does
 * not change when all losses are multiplied by a constant. It is meant for losses that are not
 * negative, such as a cross-entropy.
 *
 * <p>A value of a few numbers: a checkpoint stores it, and a resumed run decides as the whole run
 * would.
 *
 * @param reference 0 before the first step
 * @param above steps among the last {@value #WINDOW} with a loss above the limit, in order
 * @param raisedFrom first step of the present unbroken row of losses above {@value #RAISED} times
 *     the reference; −1 where the last loss is not
 * @param since first step of the present rise above the limit, counted from {@link #raisedFrom}; −1
 *     where no loss among the last {@value #WINDOW} is above the limit
 */
public record LossWatch(double reference, List<Long> above, long raisedFrom, long since) {
  /** The number of steps that count. */
  public static final int WINDOW = 40;

  /** The number of steps of a window, with a loss above the limit, that make a divergence. */
  public static final int MANY = WINDOW / 4;

  /** The limit of a training loss over the reference. */
  public static final double FACTOR = 10;

  /**
   * The limit of the last evaluation's loss over the reference. It is higher: networks that are
   * sure of themselves and batch norms that lag behind have high losses on new images.
   */
  public static final double EVALUATION_FACTOR = 100;

  /** Losses above this times the reference, just before a rise, belong to it. */
  static final double RAISED = 2;

  private static final long NONE = -1;

  /** Before the first step. */
  public static final LossWatch START = new LossWatch(0, List.of(), NONE, NONE);

  public LossWatch {
    above = List.copyOf(above);
  }

  /**
   * The watch after one more step.
   *
   * @param step zero-based; the first one sets the reference
   * @param loss of the step, finite
   * @param chanceLoss the loss of knowing nothing, positive; for a cross-entropy the entropy of the
   *     class shares
   */
  public LossWatch after(long step, double loss, double chanceLoss) {
    Require.atLeast("step", step, 0);
    Require.positive("loss of knowing nothing", chanceLoss);
    double level = reference > 0 ? reference : Math.max(loss, chanceLoss);
    List<Long> now = new ArrayList<>();
    for (long earlier : above) {
      if (earlier > step - WINDOW) {
        now.add(earlier);
      }
    }
    long raised = loss <= RAISED * level ? NONE : raisedFrom == NONE ? step : raisedFrom;
    if (loss > FACTOR * level) {
      now.add(step);
    }
    long rise = now.isEmpty() ? NONE : since == NONE ? raised : since;
    return new LossWatch(level, now, raised, rise);
  }

  /** The limit that the losses of a training should stay below. */
  public double limit() {
    return FACTOR * reference;
  }

  /** The limit that the loss of the last evaluation should stay below. */
  public double evaluationLimit() {
    return EVALUATION_FACTOR * reference;
  }

  /** Whether the training has diverged by the last step. */
  public boolean hasDiverged() {
    return above.size() >= MANY;
  }

  /**
   * Whether a training that ends now ends in a divergence: a shorter one than the window is
   * measured by the steps that it has, of which at least two must be above the limit.
   *
   * @param steps taken
   */
  public boolean endsDiverged(long steps) {
    long window = Math.min(steps, WINDOW);
    return above.size() >= Math.max(2, (window + 3) / 4);
  }

  /**
   * The step before which the weights are sound as far as the losses tell: {@link #since} where a
   * loss was above the limit within the last {@value #WINDOW} steps, whatever the losses after it.
   *
   * @param step that is not sound in any case
   */
  public long soundBefore(long step) {
    return since == NONE ? step : Math.min(since, step);
  }
}
