package dev.onecycle.cli.console;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.DivergedException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.MissingFontsException;
import dev.onecycle.error.RankException;
import java.util.concurrent.CancellationException;

/** The exit codes of every command, and which failure ends in which. */
public final class ExitCode {
  public static final int OK = 0;
  public static final int SOFTWARE = 1;
  public static final int USAGE = 2;
  public static final int BAD_DATA = 65;
  public static final int CANNOT_CREATE = 73;
  public static final int CANNOT_WRITE = 74;

  /** Another rank has failed, and would fail again. */
  public static final int RANK_FAILED = 69;

  /** Another rank has ended or does not answer. */
  public static final int RANK_LOST = 75;

  public static final int DIVERGED = 76;
  public static final int HUNG_UP = 129;
  public static final int INTERRUPTED = 130;
  public static final int TERMINATED = 143;

  private ExitCode() {}

  public static int of(Throwable failure) {
    if (failure instanceof InvalidValueException) {
      return USAGE;
    }
    if (failure instanceof BadDataException) {
      return BAD_DATA;
    }
    if (failure instanceof CannotWriteException cannotWrite) {
      return cannotWrite.created() ? CANNOT_WRITE : CANNOT_CREATE;
    }
    if (failure instanceof MissingFontsException) {
      return CANNOT_CREATE;
    }
    if (failure instanceof RankException rank) {
      return rank.isPermanent() ? RANK_FAILED : RANK_LOST;
    }
    if (failure instanceof DivergedException) {
      return DIVERGED;
    }
    if (failure instanceof CancellationException) {
      return Signals.exitCode();
    }
    return SOFTWARE;
  }

  /** Whether a command ended in order after a signal. */
  public static boolean isSignal(int exitCode) {
    return exitCode == HUNG_UP || exitCode == INTERRUPTED || exitCode == TERMINATED;
  }

  /** The kind of an error in JSON. */
  static String kind(int exitCode) {
    return switch (exitCode) {
      case SOFTWARE -> "fault";
      case USAGE -> "usage";
      case BAD_DATA -> "bad_data";
      case CANNOT_CREATE -> "cannot_create";
      case CANNOT_WRITE -> "cannot_write";
      case RANK_FAILED -> "rank_failed";
      case RANK_LOST -> "rank_lost";
      case DIVERGED -> "diverged";
      case HUNG_UP, INTERRUPTED, TERMINATED -> "interrupted";
      default -> "fault"; // of a rank that crashed or was killed
    };
  }
}
