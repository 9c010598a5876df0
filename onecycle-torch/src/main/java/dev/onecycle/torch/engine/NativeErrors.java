package dev.onecycle.torch.engine;

import dev.onecycle.error.InvalidValueException;
import java.util.concurrent.ExecutionException;

/** The engine's errors without the C++ frames that fill their messages. */
final class NativeErrors {
  private NativeErrors() {}

  /**
   * The same failure with the first line of its message; the original is its cause. Errors of our
   * own are returned as they are.
   */
  static Throwable shortened(ExecutionException wrapper) {
    Throwable failure = wrapper.getCause() == null ? wrapper : wrapper.getCause();
    if (failure instanceof Error || failure instanceof InvalidValueException) {
      return failure;
    }
    String message = String.valueOf(failure.getMessage());
    String first = message.lines().findFirst().orElse(message);
    return new IllegalStateException("the engine failed: " + first, failure);
  }
}
