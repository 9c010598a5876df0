package dev.onecycle.cli;

import dev.onecycle.selftest.harness.ProcessUnderTest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts the built jar as users do, in a process of its own. */
public final class Processes {
  private static final Path JAR = Path.of("target", "onecycle.jar").toAbsolutePath();

  private Processes() {}

  /** Starts {@code java <options> -jar onecycle.jar <words>}; its output goes to {@code logs}. */
  public static ProcessUnderTest start(Path logs, List<String> options, Object... words) {
    List<String> javaOptions = new ArrayList<>();
    javaOptions.add("-Djava.awt.headless=true");
    // Runs of seconds: the optimizing compiler would take more than it gives.
    javaOptions.add("-XX:TieredStopAtLevel=1");
    javaOptions.add("-XX:+UseSerialGC");
    javaOptions.add("-Donecycle.cache=" + Cli.CACHE);
    javaOptions.addAll(options);
    List<String> command = ProcessUnderTest.java(javaOptions);
    command.add("-jar");
    command.add(JAR.toString());
    for (Object word : words) {
      command.add(word.toString());
    }
    return ProcessUnderTest.start(logs, command, Map.of());
  }
}
