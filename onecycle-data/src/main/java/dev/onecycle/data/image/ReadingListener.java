package dev.onecycle.data.image;

/** Observes the progress of a long read or download; called often, from several threads in turn. */
@FunctionalInterface
public interface ReadingListener {
  /** The total of {@link #progressed} when it is not known yet. */
  long UNKNOWN = -1;

  /** A listener that does nothing. */
  ReadingListener NONE = (task, done, total) -> {};

  /**
   * More of a task is done. Implementations must return quickly.
   *
   * @param task the task in words, for people: "Decoding pets.tar"
   * @param done the number of images or bytes that are done
   * @param total the number of images or bytes in all, or {@link #UNKNOWN}
   */
  void progressed(String task, long done, long total);
}
