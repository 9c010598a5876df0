package dev.onecycle.selftest.data;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.onecycle.data.download.Downloader;
import dev.onecycle.data.download.Downloader.Patience;
import dev.onecycle.data.download.RemoteFile;
import dev.onecycle.data.image.ReadingListener;
import dev.onecycle.text.Sha256;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An HTTP server of one file on this machine, which keeps the requested ranges. */
final class Server implements AutoCloseable {
  static final String NAME = "data.gz";
  private static final Patience PATIENCE =
      new Patience(3, Duration.ofMillis(10), Duration.ofMillis(400), 1000);

  private final byte[] content = new byte[200_000];
  private final List<String> ranges = Collections.synchronizedList(new ArrayList<>());
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  /** The server's answer to a request. */
  @FunctionalInterface
  interface Answer {
    /**
     * Answers a request.
     *
     * @param number of the request, from 1
     */
    void send(Request request, int number) throws IOException;
  }

  /** A request and ways to answer it. */
  final class Request {
    private final HttpExchange exchange;

    Request(HttpExchange exchange) {
      this.exchange = exchange;
    }

    void send(int status, String type, byte[] body, int from) throws IOException {
      exchange.getResponseHeaders().add("Content-Type", type);
      exchange.sendResponseHeaders(status, body.length - from);
      exchange.getResponseBody().write(body, from, body.length - from);
    }

    void sendWhole() throws IOException {
      send(200, "application/gzip", content, 0);
    }

    /** Announces the whole file, sends its first bytes, calls {@code next} and breaks off. */
    void sendSome(int bytes, Runnable next) throws IOException {
      exchange.sendResponseHeaders(200, content.length);
      exchange.getResponseBody().write(content, 0, bytes);
      exchange.getResponseBody().flush();
      next.run();
      throw new IOException("the connection breaks");
    }

    /** Sends the requested range. */
    void sendRest() throws IOException {
      String range = exchange.getRequestHeaders().getFirst("Range");
      int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
      exchange
          .getResponseHeaders()
          .add("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/*");
      send(from == 0 ? 200 : 206, "application/gzip", content, from);
    }

    void redirect(String location) throws IOException {
      exchange.getResponseHeaders().add("Location", location);
      exchange.sendResponseHeaders(302, -1);
    }

    void status(int status) throws IOException {
      exchange.sendResponseHeaders(status, -1);
    }
  }

  Server(Answer answer) throws IOException {
    this(HttpServer.create(), answer);
  }

  /**
   * Starts the server.
   *
   * @param server not yet bound to a port
   */
  Server(HttpServer server, Answer answer) throws IOException {
    new SplittableRandom(3).nextBytes(content);
    this.server = server;
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          ranges.add(String.valueOf(exchange.getRequestHeaders().getFirst("Range")));
          try (exchange) {
            answer.send(new Request(exchange), ranges.size());
          }
        });
    server.start();
  }

  byte[] content() {
    return content;
  }

  /** The range of each request; the text {@code null} if it has none. */
  List<String> ranges() {
    return List.copyOf(ranges);
  }

  URI uri(String scheme) {
    return URI.create(scheme + "://127.0.0.1:" + server.getAddress().getPort() + "/" + NAME);
  }

  RemoteFile file(URI uri) {
    return new RemoteFile(uri, "set", NAME, content.length, Sha256.of(content));
  }

  RemoteFile file() {
    return file(uri("http"));
  }

  static Downloader downloader(Path folder) {
    return new Downloader(folder, false, PATIENCE, ReadingListener.NONE);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
