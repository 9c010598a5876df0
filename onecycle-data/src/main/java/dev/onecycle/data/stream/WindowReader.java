package dev.onecycle.data.stream;

import dev.onecycle.data.archive.ShardReader;
import dev.onecycle.data.archive.ShardReader.Parts;
import dev.onecycle.data.archive.ShardReader.Sample;
import dev.onecycle.data.work.InterruptedRead;
import dev.onecycle.error.BadDataException;
import dev.onecycle.text.Numbers;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One reader of a stream: a thread that goes through its part of the shards, a window ahead of the
 * samples that are taken. At most a window of encoded images is held: as the samples of a window
 * are taken, those of the next one take their room.
 */
final class WindowReader implements AutoCloseable {
  private final StreamedImages images;
  private final StreamOrder order;
  private final int reader;
  private final long patienceSeconds;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<Integer, Sample> held = new HashMap<>();
  private final Thread thread;

  /** The position among the samples of the reader that is read next. */
  private int next;

  /** The first position of the window of which samples are taken. */
  private int windowBegin;

  private @Nullable Throwable failure;
  private String reading = "";
  private int most;

  /**
   * @param first the position of the first sample that will be taken: its window is read from its
   *     beginning on
   */
  WindowReader(StreamedImages images, StreamOrder order, int reader, int first) {
    this.images = images;
    this.order = order;
    this.reader = reader;
    this.patienceSeconds = images.patienceSeconds();
    this.windowBegin = first - first % order.window();
    this.next = windowBegin;
    this.thread = new Thread(this::work, "onecycle-shards");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Takes a sample, by its position as it is stored; waits until it is read. The windows of the
   * samples taken must not go back.
   *
   * @throws BadDataException if it cannot be read, or nothing was read for too long
   */
  Sample take(int position) {
    lock.lock();
    try {
      moveTo(position - position % order.window());
      int seen = next;
      while (!held.containsKey(position)) {
        rethrow();
        if (position < next) {
          throw new IllegalStateException("a sample is taken once");
        }
        if (!changed.await(patienceSeconds, TimeUnit.SECONDS) && next == seen) {
          throw new BadDataException(
              Numbers.format(
                  "%s could not be read for %,d s; is its disk or network down?",
                  reading, patienceSeconds));
        }
        seen = next;
      }
      Sample sample = held.remove(position);
      changed.signalAll();
      return sample;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw InterruptedRead.whileDoing("reading shards", e);
    } finally {
      lock.unlock();
    }
  }

  /** Drops the samples of earlier windows: nobody takes them any more. */
  private void moveTo(int begin) {
    if (begin < windowBegin) {
      throw new IllegalStateException("the windows of a reader must not go back");
    }
    if (begin > windowBegin) {
      windowBegin = begin;
      held.keySet().removeIf(position -> position < begin);
      changed.signalAll();
    }
  }

  private void rethrow() {
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof RuntimeException exception) {
      throw exception;
    }
  }

  private void work() {
    try {
      read();
    } catch (InterruptedException e) {
      // Only close() interrupts this thread, and nobody waits for its samples then.
      return;
    } catch (RuntimeException | Error e) {
      lock.lock();
      try {
        failure = e;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  private void read() throws InterruptedException {
    int length = order.length(reader);
    while (next < length) {
      int index = order.index(reader, next);
      int shard = order.shard(index);
      int from = order.inShard(index);
      int end = Math.min(images.count(shard), from + length - next);
      said(images.name(shard));
      try (ShardReader samples = images.open(shard)) {
        samples.skip(from);
        for (int i = from; i < end; i++) {
          if (Thread.interrupted()) {
            throw new InterruptedException(); // closed: there may be room for many more
          }
          awaitRoom();
          said(images.name(shard) + ", byte " + samples.offset());
          Sample sample = images.require(shard, samples.next(Parts.ALL));
          if (i + 1 == images.count(shard) && !samples.isAtEnd()) {
            throw images.otherCount(shard, "more");
          }
          put(sample);
        }
      }
    }
  }

  private void said(String what) {
    lock.lock();
    try {
      reading = what;
    } finally {
      lock.unlock();
    }
  }

  private void awaitRoom() throws InterruptedException {
    lock.lock();
    try {
      while (held.size() >= order.window()) {
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  private void put(Sample sample) {
    lock.lock();
    try {
      if (next >= windowBegin) {
        held.put(next, sample);
        most = Math.max(most, held.size());
      }
      next++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The most samples that were held at once. */
  int most() {
    lock.lock();
    try {
      return most;
    } finally {
      lock.unlock();
    }
  }

  /** Stops the thread; a read that hangs is left to itself. */
  @Override
  public void close() {
    thread.interrupt();
  }
}
