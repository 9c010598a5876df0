package dev.onecycle.cli.server;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.onecycle.cli.console.Console;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.EngineException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.error.Require;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A server of HTTP on this machine, by the JDK's own.
 *
 * <p>Every request is checked before it is answered: its method is one that the server has, and its
 * header {@code Host} is a name of this server. Every answer forbids a browser to load anything
 * from elsewhere, to show it inside another page, and to keep it. An error is JSON. There is no log
 * of requests, and what a request sends is in no message but its path.
 *
 * <p>A request that finds all threads taken waits for its turn. Where there is no room to wait, or
 * it has waited for {@link Limits#longestWait}, it is told to come again. The JDK closes a
 * connection without an answer where a request is not whole after a minute. It counts the wait too,
 * so that the longest wait is far shorter. From then on an answer has two minutes.
 *
 * <p>What an error leaves unread of a request is read after the answer and dropped: a sender that
 * is still sending would otherwise lose its connection before it sees the answer.
 */
final class LocalServer implements AutoCloseable {
  private static final int STOP_SECONDS = 1;
  private static final int MAX_QUERY = 4096;
  private static final int MAX_PORT = 65535;
  private static final long MAX_DROPPED = 64L << 20;

  /**
   * A sender that is slow holds the thread that refuses it, up to the JDK's bound of the time of a
   * request. So as many can hold up further refusals.
   */
  private static final int REFUSING_THREADS = 16;

  static {
    // A sender that stops in the middle of a request does not hold a thread for ever. This time
    // begins before the request waits for its turn, and ends when it is read.
    limit("sun.net.httpserver.maxReqTime", "60");
    limit("sun.net.httpserver.maxRspTime", "120");
    limit("sun.net.httpserver.maxReqHeaders", "60");
    limit("jdk.httpserver.maxConnections", "1024");
    // Otherwise an answer on a connection that stays open waits up to 40 ms for the next packet.
    limit("sun.net.httpserver.nodelay", "true");
  }

  private static void limit(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /**
   * The bounds of a server.
   *
   * @param active requests that are answered at the same time
   * @param waiting more requests that wait; any after them are refused
   * @param maxBody the largest body of a request in bytes; 0 where none is taken
   * @param longestWait after which a request that waits is refused, give or take a tenth
   */
  record Limits(int active, int waiting, int maxBody, Duration longestWait) {
    /** Far below the JDK's bound of the time of a request. */
    static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    /** A server that is read from. */
    static final Limits READING = new Limits(8, 64, 0, LONGEST_WAIT);
  }

  /** The content of a server. */
  @FunctionalInterface
  interface Service {
    /**
     * Answers a request that has passed the checks.
     *
     * @throws IOException where its body cannot be read
     */
    Answer answer(Request request) throws IOException;
  }

  /** A request whose body is larger than the server takes. */
  private static final class TooLarge extends IOException {
    TooLarge(int most) {
      super("the request must have at most " + most + " bytes; send less, or raise --max-size");
    }
  }

  /** A request that waits for its turn, and the time at which it came. */
  private record Waiting(Runnable work, long since) implements Runnable {
    @Override
    public void run() {
      work.run();
    }
  }

  private final HttpServer server;
  private final Limits limits;
  private final ThreadPoolExecutor threads;

  /** Its queue is bounded by the JDK's number of connections; it discards once it is closed. */
  private final ThreadPoolExecutor refusing =
      new ThreadPoolExecutor(
          REFUSING_THREADS,
          REFUSING_THREADS,
          1,
          TimeUnit.MINUTES,
          new LinkedBlockingQueue<>(),
          daemons("refuse-"),
          new ThreadPoolExecutor.DiscardPolicy());

  private final AtomicLong refused = new AtomicLong();
  private final ThreadLocal<Boolean> refuses = ThreadLocal.withInitial(() -> false);
  private final HostCheck hosts;
  private final InetAddress address;
  private final String given;
  private final Service service;
  private final AtomicLong requests = new AtomicLong();
  private final AtomicInteger active = new AtomicInteger();

  private LocalServer(
      HttpServer server,
      HostCheck hosts,
      InetAddress address,
      String given,
      Limits limits,
      Service service) {
    this.server = server;
    this.hosts = hosts;
    this.address = address;
    this.given = given;
    this.limits = limits;
    this.service = service;
    threads =
        new ThreadPoolExecutor(
            limits.active,
            limits.active,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(limits.waiting),
            daemons("answer-"));
  }

  private static ThreadFactory daemons(String name) {
    AtomicLong number = new AtomicLong();
    return work -> {
      Thread thread = new Thread(work, name + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /** Hands a request to a thread that answers it, or to one that refuses it. */
  private void execute(Runnable work) {
    try {
      threads.execute(new Waiting(work, System.nanoTime()));
    } catch (RejectedExecutionException full) {
      refuse(work);
    }
  }

  private void refuse(Runnable work) {
    refused.incrementAndGet();
    refusing.execute(
        () -> {
          refuses.set(true);
          work.run();
        });
  }

  /** Refuses the requests that have waited too long, until the server is closed. */
  private void watch() {
    while (!threads.isShutdown()) {
      LockSupport.parkNanos(limits.longestWait.toNanos() / 10);
      try {
        refuseLate();
      } catch (OutOfMemoryError e) {
        continue; // the next round goes on
      }
    }
  }

  private void refuseLate() {
    long now = System.nanoTime();
    for (Runnable task : threads.getQueue()) {
      if (task instanceof Waiting waiting
          && now - waiting.since >= limits.longestWait.toNanos()
          && threads.remove(waiting)) {
        refuse(waiting.work);
      }
    }
  }

  /**
   * Starts a server.
   *
   * @param host name or address at which it listens
   * @param port its port; 0 for any that is free
   * @param names further ones by which it is called, as through a proxy
   * @param service gives the answers to requests that have passed the checks
   * @throws InvalidValueException where the host is unknown or the port is in use
   */
  static LocalServer start(
      String host, int port, List<String> names, Limits limits, Service service) {
    Require.that(port >= 0 && port <= MAX_PORT, "--port", "in [0, " + MAX_PORT + "]", port, port);
    InetAddress address = address(host);
    try {
      HttpServer http =
          HttpServer.create(new InetSocketAddress(address, port), limits.active + limits.waiting);
      HostCheck hosts = HostCheck.of(address, host, names);
      LocalServer server = new LocalServer(http, hosts, address, host, limits, service);
      http.setExecutor(server::execute);
      http.createContext("/", server::handle);
      http.start();
      daemons("wait-").newThread(server::watch).start();
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

  /**
   * Says where it is, and waits for the signal that ends the program.
   *
   * @param content of the server: "Board of 3 runs"
   * @param exposed what others can do who reach the machine
   */
  void serve(Console console, String content, String exposed) {
    console.answer(content + ": " + url());
    if (!isLoopback()) {
      console.answer(
          "Whoever reaches this machine at port "
              + port()
              + " can "
              + exposed
              + ". There is no password.");
    }
    console.say("Ctrl-C ends it.");
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      return; // by a signal, which ends the server as it is meant to
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

  /** The number of requests that were refused because the server was busy. */
  long refused() {
    return refused.get();
  }

  /** The number of requests that are being answered. */
  int active() {
    return active.get();
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

  private Answer answer(HttpExchange exchange) throws IOException {
    List<String> host = exchange.getRequestHeaders().getOrDefault("Host", List.of());
    if (!hosts.accepts(host)) {
      return Answer.error(
          403,
          "usage",
          "the header Host must be a name of this server"
              + (isLoopback() ? "; open " + url() : ""));
    }
    if (refuses.get()) {
      return Answer.error(503, "busy", "the server has too many requests; ask again");
    }
    String method = exchange.getRequestMethod();
    boolean reads = method.equals("GET") || method.equals("HEAD");
    boolean sends = limits.maxBody > 0 && method.equals("POST");
    if (!reads && !sends) {
      return limits.maxBody > 0 ? Answer.wrongMethod("GET", "POST") : Answer.wrongMethod("GET");
    }
    if (sends && isOfAnotherPage(exchange.getRequestHeaders())) {
      return Answer.error(
          403,
          "usage",
          "requests from pages of other sites are refused; --public-name adds a name of this server");
    }
    try {
      return service.answer(request(exchange));
    } catch (TooLarge e) {
      return Answer.error(413, "usage", String.valueOf(e.getMessage()));
    } catch (InvalidValueException e) {
      return Answer.error(400, "usage", String.valueOf(e.getMessage()));
    } catch (BadDataException e) {
      return Answer.error(500, "bad_data", String.valueOf(e.getMessage()));
    } catch (EngineException | OutOfMemoryError e) {
      logFailure(e);
      return Answer.error(
          503,
          "memory",
          "memory must suffice for the answer but ran out; ask for less at a time, such as fewer or"
              + " smaller images, or give the program more memory");
    } catch (CancellationException e) {
      return Answer.error(503, "busy", "the server is ending; ask again");
    } catch (RuntimeException e) {
      logFailure(e);
      return Answer.error(500, "fault", "the program is at fault: " + e);
    }
  }

  private static void logFailure(Throwable e) {
    System.getLogger(LocalServer.class.getName())
        .log(System.Logger.Level.ERROR, "an answer has failed", e);
  }

  /** A browser tells where the page came from that sends a request. */
  private boolean isOfAnotherPage(Headers headers) {
    String origin = headers.getFirst("Origin");
    return origin != null && !hosts.accepts(List.of(origin.replaceFirst("^https?://", "")));
  }

  private Request request(HttpExchange exchange) {
    URI uri = exchange.getRequestURI();
    String path = uri.getPath() == null ? "/" : uri.getPath();
    return new Request(exchange.getRequestMethod(), path, query(uri), () -> body(exchange), this);
  }

  private byte[] body(HttpExchange exchange) throws IOException {
    byte[] read = exchange.getRequestBody().readNBytes(limits.maxBody + 1);
    if (read.length > limits.maxBody) {
      throw new TooLarge(limits.maxBody);
    }
    return read;
  }

  /**
   * Reads the rest of a request: a sender reads the answer only after it has sent everything. The
   * JDK's bound of the time of a request ends it where the sender is slow.
   */
  private static void drop(InputStream rest) throws IOException {
    byte[] dropped = new byte[1 << 13];
    long count = 0;
    int read = 0;
    while (read >= 0 && count < MAX_DROPPED) {
      read = rest.read(dropped);
      count += read;
    }
  }

  private static Map<String, List<String>> query(URI uri) {
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
    return parameters;
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw Require.invalid("query", "percent-encoded", "not", "write % as %25");
    }
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
    if (!answer.allowed().isEmpty()) {
      headers.set("Allow", answer.allowed());
    }
    if (answer.status() == 503) {
      headers.set("Retry-After", "1");
    }
    boolean body = !exchange.getRequestMethod().equals("HEAD") && answer.body().length > 0;
    if (!body && answer.body().length > 0) {
      headers.set("Content-Length", Integer.toString(answer.body().length));
    }
    exchange.sendResponseHeaders(answer.status(), body ? answer.body().length : -1);
    if (body) {
      exchange.getResponseBody().write(answer.body());
      exchange.getResponseBody().flush();
      drop(exchange.getRequestBody());
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
    refusing.shutdownNow();
  }
}
