package dev.onecycle.torch.tune;

import dev.onecycle.tune.BatchSizeResult;
import dev.onecycle.tune.BatchTrial;
import dev.onecycle.tune.Sweep;

/** Watches a sweep or a tuning run; it cannot change it. Called on the thread that tunes. */
public interface TuningListener {
  /** The kinds of work that take time. */
  enum Kind {
    /** The search for a batch size. */
    BATCH_SIZES,
    /** One range test. */
    RANGE_TEST,
    /** One short cycle. */
    SHORT_CYCLE
  }

  /** A piece of work, and what people call it. */
  record Task(Kind kind, String title) {}

  /**
   * Reports the progress of a task; not called for a task that was done before.
   *
   * @param done how far it is
   * @param total how far it goes at most
   * @param message how it goes, for people
   */
  default void advanced(Task task, long done, long total, String message) {}

  /**
   * A task is done.
   *
   * @param before whether that was in an earlier run, so that nothing had to be done now
   */
  default void done(Task task, boolean before) {}

  /** The short cycles of a sweep have more epochs than was asked for, which were too few steps. */
  default void lengthened(int asked, int epochs) {}

  /** Something that whoever waits should know, in a sentence without its full stop. */
  default void note(String sentence) {}

  /** A batch size was tried. */
  default void tried(BatchTrial trial) {}

  /** The search for a batch size has ended, now or before; this size is used from now on. */
  default void batchSize(BatchSizeResult result, int used) {}

  /** A hyper-parameter has been decided, or could not be. */
  default void swept(Sweep sweep) {}
}
