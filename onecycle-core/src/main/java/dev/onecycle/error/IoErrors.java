package dev.onecycle.error;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/** The reasons of the system, in words for people. */
public final class IoErrors {
  private IoErrors() {}

  /** A file that cannot be read at all. */
  public static BadDataException reading(Object file, Exception cause) {
    return new BadDataException(file + " cannot be read: " + text(cause), cause);
  }

  public static String text(Throwable cause) {
    if (cause instanceof NoSuchFileException || cause instanceof FileNotFoundException) {
      return "it does not exist";
    }
    if (cause instanceof AccessDeniedException) {
      return "access is denied";
    }
    if (cause instanceof EOFException) {
      return "it is cut short";
    }
    if (cause instanceof UnknownHostException) {
      return "the host " + cause.getMessage() + " is not known, or there is no network";
    }
    String message = cause.getMessage();
    String kind = cause.getClass().getSimpleName();
    if (message == null || message.isBlank()) {
      return kind;
    }
    String line = message.lines().findFirst().orElse(kind).strip();
    return cause instanceof IOException ? line : kind + ": " + line;
  }
}
