package dev.onecycle.cli.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.error.EngineException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a server does where it is short of threads or of memory. */
@Timeout(120)
class LocalServerTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private static LocalServer start(LocalServer.Limits limits, LocalServer.Service service) {
    return LocalServer.start("127.0.0.1", 0, List.of(), limits, service);
  }

  private static HttpRequest.Builder request(LocalServer server) {
    return HttpRequest.newBuilder(URI.create(server.url())).timeout(Duration.ofSeconds(20));
  }

  private static CompletableFuture<HttpResponse<String>> asking(LocalServer server) {
    return CLIENT.sendAsync(request(server).build(), BodyHandlers.ofString());
  }

  /** The error of an answer with status 503. */
  private static JsonNode unavailable(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
    assertThat(answer.headers().firstValue("Retry-After")).contains("1");
    return Cli.parse(answer.body()).get("error");
  }

  /** It was interrupted by the end of the server, which is no fault. */
  @Test
  void aRequestThatTheEndOfTheServerCancelsIsToldToComeAgain() throws Exception {
    LocalServer.Limits limits = new LocalServer.Limits(1, 4, 0, Duration.ofSeconds(5));
    LocalServer.Service ending =
        request -> {
          throw new CancellationException("interrupted while waiting to predict");
        };
    try (LocalServer server = start(limits, ending)) {
      assertThat(unavailable(asking(server).get()).get("message").asText())
          .isEqualTo("the server is ending; ask again");
    }
  }

  @Test
  void aRequestThatWaitsTooLongIsToldToComeAgain() throws Exception {
    CompletableFuture<Answer> end = new CompletableFuture<>();
    LocalServer.Limits limits = new LocalServer.Limits(1, 4, 0, Duration.ofMillis(200));
    try (LocalServer server = start(limits, request -> end.join())) {
      CompletableFuture<HttpResponse<String>> first = asking(server);
      while (server.active() == 0) {
        Thread.onSpinWait();
      }
      assertThat(unavailable(asking(server).get()).get("kind").asText()).isEqualTo("busy");
      assertThat(server.refused()).isEqualTo(1);
      end.complete(Answer.text("done"));
      assertThat(first.get().body()).isEqualTo("done");
    } finally {
      end.complete(Answer.nothing());
    }
  }

  /** Otherwise the JDK closes the connection of a request that waits, and it gets no answer. */
  @Test
  void theLongestWaitIsFarBelowTheTimeOfARequest() {
    try (LocalServer server = start(LocalServer.Limits.READING, request -> Answer.nothing())) {
      assertThat(server.refused()).isZero();
      String seconds = System.getProperty("sun.net.httpserver.maxReqTime", "0");
      assertThat(Long.parseLong(seconds))
          .isGreaterThan(3 * LocalServer.Limits.LONGEST_WAIT.toSeconds());
    }
  }

  /** One is answered and one waits; the others never send the bodies that they announce. */
  @Test
  void silentSendersBlockNoOtherRefusal() throws Exception {
    CompletableFuture<Answer> end = new CompletableFuture<>();
    LocalServer.Limits limits = new LocalServer.Limits(1, 1, 1000, Duration.ofMinutes(1));
    List<Socket> silent = new ArrayList<>();
    try (LocalServer server = start(limits, request -> end.join())) {
      CompletableFuture<HttpResponse<String>> first = asking(server);
      while (server.active() == 0) {
        Thread.onSpinWait();
      }
      for (int i = 0; i < 6; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        silent.add(socket);
        socket
            .getOutputStream()
            .write(
                "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
      }
      while (server.refused() < 5) {
        Thread.onSpinWait();
      }
      HttpResponse<String> refused =
          CLIENT.send(
              request(server).POST(BodyPublishers.ofByteArray(new byte[16_000_000])).build(),
              BodyHandlers.ofString());
      assertThat(unavailable(refused).get("kind").asText()).isEqualTo("busy");
      end.complete(Answer.text("done"));
      assertThat(first.get().body()).isEqualTo("done");
    } finally {
      end.complete(Answer.nothing());
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  @Test
  void aLackOfMemoryIsAnAnswer() throws Exception {
    LocalServer.Service heap =
        request -> {
          throw new OutOfMemoryError("Java heap space");
        };
    LocalServer.Service engine =
        request -> {
          throw EngineException.lacksMemory("bad alloc");
        };
    for (LocalServer.Service service : List.of(heap, engine)) {
      try (LocalServer server = start(LocalServer.Limits.READING, service)) {
        JsonNode error = unavailable(asking(server).get());
        assertThat(error.get("kind").asText()).isEqualTo("memory");
        assertThat(error.get("message").asText())
            .startsWith("memory must suffice for the answer but ran out; ask for less at a time");
      }
    }
  }
}
