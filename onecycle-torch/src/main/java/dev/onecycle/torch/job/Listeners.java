package dev.onecycle.torch.job;

import dev.onecycle.error.CannotWriteException;
import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeTest;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.Classification;
import dev.onecycle.run.RunListener;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.TrainingPosition;
import dev.onecycle.schedule.Policy;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Several listeners told as one, in order.
 *
 * @param all the listeners; those that are job listeners hear of the job too
 */
record Listeners(List<RunListener> all) implements JobListener {
  Listeners {
    all = List.copyOf(all);
  }

  /**
   * Tells all of them, also where one fails. The first failure is thrown, with the others; a run
   * may survive that a file cannot be written, so any other failure comes before it.
   */
  private void tell(Consumer<RunListener> event) {
    @Nullable RuntimeException failure = null;
    for (RunListener listener : all) {
      try {
        event.accept(listener);
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else if (failure instanceof CannotWriteException
            && !(e instanceof CannotWriteException)) {
          e.addSuppressed(failure);
          failure = e;
        } else if (failure != e) {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private void ofJob(Consumer<JobListener> event) {
    tell(
        listener -> {
          if (listener instanceof JobListener ofJob) {
            event.accept(ofJob);
          }
        });
  }

  @Override
  public void reading(String task, long done, long total) {
    ofJob(listener -> listener.reading(task, done, total));
  }

  @Override
  public void opened(Experiment experiment) {
    ofJob(listener -> listener.opened(experiment));
  }

  @Override
  public void prepared(Experiment experiment) {
    ofJob(listener -> listener.prepared(experiment));
  }

  @Override
  public void rangeTests(RangeTests tests) {
    ofJob(listener -> listener.rangeTests(tests));
  }

  @Override
  public void rangeTest(int test, int tests, RangeTest plan, RangePoint point) {
    ofJob(listener -> listener.rangeTest(test, tests, plan, point));
  }

  @Override
  public void testing(int done, int total) {
    ofJob(listener -> listener.testing(done, total));
  }

  @Override
  public void peakRate(PeakRate peak) {
    ofJob(listener -> listener.peakRate(peak));
  }

  @Override
  public void begun(Path folder, RunRecord record, Policy policy) {
    tell(listener -> listener.begun(folder, record, policy));
  }

  @Override
  public void resumed(Path folder, RunRecord record, Policy policy, TrainingPosition from) {
    tell(listener -> listener.resumed(folder, record, policy, from));
  }

  @Override
  public void retried(RunRecord record, Policy policy, TrainingPosition from) {
    tell(listener -> listener.retried(record, policy, from));
  }

  @Override
  public void note(String sentence) {
    tell(listener -> listener.note(sentence));
  }

  @Override
  public void warning(String sentence) {
    tell(listener -> listener.warning(sentence));
  }

  @Override
  public void ended(Path folder, RunRecord record) {
    tell(listener -> listener.ended(folder, record));
  }

  @Override
  public void step(StepRecord step) {
    tell(listener -> listener.step(step));
  }

  @Override
  public void evaluating(int epoch, int done, int total) {
    tell(listener -> listener.evaluating(epoch, done, total));
  }

  @Override
  public void classified(int epoch, Classification classification) {
    tell(listener -> listener.classified(epoch, classification));
  }

  @Override
  public void epoch(EpochRecord epoch) {
    tell(listener -> listener.epoch(epoch));
  }

  @Override
  public void reached(TrainingPosition position) {
    tell(listener -> listener.reached(position));
  }
}
