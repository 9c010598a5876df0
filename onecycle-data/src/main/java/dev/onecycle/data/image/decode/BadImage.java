package dev.onecycle.data.image.decode;

/**
 * An image that cannot be used. The reason is a phrase that follows the name of the image: "is
 * empty". It has no stack trace, because a dataset can have millions of bad images.
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
