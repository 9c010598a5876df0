package dev.onecycle.bench.peers;

import java.util.List;
import java.util.Optional;

/**
 * A contestant: the program that trains, or why there is none here.
 *
 * @param name as in {@code --only}
 * @param command that trains until it is ended
 * @param ours whether it runs in the launcher's environment, as others' users do not have it
 * @param absent why it does not run
 */
record Peer(String name, List<String> command, boolean ours, Optional<String> absent) {
  Peer {
    command = List.copyOf(command);
  }

  static Peer ours(String name, List<String> command) {
    return new Peer(name, command, true, Optional.empty());
  }

  static Peer peer(String name, List<String> command) {
    return new Peer(name, command, false, Optional.empty());
  }

  static Peer absent(String name, String reason) {
    return new Peer(name, List.of(), false, Optional.of(reason));
  }
}
