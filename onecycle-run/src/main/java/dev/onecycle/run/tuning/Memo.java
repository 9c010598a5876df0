package dev.onecycle.run.tuning;

import java.util.function.Supplier;

/** Results of named pieces of work, so that no piece is done twice. */
public interface Memo {
  /**
   * The result of the work of a name: the one that is kept, or else of {@code work}, kept from then
   * on.
   */
  <T> T computeIfAbsent(String name, Class<T> type, Supplier<T> work);

  /** Whether a result of the name is kept. */
  boolean contains(String name);

  /** A memo that keeps nothing. */
  static Memo none() {
    return new Memo() {
      @Override
      public <T> T computeIfAbsent(String name, Class<T> type, Supplier<T> work) {
        return work.get();
      }

      @Override
      public boolean contains(String name) {
        return false;
      }
    };
  }
}
