package dev.onecycle.error;

/**
 * The engine cannot work on this machine: it got no memory for its arrays, which lie outside the
 * Java heap, or it cannot be loaded.
 *
 * <p>The command line ends with exit code 1.
 */
public final class EngineException extends OnecycleException {
  /** The first words of a message about memory. */
  public static final String LACKS_MEMORY = "memory must suffice for the engine but ran out";

  private static final long serialVersionUID = 1;

  private EngineException(String message) {
    super(message, null);
  }

  /**
   * The error of too little memory.
   *
   * @param engine the engine's own words, in one line
   */
  public static EngineException lacksMemory(String engine) {
    return new EngineException(
        LACKS_MEMORY
            + "; it needs memory outside the Java heap: use smaller batches, smaller images or a"
            + " smaller network, or set accumulate higher"
            + quoted(engine));
  }

  /**
   * The error of an engine that is not made for this machine, or lacks a library of the system.
   *
   * @param platform of this machine, such as {@code linux-x86_64}
   * @param engine the engine's own words, in one line
   */
  public static EngineException cannotLoad(String platform, String engine) {
    return new EngineException(
        "engine must be one for "
            + platform
            + " but cannot be loaded; build onecycle on a machine of this kind"
            + quoted(engine));
  }

  private static String quoted(String engine) {
    return " (the engine says: " + engine + ")";
  }
}
