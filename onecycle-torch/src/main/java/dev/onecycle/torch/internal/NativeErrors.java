package dev.onecycle.torch.internal;

import java.util.concurrent.ExecutionException;

/** The engine's errors without the C++ frames that fill their messages. */
final class NativeErrors {
  private NativeErrors() {}

  /** The same failure with the first line of its message; the whole of it stays the cause. */
  static RuntimeException shortened(ExecutionException wrapper) {
    Throwable failure = wrapper.getCause() == null ? wrapper : wrapper.getCause();
    if (failure instanceof Error error) {
      throw error;
    }
    String message = String.valueOf(failure.getMessage());
    String first = message.lines().findFirst().orElse(message);
    return new IllegalStateException("the engine failed: " + first, failure);
  }
}
