package dev.onecycle.torch.predict;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Samples that wait to be computed. It holds a bounded number: who brings one more waits until
 * there is room.
 */
final class WaitingSamples {
  private final int room;
  private final Deque<Sample> waiting = new ArrayDeque<>();
  private final ReentrantLock lock = new ReentrantLock(true);
  private final Condition changed = lock.newCondition();
  private int idle;
  private boolean closed;

  /**
   * A sample and its outputs to come.
   *
   * @param values in the layout of the network, from the position to the limit
   */
  record Sample(ByteBuffer values, CompletableFuture<float[]> outputs) {
    Sample(ByteBuffer values) {
      this(values, new CompletableFuture<>());
    }
  }

  /**
   * @param room the most samples that wait
   */
  WaitingSamples(int room) {
    this.room = room;
  }

  /**
   * Adds samples in their order, each as soon as there is room.
   *
   * @throws IllegalStateException where it is closed; some may have been added
   * @throws CancellationException where the thread is interrupted
   */
  void add(List<Sample> samples) {
    lock.lock();
    try {
      for (Sample sample : samples) {
        if (waiting.size() >= room) {
          changed.signalAll();
        }
        while (!closed && waiting.size() >= room) {
          changed.await();
        }
        if (closed) {
          throw new IllegalStateException(
              "predictor must be open to predict but is closed; load another one");
        }
        waiting.add(sample);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted(e);
    } finally {
      changed.signalAll();
      lock.unlock();
    }
  }

  /**
   * Takes a share of the samples that have come, as soon as there is one: all of them, or the part
   * that falls to one of the threads that are idle. None once it is closed and empty.
   *
   * @param most that are taken
   */
  List<Sample> take(int most) {
    lock.lock();
    idle++;
    try {
      while (!closed && waiting.isEmpty()) {
        changed.awaitUninterruptibly();
      }
      int share = Math.min(most, (waiting.size() + idle - 1) / idle);
      List<Sample> taken = new ArrayList<>(share); // before any is removed: memory may be short
      while (taken.size() < share) {
        taken.add(waiting.remove());
      }
      changed.signalAll();
      return taken;
    } finally {
      idle--;
      lock.unlock();
    }
  }

  /** The exception of a thread that was interrupted while it waited. */
  static CancellationException interrupted(InterruptedException cause) {
    CancellationException e = new CancellationException("interrupted while waiting to predict");
    e.initCause(cause);
    return e;
  }

  /** The number of threads that wait for samples. */
  int idle() {
    lock.lock();
    try {
      return idle;
    } finally {
      lock.unlock();
    }
  }

  /** The number of samples that wait. */
  int count() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /** Lets nobody add any more; the samples that wait are still taken. */
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
