package dev.onecycle.cli.console;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command that starts this program once more, in a process of its own. */
public final class JavaProgram {
  /** The program; by name, since it knows the packages that start it. */
  private static final String MAIN = "dev.onecycle.cli.Main";

  private JavaProgram() {}

  /**
   * The same Java with the same options, class path and program, to be followed by its arguments.
   *
   * @param options that come after those of this process
   */
  public static List<String> command(List<String> options) {
    return command(options, MAIN);
  }

  /** As {@link #command(List)}, with another program of the class path. */
  public static List<String> command(List<String> options, String main) {
    List<String> command = new ArrayList<>();
    command.add(
        ProcessHandle.current()
            .info()
            .command()
            .orElse(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> !argument.startsWith("-agentlib:jdwp"))
        .forEach(command::add);
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    return command;
  }
}
