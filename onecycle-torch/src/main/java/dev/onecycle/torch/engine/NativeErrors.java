package dev.onecycle.torch.engine;

import dev.onecycle.error.EngineException;
import java.util.Locale;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Loader;

/**
 * The engine's errors in words of our own, without the C++ frames that fill their messages.
 *
 * <p>The binding throws each of them as a plain {@link RuntimeException}, which nothing else does.
 */
public final class NativeErrors {
  private static final int LONGEST = 300;

  private NativeErrors() {}

  /**
   * Runs work of the engine.
   *
   * @throws EngineException where the engine ran out of memory
   * @throws IllegalStateException where it failed otherwise, with the first line of its message
   */
  public static <T> T named(Supplier<T> work) {
    try {
      return work.get();
    } catch (RuntimeException | OutOfMemoryError e) {
      Throwable named = of(e);
      if (named instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) named;
    }
  }

  /** As {@link #named(Supplier)}, for work without a result. */
  public static void named(Runnable work) {
    named(
        () -> {
          work.run();
          return true;
        });
  }

  /**
   * A failure of the engine in words of our own, with its Java frames alone; every other failure as
   * it is.
   */
  static Throwable of(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    String line = line(message);
    if (failure instanceof OutOfMemoryError) {
      return ofBinding(message) ? in(failure, EngineException.lacksMemory(line)) : failure;
    }
    if (failure.getClass() != RuntimeException.class) {
      return failure;
    }
    return in(
        failure,
        lacksMemory(line)
            ? EngineException.lacksMemory(line)
            : new IllegalStateException(
                "the engine failed, which is a fault of onecycle or of the engine, please report"
                    + " it; the engine says: "
                    + line));
  }

  /** The error of libraries that the system does not load. */
  static EngineException cannotLoad(LinkageError failure) {
    return EngineException.cannotLoad(
        Loader.getPlatform(), line(String.valueOf(failure.getMessage())));
  }

  /** The first line of the binding's message. */
  public static String line(RuntimeException failure) {
    return line(String.valueOf(failure.getMessage()));
  }

  private static String line(String message) {
    String first = message.lines().findFirst().orElse(message);
    return first.length() <= LONGEST ? first : first.substring(0, LONGEST) + " …";
  }

  /** The binding's own words for memory that it could not get. */
  private static boolean ofBinding(String message) {
    return message.contains("Native allocator") || message.contains("Physical memory usage");
  }

  private static boolean lacksMemory(String line) {
    String lower = line.toLowerCase(Locale.ROOT);
    return lower.contains("can't allocate memory")
        || lower.contains("not enough memory")
        || lower.contains("out of memory")
        || lower.contains("bad_alloc");
  }

  /** The named error at the place of the failure, without its frames of C++. */
  private static Throwable in(Throwable place, RuntimeException named) {
    named.setStackTrace(place.getStackTrace());
    return named;
  }
}
