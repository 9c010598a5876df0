package dev.onecycle.cli;

import dev.onecycle.tune.TuningJournal;
import dev.onecycle.tune.Work;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;

/**
 * Work whose results are written although a signal has come, and that begins nothing after one.
 *
 * @param journal where they are written
 */
record Uninterrupted(TuningJournal journal) implements Work {
  @Override
  public <T> T once(String name, Class<T> type, Supplier<T> doing) {
    return journal.once(
        name,
        type,
        () -> {
          if (Signals.stopRequested()) {
            throw new CancellationException();
          }
          return doing.get();
        });
  }
}
