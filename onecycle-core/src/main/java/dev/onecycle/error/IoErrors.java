package dev.onecycle.error;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/** The errors of reading and writing files: each names the file and says the reason in words. */
public final class IoErrors {
  private static final String DENIED = "permission denied";
  private static final String MISSING = "no such file or folder";

  private IoErrors() {}

  /** The error for an input: {@code photos.zip cannot be read: permission denied}. */
  public static BadDataException cannotRead(Object file, Throwable cause) {
    return new BadDataException(file + " cannot be read: " + reason(cause), cause);
  }

  /** The error for an output of which nothing exists yet. */
  public static CannotWriteException cannotCreate(Object file, Throwable cause) {
    return CannotWriteException.creating(file + " cannot be created: " + advised(cause), cause);
  }

  /** The error for an output of which a part may have been written. */
  public static CannotWriteException cannotWrite(Object file, Throwable cause) {
    return CannotWriteException.writing(file + " cannot be written: " + advised(cause), cause);
  }

  private static String advised(Throwable cause) {
    String reason = reason(cause);
    return reason.equals(DENIED)
        ? reason + "; choose another folder or change its permissions"
        : reason;
  }

  /** The reason of a failure in a few words, to follow a colon. */
  public static String reason(Throwable cause) {
    if (cause instanceof NoSuchFileException) {
      return MISSING;
    }
    if (cause instanceof AccessDeniedException) {
      return DENIED;
    }
    if (cause instanceof FileAlreadyExistsException) {
      return "a file is in the way";
    }
    if (cause instanceof DirectoryNotEmptyException) {
      return "the folder is not empty";
    }
    if (cause instanceof FileSystemException f && f.getReason() != null) {
      return plain(f.getReason());
    }
    if (cause instanceof FileNotFoundException) {
      return plain(inParentheses(cause.getMessage()));
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

  /** Java's file streams give the reason of the system in parentheses after the path. */
  private static String inParentheses(@Nullable String message) {
    if (message == null || !message.endsWith(")")) {
      return MISSING;
    }
    return message.substring(message.lastIndexOf('(') + 1, message.length() - 1);
  }

  private static String plain(String reason) {
    return switch (reason) {
      case "Permission denied" -> DENIED;
      case "No such file or directory" -> MISSING;
      case "Not a directory" -> "a file is in the way";
      case "Is a directory" -> "it is a folder";
      default -> reason;
    };
  }
}
