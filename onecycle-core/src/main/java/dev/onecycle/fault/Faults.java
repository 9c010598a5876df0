package dev.onecycle.fault;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A fault at a point of the program, for tests of what happens then; without the system property
 * {@code onecycle.fault} every method here does nothing.
 *
 * <p>The property reads {@code POINT:MODE} or {@code POINT@N:MODE}, the N-th time that the point is
 * reached, counted from 1. Modes: {@code halt} ends the process as kill -9 does; {@code freeze}
 * says so on standard error and stays there, to be killed; {@code slow} says so and stays for two
 * seconds; {@code throw} fails as a fault of our own would; {@code full} fails as a full disk does;
 * {@code nan} spoils a number.
 */
public final class Faults {
  /** The property that names the fault. */
  public static final String PROPERTY = "onecycle.fault";

  /** Where there are points. */
  private static final Set<String> POINTS =
      Set.of(
          "train.start",
          "data.decoded",
          "range.step",
          "lock.taken",
          "run.begun",
          "file.written",
          "checkpoint.begin",
          "checkpoint.file-created",
          "checkpoint.write",
          "checkpoint.before-force",
          "checkpoint.forced",
          "checkpoint.before-manifest",
          "checkpoint.before-rename",
          "checkpoint.renamed",
          "checkpoint.latest",
          "checkpoint.pruning",
          "train.loss",
          "train.gradient",
          "train.before-update",
          "train.evaluating",
          "rank.join",
          "rank.collective",
          "rank.forward",
          "rank.send",
          "rank.answer",
          "run.ended",
          "report.begin",
          "csv.append");

  private static final int KILLED = 137;
  private static final long SLOW_NANOS = 2_000_000_000L;
  private static final @Nullable Fault FAULT = Fault.parse(System.getProperty(PROPERTY, ""));

  private Faults() {}

  private enum Mode {
    HALT,
    FREEZE,
    SLOW,
    THROW,
    FULL,
    NAN
  }

  private record Fault(String point, int time, Mode mode, AtomicInteger reached) {
    private static final Pattern FORM =
        Pattern.compile("([a-z.-]+)(?:@(\\d{1,9}))?:(halt|freeze|slow|throw|full|nan)");

    /** Nothing for what {@link #requireKnown} refuses. */
    static @Nullable Fault parse(String text) {
      Matcher form = FORM.matcher(text);
      if (!form.matches() || !POINTS.contains(form.group(1))) {
        return null;
      }
      int time = form.group(2) == null ? 1 : Integer.parseInt(form.group(2));
      Mode mode = Mode.valueOf(form.group(3).toUpperCase(Locale.ROOT));
      return new Fault(form.group(1), time, mode, new AtomicInteger());
    }

    boolean due(String at) {
      return point.equals(at) && reached.incrementAndGet() == time;
    }
  }

  /**
   * Makes sure that the property, where it is set, names a fault: one that never comes would make a
   * test pass that tests nothing.
   *
   * @throws InvalidValueException where it does not
   */
  public static void requireKnown() {
    String text = System.getProperty(PROPERTY);
    if (text != null && FAULT == null) {
      throw Require.invalid(
          PROPERTY, "POINT:MODE or POINT@N:MODE", text, "points are " + new TreeSet<>(POINTS));
    }
  }

  /** A point that is passed. */
  public static void at(String point) {
    if (FAULT != null && FAULT.due(point)) {
      strike(FAULT);
    }
  }

  /** A point at which a file is written. */
  public static void writing(String point) throws IOException {
    if (FAULT != null && FAULT.due(point)) {
      if (FAULT.mode == Mode.FULL) {
        throw new IOException("No space left on device");
      }
      strike(FAULT);
    }
  }

  /** A number that a point computes. */
  public static double number(String point, double value) {
    if (FAULT != null && FAULT.due(point)) {
      if (FAULT.mode == Mode.NAN) {
        return Double.NaN;
      }
      strike(FAULT);
    }
    return value;
  }

  private static void strike(Fault fault) {
    switch (fault.mode) {
      case HALT -> Runtime.getRuntime().halt(KILLED);
      case FREEZE -> stay(fault.point, Long.MAX_VALUE);
      case SLOW -> stay(fault.point, SLOW_NANOS);
      default -> throw new IllegalStateException("fault at " + fault.point);
    }
  }

  /** Stays at a point, as work does that no signal interrupts. */
  private static void stay(String point, long nanos) {
    System.err.println("stays at " + point);
    long begin = System.nanoTime();
    boolean interrupted = false;
    for (long left = nanos; left > 0; left = nanos - (System.nanoTime() - begin)) {
      try {
        Thread.sleep(Math.max(1, Math.min(left / 1_000_000, 1_000_000)));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
