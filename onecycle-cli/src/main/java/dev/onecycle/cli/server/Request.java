package dev.onecycle.cli.server;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * A request that has passed the checks of the server.
 *
 * @param method of HTTP: {@code GET}, {@code HEAD} or {@code POST}
 * @param path from the root, decoded: {@code /api/runs}
 * @param query the values of each parameter, decoded
 * @param content reads the body, within the server's bound
 * @param server that got it
 */
record Request(
    String method,
    String path,
    Map<String, List<String>> query,
    Content content,
    LocalServer server) {
  /** Reads a body. */
  @FunctionalInterface
  interface Content {
    byte[] read() throws IOException;
  }

  /**
   * The body.
   *
   * @throws IOException where it is too large or cannot be read
   */
  byte[] body() throws IOException {
    return content.read();
  }

  /** The first value of a parameter; empty where there is none. */
  String first(String name) {
    List<String> values = all(name);
    return values.isEmpty() ? "" : values.get(0);
  }

  List<String> all(String name) {
    return query.getOrDefault(name, List.of());
  }
}
