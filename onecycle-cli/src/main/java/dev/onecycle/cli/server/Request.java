package dev.onecycle.cli.server;

import java.util.List;
import java.util.Map;

/**
 * A request that has passed the checks of the server.
 *
 * @param path from the root, decoded: {@code /api/runs}
 * @param query the values of each parameter, decoded
 */
record Request(String path, Map<String, List<String>> query) {
  /** The first value of a parameter; empty where there is none. */
  String first(String name) {
    List<String> values = all(name);
    return values.isEmpty() ? "" : values.get(0);
  }

  List<String> all(String name) {
    return query.getOrDefault(name, List.of());
  }
}
