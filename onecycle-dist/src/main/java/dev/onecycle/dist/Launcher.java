package dev.onecycle.dist;

import org.jspecify.annotations.Nullable;

/**
 * Starts the command line, or says that this Java is too old for it. Compiled for Java 8, so that
 * every Java in use can say so.
 */
public final class Launcher {
  private static final int OLDEST_JAVA = 17;

  private Launcher() {}

  /**
   * Runs {@code dev.onecycle.cli.Main}.
   *
   * @throws ReflectiveOperationException if it is not on the class path: the distribution is broken
   */
  public static void main(String[] args) throws ReflectiveOperationException {
    String refusal =
        refusal(
            System.getProperty("java.specification.version", "unknown"),
            System.getProperty("java.home", "unknown"));
    if (refusal != null) {
      System.err.println("onecycle: " + refusal);
      System.exit(1);
    }
    Class.forName("dev.onecycle.cli.Main")
        .getMethod("main", String[].class)
        .invoke(null, (Object) args);
  }

  /** Why a Java cannot run the command line; null where it can. */
  static @Nullable String refusal(String version, String home) {
    String feature = version.startsWith("1.") ? version.substring(2) : version;
    return feature.matches("\\d{1,6}") && Integer.parseInt(feature) >= OLDEST_JAVA
        ? null
        : "Java must be "
            + OLDEST_JAVA
            + " or newer but was "
            + feature
            + " in "
            + home
            + "; install a newer one, or set JAVA_HOME to its folder";
  }
}
