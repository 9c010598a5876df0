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
record Entry(String name, List<String> command, boolean ours, Optional<String> absent) {
  Entry {
    command = List.copyOf(command);
  }

  static Entry ours(String name, List<String> command) {
    return new Entry(name, command, true, Optional.empty());
  }

  static Entry peer(String name, List<String> command) {
    return new Entry(name, command, false, Optional.empty());
  }

  static Entry absent(String name, String reason) {
    return new Entry(name, List.of(), false, Optional.of(reason));
  }
}
