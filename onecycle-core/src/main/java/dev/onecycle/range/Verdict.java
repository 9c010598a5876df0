package dev.onecycle.range;

/**
 * The judgement whether a range test's curve can be trusted, with its reason.
 *
 * @param kind the shape of the curve
 * @param finding a sentence with the numbers that the judgement rests on, without its full stop
 * @param advice what to do, a clause
 */
public record Verdict(Kind kind, String finding, String advice) {
  /** The shapes a curve can have. */
  public enum Kind {
    /** The loss falls, then rises for good: the edge can be used. */
    CLEAR,
    /**
     * The loss rises for good, but it had been rising long before, or stayed near the loss of
     * knowing nothing long after: the edge says little about the rate to train at.
     */
    UNCERTAIN,
    /**
     * The loss falls and does not rise for good up to the last rate, though it may have begun to
     * rise: the edge lies beyond. That a cycle trains at the last rate is not shown.
     */
    NO_EDGE,
    /**
     * The loss rose for good before it had fallen, or within the first ten points: the range starts
     * too high, or the data or model is broken.
     */
    DIVERGED_AT_ONCE,
    /** The loss never moves: the range ends too low, or nothing is being learned. */
    FLAT,
    /**
     * The loss never came clearly below the loss of knowing nothing, the entropy of the classes'
     * shares: whatever it did else, the network learned nothing about the images.
     */
    NOTHING_LEARNED,
    /**
     * One loss that is no number, or one spike, ended the test; the curve before it had not risen.
     */
    SINGLE_LOSS,
    /** The noise of the loss hides its trend. */
    NOISY,
    /** Too few points to read. */
    TOO_SHORT
  }

  /** One sentence for people: the finding and the advice. */
  public String explanation() {
    return finding + "; " + advice + ".";
  }

  /** Whether the edge can be used without reserve. */
  public boolean clear() {
    return kind == Kind.CLEAR;
  }

  /** Whether an edge was read from which a learning rate is suggested, be it with reserve. */
  public boolean suggests() {
    return kind == Kind.CLEAR || kind == Kind.UNCERTAIN;
  }
}
