package dev.onecycle.cli.console;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.util.Locale;

/** A question to someone at the terminal. */
public final class Question {
  private Question() {}

  /** Whether standard input and output are a terminal. */
  public static boolean possible() {
    java.io.Console console = System.console();
    return console != null && isTerminal(console);
  }

  /** From Java 22 on there is a console without a terminal too, which tells so. */
  private static boolean isTerminal(java.io.Console console) {
    try {
      return Boolean.TRUE.equals(java.io.Console.class.getMethod("isTerminal").invoke(console));
    } catch (NoSuchMethodException e) {
      return true;
    } catch (IllegalAccessException | InvocationTargetException e) {
      return false;
    }
  }

  /** Asks on standard error; anything but yes is no. */
  public static boolean yes(PrintWriter err, String question) {
    err.print(OneLine.of(question) + " [y/N] ");
    err.flush();
    java.io.Console console = System.console();
    String answer = console == null ? null : console.readLine();
    return answer != null && answer.strip().toLowerCase(Locale.ROOT).matches("y|yes");
  }
}
