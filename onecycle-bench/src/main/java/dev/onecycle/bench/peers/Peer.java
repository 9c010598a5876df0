package dev.onecycle.bench.peers;

import java.util.List;
import java.util.Optional;

/**
 * A peer: a program that trains, or the reason why it does not run here.
 *
 * @param name as in {@code --only}
 * @param command that trains until it is ended
 * @param launcherEnvironment whether the command runs with the environment of onecycle's launcher;
 *     users of other trainers do not have it
 * @param absent reason why the peer does not run
 */
record Peer(
    String name, List<String> command, boolean launcherEnvironment, Optional<String> absent) {
  Peer {
    command = List.copyOf(command);
  }

  static Peer onecycle(String name, List<String> command) {
    return new Peer(name, command, true, Optional.empty());
  }

  static Peer other(String name, List<String> command) {
    return new Peer(name, command, false, Optional.empty());
  }

  static Peer absent(String name, String reason) {
    return new Peer(name, List.of(), false, Optional.of(reason));
  }
}
