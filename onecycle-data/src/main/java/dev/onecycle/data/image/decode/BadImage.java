package dev.onecycle.data.image.decode;

/**
 * One image that cannot be used; the message is the reason, as a sentence goes on after its name.
 * There can be millions, so none knows its stack.
 */
public final class BadImage extends Exception {
  public BadImage(String reason) {
    super(reason, null, false, false);
  }

  public BadImage(String reason, Throwable cause) {
    super(reason, cause, false, false);
  }

  public String reason() {
    return String.valueOf(getMessage());
  }
}
