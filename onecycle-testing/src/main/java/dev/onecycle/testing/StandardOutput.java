package dev.onecycle.testing;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** The standard output of a program that runs in this process. */
public final class StandardOutput {
  private StandardOutput() {}

  /** A program with a main method. */
  @FunctionalInterface
  public interface Program {
    void main(String[] args) throws Exception;
  }

  /** Runs a program without arguments; returns its output. */
  public static String of(Program program) throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream out = System.out;
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      program.main(new String[0]);
    } finally {
      System.setOut(out);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }
}
