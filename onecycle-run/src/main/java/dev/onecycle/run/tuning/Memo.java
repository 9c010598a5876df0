package dev.onecycle.run.tuning;

import java.util.function.Supplier;

/** Pieces of work with names, some of which may have been done before. */
public interface Memo {
  /** Answers what came out of the work of this name, doing it unless that is known already. */
  <T> T once(String name, Class<T> type, Supplier<T> doing);

  /** Whether it is known what comes out of the work of this name. */
  boolean knows(String name);

  /** Work that is always done and never remembered. */
  static Memo unremembered() {
    return new Memo() {
      @Override
      public <T> T once(String name, Class<T> type, Supplier<T> doing) {
        return doing.get();
      }

      @Override
      public boolean knows(String name) {
        return false;
      }
    };
  }
}
