package dev.onecycle.torch.job;

import dev.onecycle.torch.distributed.ProcessGroup;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The control of a job on ranks in a program. An interrupt must not end the waits of one rank, such
 * as the wait for its next batch: the others would wait for it. So the job runs on a thread of its
 * own, and the calling thread turns an interrupt into a request to stop.
 */
final class RankControl implements RunControl {
  private final ProcessGroup ranks;
  private volatile boolean interrupted;
  private volatile @Nullable Thread job;

  RankControl(ProcessGroup ranks) {
    this.ranks = ranks;
  }

  @Override
  public ProcessGroup ranks() {
    return ranks;
  }

  @Override
  public boolean stopRequested() {
    return interrupted || Thread.currentThread().isInterrupted();
  }

  @Override
  public <T> T uninterrupted(Supplier<T> work) {
    if (Thread.currentThread() == job) {
      return work.get();
    }
    FutureTask<T> task = new FutureTask<>(work::get);
    Thread thread = new Thread(task, "onecycle-rank-" + ranks.rank());
    thread.setDaemon(true);
    job = thread;
    thread.start();
    try {
      return result(task);
    } finally {
      job = null;
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private <T> T result(FutureTask<T> task) {
    while (true) {
      try {
        return task.get();
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Error error) {
          throw error;
        }
        if (e.getCause() instanceof RuntimeException exception) {
          throw exception;
        }
        throw new IllegalStateException(e.getCause());
      }
    }
  }
}
