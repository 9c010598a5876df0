package dev.onecycle.error;

import java.util.List;

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

  /** Another time there may be more memory, or another engine. */
  @Override
  public boolean isPermanent() {
    return false;
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

  /**
   * The error of an engine whose files are not on the class path.
   *
   * @param artifact that has them, such as {@code org.bytedeco:pytorch}
   * @param classifier of this machine, such as {@code linux-x86_64}
   */
  public static EngineException missing(String artifact, String classifier) {
    return new EngineException(
        "engine must be on the class path but "
            + artifact
            + " with classifier "
            + classifier
            + " is not there; add the dependency dev.onecycle:onecycle-engine, or this artifact");
  }

  /**
   * The error of a machine that no engine is made for.
   *
   * @param platform of this machine, such as {@code linux-arm64}
   * @param platforms that have an engine
   */
  public static EngineException noEngineFor(String platform, List<String> platforms) {
    return new EngineException(
        "platform must be one of "
            + String.join(", ", platforms)
            + ", which have an engine, but was "
            + platform
            + "; use a machine of such a kind");
  }

  /**
   * The error of a second libtorch in one process.
   *
   * @param seen the sign of the other one, as a clause
   * @param remedy in words
   */
  public static EngineException secondLibtorch(String seen, String remedy) {
    return new EngineException(
        "libtorch must be in this process once, because two end it, but " + seen + "; " + remedy);
  }

  private static String quoted(String engine) {
    return " (the engine says: " + engine + ")";
  }
}
