package dev.onecycle.cli.server;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.error.Require;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * A server of HTTP on this machine, by the JDK's own.
 *
 * <p>Every request is checked before it is answered: its method is one that the server has, and its
 * header {@code Host} is a name of this server. Every answer forbids a browser to load anything
 * from elsewhere, to show it inside another page, and to keep it. An error is JSON. There is no log
 * of requests, and what a request sends is in no message but its path.
 */
final class LocalServer implements AutoCloseable {
  private static final int THREADS = 8;
  private static final int WAITING = 64;
  private static final int STOP_SECONDS = 1;
  private static final int MAX_QUERY = 4096;
  private static final int MAX_PORT = 65535;

  static {
    // A sender that stops in the middle of a request does not hold a thread for ever.
    limit("sun.net.httpserver.maxReqTime", "30");
    limit("sun.net.httpserver.maxRspTime", "60");
    limit("sun.net.httpserver.maxReqHeaders", "60");
    limit("jdk.httpserver.maxConnections", "128");
  }

  private static void limit(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  private final HttpServer server;
  private final ThreadPoolExecutor threads;
  private final HostCheck hosts;
  private final InetAddress address;
  private final String given;
  private final Function<Request, Answer> answers;
  private final AtomicLong requests = new AtomicLong();
  private final AtomicInteger active = new AtomicInteger();

  private LocalServer(
      HttpServer server,
      HostCheck hosts,
      InetAddress address,
      String given,
      Function<Request, Answer> answers) {
    this.server = server;
    this.hosts = hosts;
    this.address = address;
    this.given = given;
    this.answers = answers;
    AtomicLong number = new AtomicLong();
    threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(WAITING),
            work -> {
              Thread thread = new Thread(work, "answer-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Starts a server.
   *
   * @param host name or address at which it listens
   * @param port its port; 0 for any that is free
   * @param answers to requests that have passed the checks
   * @throws InvalidValueException where the host is unknown or the port is in use
   */
  static LocalServer start(String host, int port, Function<Request, Answer> answers) {
    Require.that(port >= 0 && port <= MAX_PORT, "--port", "in [0, " + MAX_PORT + "]", port, port);
    InetAddress address = address(host);
    try {
      HttpServer http = HttpServer.create(new InetSocketAddress(address, port), WAITING);
      HostCheck hosts = HostCheck.of(address, host);
      LocalServer server = new LocalServer(http, hosts, address, host, answers);
      http.setExecutor(server.threads);
      http.createContext("/", server::handle);
      http.start();
      return server;
    } catch (BindException e) {
      String reason = Objects.requireNonNullElse(e.getMessage(), "it cannot be bound");
      throw reason.contains("in use")
          ? Require.invalid(
              "--port",
              "a free port",
              port,
              "another program listens there; name another port, or 0 for any that is free")
          : Require.invalid(
              "--host and --port", "an address of this machine", host + ":" + port, reason);
    } catch (IOException e) {
      throw IoErrors.cannotCreate("a server at " + host + ":" + port, e);
    }
  }

  private static InetAddress address(String host) {
    try {
      return InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw Require.invalid(
          "--host",
          "a name or an address of this machine",
          host,
          "127.0.0.1 is this machine alone");
    }
  }

  /** The address for a browser. */
  String url() {
    String host = address.isAnyLocalAddress() ? "localhost" : given;
    boolean bare = host.contains(":") && !host.startsWith("[");
    return "http://" + (bare ? "[" + host + "]" : host) + ":" + port() + "/";
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** Whether only this machine can reach it. */
  boolean isLoopback() {
    return address.isLoopbackAddress();
  }

  /** The number of requests so far. */
  long requests() {
    return requests.get();
  }

  private void handle(HttpExchange exchange) throws IOException {
    active.incrementAndGet();
    try (exchange) {
      requests.incrementAndGet();
      send(exchange, answer(exchange));
    } finally {
      active.decrementAndGet();
    }
  }

  private Answer answer(HttpExchange exchange) {
    List<String> host = exchange.getRequestHeaders().getOrDefault("Host", List.of());
    if (!hosts.accepts(host)) {
      return Answer.error(
          403, "usage", "the host must be one of this server; open " + url() + " itself");
    }
    String method = exchange.getRequestMethod();
    if (!method.equals("GET") && !method.equals("HEAD")) {
      exchange.getResponseHeaders().set("Allow", "GET, HEAD");
      return Answer.error(405, "usage", "the method must be GET");
    }
    try {
      return answers.apply(request(exchange.getRequestURI()));
    } catch (InvalidValueException | IllegalArgumentException e) {
      return Answer.error(400, "usage", String.valueOf(e.getMessage()));
    } catch (BadDataException e) {
      return Answer.error(500, "bad_data", String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      System.getLogger(LocalServer.class.getName())
          .log(System.Logger.Level.ERROR, "an answer has failed", e);
      return Answer.error(500, "fault", "the program is at fault: " + e);
    }
  }

  private static Request request(URI uri) {
    String query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
    Require.that(query.length() <= MAX_QUERY, "query", "short", query.length() + " bytes", query);
    Map<String, List<String>> parameters = new LinkedHashMap<>();
    for (String part : query.split("&", -1)) {
      int sign = part.indexOf('=');
      if (sign > 0) {
        parameters
            .computeIfAbsent(decoded(part.substring(0, sign)), name -> new ArrayList<>())
            .add(decoded(part.substring(sign + 1)));
      }
    }
    return new Request(uri.getPath() == null ? "/" : uri.getPath(), parameters);
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    Headers headers = exchange.getResponseHeaders();
    String policy = answer.policy().isEmpty() ? "default-src 'none'" : answer.policy();
    headers.set("Content-Security-Policy", policy + "; frame-ancestors 'none'");
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("X-Frame-Options", "DENY");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
    headers.set("Cache-Control", "no-store");
    if (!answer.type().isEmpty()) {
      headers.set("Content-Type", answer.type());
    }
    boolean body = !exchange.getRequestMethod().equals("HEAD") && answer.body().length > 0;
    if (!body && answer.body().length > 0) {
      headers.set("Content-Length", Integer.toString(answer.body().length));
    }
    exchange.sendResponseHeaders(answer.status(), body ? answer.body().length : -1);
    if (body) {
      exchange.getResponseBody().write(answer.body());
    }
  }

  /** Ends the server; answers on their way have a second. The JDK's own pause is never short. */
  @Override
  public void close() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS);
    while (active.get() > 0 && System.nanoTime() < end) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
    server.stop(0);
    threads.shutdownNow();
  }
}
