package dev.onecycle.cli;

import dev.onecycle.selftest.harness.ProcessUnderTest;
import dev.onecycle.text.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts the built jar as users do, in a process of its own. */
public final class Processes {
  private static final Path JAR = Path.of("target", "onecycle.jar").toAbsolutePath();

  private Processes() {}

  /** Starts {@code java <options> -jar onecycle.jar <words>}; its output goes to {@code logs}. */
  public static ProcessUnderTest start(Path logs, List<String> options, Object... words) {
    List<String> command = command(options);
    for (Object word : words) {
      command.add(word.toString());
    }
    return ProcessUnderTest.start(logs, command, Map.of());
  }

  private static List<String> command(List<String> options) {
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
    return command;
  }

  /**
   * Writes a launcher as the one of a checkout is: it tells the program its own path, with which
   * the commands begin that the program prints.
   */
  public static Path launcher(Path folder) throws IOException {
    Path script = folder.resolve("onecycle");
    String java = Shell.line(command(List.of("-Donecycle.command=" + script)));
    Files.writeString(script, "#!/bin/sh\nexec " + java + " \"$@\"\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    return script;
  }

  /** Starts a line in a shell, as someone does who pastes it. */
  public static ProcessUnderTest pasted(Path logs, String line) {
    return ProcessUnderTest.start(logs, List.of("bash", "-c", "exec " + line), Map.of());
  }
}
