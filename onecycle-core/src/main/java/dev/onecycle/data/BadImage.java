package dev.onecycle.data;

/**
 * One image that cannot be used; the message is the reason, as a sentence goes on after its name.
 * There can be millions, so none knows its stack.
 */
final class BadImage extends Exception {
  BadImage(String reason) {
    super(reason, null, false, false);
  }

  BadImage(String reason, Throwable cause) {
    super(reason, cause, false, false);
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
