package dev.onecycle.cli;

import dev.onecycle.tune.TuningJournal;
import dev.onecycle.tune.Work;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;

/**
 * Work of which nothing is begun after a signal.
 *
 * @param journal what remembers it
 */
record Stoppable(TuningJournal journal) implements Work {
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

  @Override
  public boolean knows(String name) {
    return journal.knows(name);
  }
}
