package dev.onecycle.error;

import org.jspecify.annotations.Nullable;

/**
 * An error that the caller can act on. Its message is one line for people: the fault, and what to
 * do.
 *
 * <p>Any other exception of this library is a fault of the library itself.
 */
public abstract sealed class OnecycleException extends RuntimeException
    permits BadDataException,
        CannotWriteException,
        DivergedException,
        EngineException,
        InvalidValueException,
        MissingFontsException,
        RankException {
  private static final long serialVersionUID = 1;

  OnecycleException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** Whether the same work would fail again: by its arguments, its data, its files, its rate. */
  public boolean isPermanent() {
    return true;
  }
}
