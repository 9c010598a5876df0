package dev.onecycle.data.work;

/** Hears how far a long read or download has come; called often, from several threads in turn. */
@FunctionalInterface
public interface ReadingListener {
  /** The total that {@link #update} is given when it is not known. */
  long UNKNOWN = -1;

  /** Hears nothing. */
  ReadingListener NONE = (what, done, total) -> {};

  /**
   * Called when more is done; must be quick.
   *
   * @param what what is under way, for people: "Decoding pets.tar"
   * @param done images or bytes done
   * @param total images or bytes in all, or {@link #UNKNOWN}
   */
  void update(String what, long done, long total);
}
