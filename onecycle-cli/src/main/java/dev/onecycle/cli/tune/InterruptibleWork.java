package dev.onecycle.cli.tune;

import dev.onecycle.cli.console.Signals;
import dev.onecycle.run.tuning.Memo;
import dev.onecycle.run.tuning.TuningJournal;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;

/**
 * Work of which nothing is begun after a signal.
 *
 * @param journal what remembers it
 */
record InterruptibleWork(TuningJournal journal) implements Memo {
  @Override
  public <T> T computeIfAbsent(String name, Class<T> type, Supplier<T> work) {
    return journal.computeIfAbsent(
        name,
        type,
        () -> {
          if (Signals.stopRequested()) {
            throw new CancellationException();
          }
          return work.get();
        });
  }

  @Override
  public boolean contains(String name) {
    return journal.contains(name);
  }
}
