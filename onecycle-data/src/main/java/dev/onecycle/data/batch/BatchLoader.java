package dev.onecycle.data.batch;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.augment.Mixing;
import dev.onecycle.data.sample.Dataset;
import dev.onecycle.data.stream.StreamCursor;
import dev.onecycle.data.stream.StreamedImages;
import dev.onecycle.data.work.InterruptedRead;
import dev.onecycle.error.Require;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Batches of a dataset, prepared by a background thread.
 *
 * <p>Buffers are reused: close a batch when its pixels have been copied, before you take the next.
 * Use a loader from one thread, in a try-with-resources statement. Closing it stops the background
 * thread, also in the middle of an epoch.
 *
 * <p>{@link #next} throws a failure of the background thread. If the calling thread is interrupted
 * while it waits, {@link #next} throws a {@link CancellationException} and keeps the interrupt
 * flag.
 */
public final class BatchLoader implements Iterator<Batch>, AutoCloseable {
  /** The largest number of batches that are ready and waiting. */
  private static final int PREFETCH = 3;

  /** The number of batches that the consumer may hold: one in use, one that is being copied. */
  private static final int HELD = 2;

  private final Dataset data;

  /** The pass through the data where they are a stream, which is then also the data. */
  private final Optional<StreamCursor> stream;

  private final Augmentation augmentation;
  private final ImagePreparation samples;
  private final Sampler sampler;
  private final Part part;
  private final long begin;
  private final long end;
  private final BlockingQueue<BatchBuffer> free = new ArrayBlockingQueue<>(PREFETCH + HELD);
  private final BlockingQueue<Loaded> ready = new ArrayBlockingQueue<>(PREFETCH + HELD + 1);
  private final AtomicInteger held = new AtomicInteger();
  private final Thread worker;
  private long next;
  private boolean closed;

  /** A batch from the worker, or the failure that ended it. */
  private sealed interface Loaded {
    record Filled(BatchBuffer buffer) implements Loaded {}

    record Failed(Throwable cause) implements Loaded {
      RuntimeException rethrow() {
        if (cause instanceof Error error) {
          throw error;
        }
        return (RuntimeException) cause;
      }
    }
  }

  private BatchLoader(
      Dataset data, Augmentation augmentation, Sampler sampler, Part part, long begin, long end) {
    Require.that(
        sampler.size() == data.size(),
        "sampler size",
        "the size of the dataset, " + data.size(),
        sampler.size(),
        sampler);
    this.begin = Require.atLeast("first batch", begin, 0);
    this.end = Require.atLeast("end of the batches", end, begin);
    this.next = begin;
    sampler.requireOrderOf(data);
    this.stream =
        data instanceof StreamedImages images ? Optional.of(images.cursor()) : Optional.empty();
    this.data = stream.<Dataset>map(cursor -> cursor).orElse(data);
    this.augmentation = augmentation;
    this.sampler = sampler;
    this.part = part;
    this.samples = new ImagePreparation(this.data, augmentation, sampler.seed());
    long buffers = Math.min(PREFETCH + HELD, end - begin);
    for (int i = 0; i < buffers; i++) {
      free.add(new BatchBuffer(this.data, capacity()));
    }
    this.worker = new Thread(this::work, "onecycle-batches");
    worker.setDaemon(true);
    worker.start();
  }

  /** The most samples that a buffer holds: of its part, and of those that are mixed into them. */
  private int capacity() {
    int whole = Math.min(sampler.batchSize(), sampler.size());
    int most = part.most(whole);
    return augmentation.mixing().isOn() ? Math.min(whole, 2 * most) : most;
  }

  /** The batches of one epoch; the order and the augmentation depend on its seed and number. */
  public static BatchLoader epoch(
      Dataset data, Augmentation augmentation, Sampler sampler, long epoch) {
    long batches = sampler.batchesPerEpoch();
    long begin = Math.multiplyExact(Require.atLeast("epoch", epoch, 0), batches);
    return batches(data, augmentation, sampler, begin, begin + batches);
  }

  /**
   * Batches {@code begin} to {@code end - 1}, counted over all epochs from batch 0 of epoch 0; for
   * a run that resumes in the middle of an epoch.
   */
  public static BatchLoader batches(
      Dataset data, Augmentation augmentation, Sampler sampler, long begin, long end) {
    return batches(data, augmentation, sampler, Part.WHOLE, begin, end);
  }

  /** As the other method, of each batch the part of a rank. */
  public static BatchLoader batches(
      Dataset data, Augmentation augmentation, Sampler sampler, Part part, long begin, long end) {
    return new BatchLoader(data, augmentation, sampler, part, begin, end);
  }

  /** The batches of all epochs without end, for a range test on data of any size. */
  public static BatchLoader endless(Dataset data, Augmentation augmentation, Sampler sampler) {
    return endless(data, augmentation, sampler, Part.WHOLE);
  }

  /** As the other method, of each batch the part of a rank. */
  public static BatchLoader endless(
      Dataset data, Augmentation augmentation, Sampler sampler, Part part) {
    return batches(data, augmentation, sampler, part, 0, Long.MAX_VALUE);
  }

  /**
   * Every sample once and unchanged, by {@link Sampler#forEvaluation}; the last batch may have
   * fewer.
   */
  public static BatchLoader evaluation(Dataset data, int batchSize) {
    return evaluation(data, batchSize, Part.WHOLE);
  }

  /** As the other method, of each batch the part of a rank. */
  public static BatchLoader evaluation(Dataset data, int batchSize, Part part) {
    Sampler sampler = Sampler.forEvaluation(data, batchSize, part.ranks());
    return batches(data, Augmentation.none(), sampler, part, 0, sampler.batchesPerEpoch());
  }

  @Override
  public boolean hasNext() {
    return next < end;
  }

  /**
   * The next batch, which the caller closes; waits until it is ready.
   *
   * @throws IllegalStateException if the loader is closed, or too many batches are held unclosed
   */
  @Override
  public Batch next() {
    if (!hasNext()) {
      throw new NoSuchElementException("every batch has been taken");
    }
    if (closed) {
      throw new IllegalStateException("the loader is closed");
    }
    if (held.get() == PREFETCH + HELD) {
      throw new IllegalStateException("close a batch before taking another");
    }
    Loaded loaded;
    try {
      loaded = ready.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw InterruptedRead.whileDoing("waiting for a batch", e);
    }
    if (loaded instanceof Loaded.Failed failed) {
      ready.add(failed);
      throw failed.rethrow();
    }
    BatchBuffer buffer = ((Loaded.Filled) loaded).buffer();
    next++;
    held.incrementAndGet();
    return buffer.lend(() -> takeBack(buffer));
  }

  /** Stops the background thread; batches still held stay readable until they are closed. */
  @Override
  public void close() {
    closed = true;
    worker.interrupt();
    boolean interrupted = false;
    while (worker.isAlive()) {
      try {
        worker.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    stream.ifPresent(StreamCursor::close);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void takeBack(BatchBuffer buffer) {
    held.decrementAndGet();
    free.add(buffer);
  }

  private void work() {
    try {
      assemble();
    } catch (InterruptedException e) {
      // Only close() interrupts this thread, and nobody waits for its batches then.
      return;
    } catch (RuntimeException | Error e) {
      ready.add(new Loaded.Failed(e));
    }
  }

  private void assemble() throws InterruptedException {
    long epoch = -1;
    int[] order = {};
    int[] turns = {};
    for (long batch = begin; batch < end; batch++) {
      if (epoch != batch / sampler.batchesPerEpoch()) {
        epoch = batch / sampler.batchesPerEpoch();
        order = sampler.order(epoch);
        turns = turns(order);
        if (stream.isPresent()) {
          stream.get().begin(sampler.streamOrder(stream.get().images(), epoch));
        }
      }
      int position = (int) (batch % sampler.batchesPerEpoch());
      BatchBuffer buffer = free.take();
      int from = sampler.begin(position);
      int to = sampler.end(position);
      fill(buffer, Arrays.copyOfRange(order, from, to), Arrays.copyOfRange(turns, from, to), epoch);
      ready.put(new Loaded.Filled(buffer));
    }
  }

  /** How often each sample of an order was drawn before in it: its changes are others each time. */
  private int[] turns(int[] order) {
    int[] turns = new int[order.length];
    if (sampler.repeats()) {
      int[] drawn = new int[data.size()];
      Arrays.setAll(turns, i -> drawn[order[i]]++);
    }
    return turns;
  }

  /**
   * Fills a buffer with the part of a batch.
   *
   * @param whole the indices of the samples of the whole batch
   * @param turns how often each was drawn before in the epoch
   */
  private void fill(BatchBuffer buffer, int[] whole, int[] turns, long epoch) {
    buffer.clear(whole.length);
    int first = part.begin(whole.length);
    int last = part.end(whole.length);
    if (!augmentation.mixing().isOn()) {
      load(
          buffer,
          Arrays.copyOfRange(whole, first, last),
          Arrays.copyOfRange(turns, first, last),
          epoch);
      return;
    }
    List<Optional<Mixing.Choice>> choices = new ArrayList<>();
    // The place in the buffer of each position of the batch: its own, then partners of other parts.
    Map<Integer, Integer> places = new LinkedHashMap<>();
    for (int i = first; i < last; i++) {
      choices.add(
          augmentation
              .mixing()
              .choose(
                  sampler.seed(), epoch, whole[i], turns[i], i, whole.length, height(), width()));
      places.put(i, i - first);
    }
    choices.forEach(
        choice -> choice.ifPresent(mix -> places.putIfAbsent(mix.partner(), places.size())));
    int[] positions = places.keySet().stream().mapToInt(Integer::intValue).toArray();
    load(
        buffer,
        Arrays.stream(positions).map(position -> whole[position]).toArray(),
        Arrays.stream(positions).map(position -> turns[position]).toArray(),
        epoch);
    buffer.mix(choices, places);
  }

  private int height() {
    return data.layout().shape().get(1);
  }

  private int width() {
    return data.layout().shape().get(2);
  }

  private void load(BatchBuffer buffer, int[] indices, int[] turns, long epoch) {
    stream.ifPresent(cursor -> cursor.fetch(indices));
    for (int first = 0; first < indices.length; first += samples.most()) {
      int end = Math.min(indices.length, first + samples.most());
      samples.prepare(indices, turns, first, end, epoch);
      for (int i = first; i < end; i++) {
        buffer.add(data, indices[i], samples.values(i - first));
      }
    }
  }
}
