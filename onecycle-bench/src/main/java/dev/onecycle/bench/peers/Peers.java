package dev.onecycle.bench.peers;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The catalog of peers and their commands. */
final class Peers {
  /** The peer that the others are compared with. */
  static final String ONECYCLE = "onecycle";

  static final String ONECYCLE_STEP = "onecycle-step";
  static final String DJL = "djl";
  static final String DL4J = "dl4j";
  static final String PYTORCH_STANDARD = "pytorch-standard";
  static final String PYTORCH_TUNED = "pytorch-tuned";

  /** All of them, in the order of the table. */
  static final List<String> NAMES =
      List.of(ONECYCLE, ONECYCLE_STEP, PYTORCH_TUNED, PYTORCH_STANDARD, DJL, DL4J);

  private final Path checkout;
  private final Path workload;
  private final Optional<String> python;

  /**
   * Creates the catalog for one workload.
   *
   * @param workload file of the workload
   * @param python the interpreter to use; if empty, one is searched
   */
  Peers(Path checkout, Path workload, Optional<String> python) {
    this.checkout = checkout;
    this.workload = workload;
    this.python = python;
  }

  /** The peers with some names, built if necessary. */
  List<Peer> named(List<String> names) {
    Map<String, Peer> peers = new LinkedHashMap<>();
    for (String name : names) {
      peers.computeIfAbsent(name, this::peer);
    }
    return List.copyOf(peers.values());
  }

  private Peer peer(String name) {
    return switch (name) {
      case ONECYCLE -> Peer.onecycle(name, onecycle());
      case ONECYCLE_STEP -> Peer.onecycle(name, onecycle(OnecyclePeer.STEP));
      case DJL -> java(name, "118 MB");
      case DL4J -> java(name, "150 MB");
      case PYTORCH_STANDARD -> python(name, "pytorch.py", "standard");
      case PYTORCH_TUNED -> python(name, "pytorch.py", "tuned");
      default -> throw new IllegalArgumentException(name);
    };
  }

  /** The command that starts this program again, with the launcher's options. */
  private List<String> onecycle(String... mode) {
    return onecycle(OnecyclePeer.class, mode);
  }

  /** The peers on photos, with some names. */
  List<Peer> onPhotos(List<String> names) {
    return names.stream()
        .distinct()
        .map(
            name ->
                name.equals(ONECYCLE)
                    ? Peer.onecycle(name, onecycle(PhotoPeer.class))
                    : python(name, "photos.py", name.replaceFirst("pytorch-", "")))
        .toList();
  }

  private List<String> onecycle(Class<?> main, String... mode) {
    List<String> command = PeerPrograms.own(main);
    command.add(workload.toString());
    command.addAll(List.of(mode));
    return command;
  }

  /** Another framework of the JVM, with the default options of the virtual machine. */
  private Peer java(String name, String size) {
    try {
      Path jar = new PeerBuild(checkout).jar(name, size);
      return Peer.other(
          name,
          List.of(
              PeerPrograms.virtualMachine(),
              "-XX:ErrorFile=" + workload.resolveSibling(name + "-crash.log"),
              "-XX:-CreateCoredumpOnCrash",
              "-jar",
              jar.toString(),
              workload.toString()));
    } catch (TimedRun.DoesNotRunException e) {
      return Peer.absent(name, String.valueOf(e.getMessage()));
    }
  }

  private Peer python(String name, String file, String mode) {
    try {
      String interpreter = PythonInterpreter.withTorch(python);
      Path script = checkout.resolve("onecycle-bench/peers").resolve(file);
      return Peer.other(
          name, List.of(interpreter, script.toString(), workload.toString(), "--mode", mode));
    } catch (TimedRun.DoesNotRunException e) {
      return Peer.absent(name, String.valueOf(e.getMessage()));
    }
  }
}
