package dev.onecycle.torch.train;

import java.lang.ref.Cleaner;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The order of calls to a learner: one thread at a time, none after it is closed. The engine would
 * answer a call out of order with wrong numbers, or end the process.
 */
final class LearnerUse {
  private static final Cleaner CLEANER = Cleaner.create();
  private static final Set<String> OWN =
      Set.of(Learner.class.getName(), LearnerUse.class.getName());

  /** A call and its thread. */
  private record Call(String name, Thread thread) {}

  private final AtomicReference<@Nullable Call> running = new AtomicReference<>();
  private final Remains remains;

  /**
   * @param learner that is warned of where it is dropped without being closed
   * @param description of it, for the warning
   * @param threads ends its threads; must not refer to the learner
   */
  LearnerUse(Object learner, String description, Runnable threads) {
    remains = new Remains(description + made(), threads);
    CLEANER.register(learner, remains);
  }

  /** The place in the program that makes the learner. */
  private static String made() {
    return StackWalker.getInstance()
        .walk(
            frames ->
                frames
                    .filter(frame -> !OWN.contains(frame.getClassName()))
                    .findFirst()
                    .map(frame -> " made at " + frame.toStackTraceElement())
                    .orElse(""));
  }

  /**
   * Does the work of a call.
   *
   * @throws IllegalStateException where the learner is closed, or another thread uses it
   */
  <T> T during(String name, Supplier<T> work) {
    Call running = this.running.get();
    if (running != null && running.thread == Thread.currentThread()) {
      requireOpen(name);
      return work.get(); // a call within a call, such as a step of a profile
    }
    begin(name);
    try {
      requireOpen(name);
      return work.get();
    } finally {
      this.running.set(null);
    }
  }

  private void requireOpen(String name) {
    if (remains.closed.get()) {
      throw new IllegalStateException(
          "learner must be open for " + name + " but is closed; make another one");
    }
  }

  /** As {@link #during(String, Supplier)}, for a call without a result. */
  void during(String name, Runnable work) {
    during(
        name,
        () -> {
          work.run();
          return true;
        });
  }

  private void begin(String name) {
    Call mine = new Call(name, Thread.currentThread());
    Call other = running.compareAndExchange(null, mine);
    if (other != null) {
      throw new IllegalStateException(
          "learner must be used by one thread at a time but thread "
              + mine.thread.getName()
              + " calls "
              + name
              + " while thread "
              + other.thread.getName()
              + " is in "
              + other.name
              + "; make a learner for each thread, or let the threads take turns");
    }
  }

  /**
   * Closes the learner by the work; does nothing where it is closed.
   *
   * @throws IllegalStateException where a call is running, also of this thread
   */
  void close(Runnable work) {
    Call outer = running.get();
    if (outer != null && outer.thread == Thread.currentThread()) {
      throw new IllegalStateException(
          "learner must not be closed by its own "
              + outer.name
              + ", which still needs it; close it afterwards");
    }
    begin("close");
    try {
      if (remains.closed.compareAndSet(false, true)) {
        work.run();
      }
    } finally {
      running.set(null);
    }
  }

  /** What a learner leaves behind: nothing where it was closed, else a warning. */
  private static final class Remains implements Runnable {
    private final AtomicBoolean closed = new AtomicBoolean();
    private final String description;
    private final Runnable threads;

    Remains(String description, Runnable threads) {
      this.description = description;
      this.threads = threads;
    }

    @Override
    public void run() {
      if (!closed.get()) {
        threads.run();
        System.getLogger(Learner.class.getName())
            .log(
                System.Logger.Level.WARNING,
                "a "
                    + description
                    + " was dropped without being closed, and held its native memory for too long;"
                    + " close learners, best by try-with-resources");
      }
    }
  }
}
