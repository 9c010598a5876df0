package dev.onecycle.bench.peers;

import dev.onecycle.error.BadDataException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The beginnings of commands that start programs of other measurements. */
public final class PeerPrograms {
  private PeerPrograms() {}

  /** A class of this program, with the launcher's options. */
  public static List<String> own(Class<?> main, String... words) {
    List<String> command = new ArrayList<>();
    command.add(virtualMachine());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> !argument.startsWith("-agentlib:jdwp"))
        .forEach(command::add);
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(words));
    return command;
  }

  /** A class of the peer that uses DJL, built if necessary. */
  public static List<String> djl(String main) {
    try {
      Path jar = new PeerBuild(Checkout.root()).jar(Peers.DJL, "118 MB");
      return List.of(virtualMachine(), "-cp", jar.toString(), main);
    } catch (TimedRun.DoesNotRunException e) {
      throw new BadDataException("djl " + e.getMessage(), e);
    }
  }

  /** Facts about this machine by name. */
  public static Map<String, String> machine() {
    return Machine.facts();
  }

  static String virtualMachine() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }
}
