package dev.onecycle.data.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.onecycle.data.download.Downloader.Patience;
import dev.onecycle.data.image.ReadingListener;
import dev.onecycle.error.BadDataException;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A local server that records its requests. */
abstract class DownloadFixture {
  static final Patience PATIENCE =
      new Patience(3, Duration.ofMillis(10), Duration.ofMillis(400), 1000);

  @TempDir Path temp;
  final byte[] content = new byte[200_000];
  final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  HttpServer server;
  ExecutorService threads;
  volatile Answer answer = this::sendWhole;

  interface Answer {
    void to(HttpExchange exchange, int number) throws IOException;
  }

  @BeforeEach
  void start() throws IOException {
    new SplittableRandom(3).nextBytes(content);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    threads = Executors.newCachedThreadPool();
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          String range = exchange.getRequestHeaders().getFirst("Range");
          requests.add(String.valueOf(range));
          try (exchange) {
            answer.to(exchange, requests.size());
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.shutdownNow();
  }

  final void assertFails(String message, int tries) {
    assertThatThrownBy(() -> downloader(false).get(remote()))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("put it there yourself as");
    assertThat(requests).hasSize(tries);
    assertThat(temp.resolve("downloads/set/data.gz")).doesNotExist();
    part().toFile().delete();
  }

  final Downloader downloader(boolean offline) {
    return new Downloader(temp.resolve("downloads"), offline, PATIENCE, ReadingListener.NONE);
  }

  final RemoteFile remote() {
    URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/data.gz");
    return new RemoteFile(uri, "set", "data.gz", content.length, Sha256.of(content));
  }

  final Path part() {
    return temp.resolve("downloads/set/data.gz.part");
  }

  final void sendWhole(HttpExchange exchange, int number) throws IOException {
    send(exchange, 200, "application/gzip", content, 0);
  }

  static void send(HttpExchange exchange, int status, String type, byte[] body, int from)
      throws IOException {
    exchange.getResponseHeaders().add("Content-Type", type);
    exchange.sendResponseHeaders(status, body.length - from);
    exchange.getResponseBody().write(body, from, body.length - from);
  }

  static int from(HttpExchange exchange) {
    String range = exchange.getRequestHeaders().getFirst("Range");
    return range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
  }

  static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
