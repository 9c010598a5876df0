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
