package dev.onecycle.data;

/**
 * One image that cannot be used; the message is the reason, as a sentence goes on after its name.
 */
final class BadImage extends Exception {
  BadImage(String reason) {
    super(reason);
  }

  BadImage(String reason, Throwable cause) {
    super(reason, cause);
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
