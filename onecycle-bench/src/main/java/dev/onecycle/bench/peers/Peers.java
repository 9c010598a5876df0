package dev.onecycle.bench.peers;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who takes part, and how each is started. */
final class Peers {
  /** The one that the others are compared with. */
  static final String OURS = "onecycle";

  static final String OURS_STEP = "onecycle-step";
  static final String DJL = "djl";
  static final String DL4J = "dl4j";
  static final String PYTORCH_STANDARD = "pytorch-standard";
  static final String PYTORCH_TUNED = "pytorch-tuned";

  /** All of them, in the order of the table. */
  static final List<String> NAMES =
      List.of(OURS, OURS_STEP, PYTORCH_TUNED, PYTORCH_STANDARD, DJL, DL4J);

  private final Path checkout;
  private final Path contest;
  private final Optional<String> python;

  /**
   * Contestants for one contest.
   *
   * @param contest the file that says what is trained on what
   * @param python the interpreter that was asked for
   */
  Peers(Path checkout, Path contest, Optional<String> python) {
    this.checkout = checkout;
    this.contest = contest;
    this.python = python;
  }

  /** The named ones, ready to start: builds those that are to be built. */
  List<Peer> entries(List<String> names) {
    Map<String, Peer> entries = new LinkedHashMap<>();
    for (String name : names) {
      entries.computeIfAbsent(name, this::entry);
    }
    return List.copyOf(entries.values());
  }

  private Peer entry(String name) {
    return switch (name) {
      case OURS -> Peer.ours(name, ours());
      case OURS_STEP -> Peer.ours(name, ours(Ours.STEP));
      case DJL -> java(name, "118 MB");
      case DL4J -> java(name, "150 MB");
      case PYTORCH_STANDARD -> python(name, "standard");
      case PYTORCH_TUNED -> python(name, "tuned");
      default -> throw new IllegalArgumentException(name);
    };
  }

  /** This program again, with the launcher's options. */
  private List<String> ours(String... mode) {
    List<String> command = new ArrayList<>();
    command.add(virtualMachine());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> !argument.startsWith("-agentlib:jdwp"))
        .forEach(command::add);
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Ours.class.getName()));
    command.add(contest.toString());
    command.addAll(List.of(mode));
    return command;
  }

  /** Another framework of the JVM, with the virtual machine's own defaults. */
  private Peer java(String name, String size) {
    try {
      Path jar = new PeerBuild(checkout).jar(name, size);
      return Peer.peer(
          name,
          List.of(
              virtualMachine(),
              "-XX:ErrorFile=" + contest.resolveSibling(name + "-crash.log"),
              "-XX:-CreateCoredumpOnCrash",
              "-jar",
              jar.toString(),
              contest.toString()));
    } catch (TimedRun.DoesNotRunException e) {
      return Peer.absent(name, String.valueOf(e.getMessage()));
    }
  }

  private Peer python(String name, String mode) {
    try {
      String interpreter = Pythons.withTorch(python);
      Path script = checkout.resolve("onecycle-bench/peers/pytorch.py");
      return Peer.peer(
          name, List.of(interpreter, script.toString(), contest.toString(), "--mode", mode));
    } catch (TimedRun.DoesNotRunException e) {
      return Peer.absent(name, String.valueOf(e.getMessage()));
    }
  }

  private static String virtualMachine() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }
}
