package dev.onecycle.cli.server;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer to a request.
 *
 * @param status of HTTP
 * @param type of the content; empty where there is none
 * @param body its bytes
 * @param policy the content security policy; the strictest where it is empty
 * @param allowed the methods that are allowed, where another one was tried
 */
record Answer(int status, String type, byte[] body, String policy, String allowed) {
  private static final String JSON = "application/json; charset=utf-8";

  static Answer page(String html, String policy) {
    byte[] body = html.getBytes(StandardCharsets.UTF_8);
    return new Answer(200, "text/html; charset=utf-8", body, policy, "");
  }

  static Answer json(byte[] body) {
    return new Answer(200, JSON, body, "", "");
  }

  static Answer text(String text) {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    return new Answer(200, "text/plain; version=0.0.4; charset=utf-8", body, "", "");
  }

  /** Nothing new. */
  static Answer nothing() {
    return new Answer(204, "", new byte[0], "", "");
  }

  /** An error as JSON: {@code {"error": {"kind": …, "message": …}}}. */
  static Answer error(int status, String kind, String message) {
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("kind", kind);
    error.put("message", message);
    return new Answer(status, JSON, Json.bytes(Map.of("error", error)), "", "");
  }

  /**
   * A method that is not allowed.
   *
   * @param wanted the methods that are; HEAD goes with GET
   */
  static Answer wrongMethod(String... wanted) {
    Answer error = error(405, "usage", "the method must be " + String.join(" or ", wanted));
    String allowed = String.join(", ", wanted).replace("GET", "GET, HEAD");
    return new Answer(405, error.type, error.body, "", allowed);
  }
}
