package dev.onecycle.torch.job;

import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeTest;
import dev.onecycle.run.RunListener;

/** Watches a job: reading, the search for the peak rate, and then the run. */
public interface JobListener extends RunListener {
  /** A listener that does nothing. */
  JobListener NONE = new JobListener() {};

  /**
   * Images are read or downloaded; called from several threads in turn.
   *
   * @param task that proceeds
   * @param done of {@code total} files or bytes
   */
  default void reading(String task, long done, long total) {}

  /** The images are there. */
  default void opened(Experiment experiment) {}

  /** The network is in memory, with its first weights. */
  default void prepared(Experiment experiment) {}

  /** Range tests begin; they begin once more where noise hid the curves of the first. */
  default void rangeTests(RangeTests tests) {}

  /**
   * A range test took a step.
   *
   * @param test zero-based, of {@code tests}
   */
  default void rangeTest(int test, int tests, RangeTest plan, RangePoint point) {}

  /** So many test images, which judged no epoch, are evaluated at the end of the run. */
  default void testing(int done, int total) {}

  /** The peak rate is known. */
  default void peakRate(PeakRate peak) {}
}
