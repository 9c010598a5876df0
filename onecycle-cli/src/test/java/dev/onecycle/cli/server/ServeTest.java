package dev.onecycle.cli.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.predict.Predictor;
import dev.onecycle.torch.predict.PredictorOptions;
import dev.onecycle.torch.settings.Precision;
import java.awt.Color;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Predictions over HTTP. */
@Timeout(120)
class ServeTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final int MAX_BYTES = 20_000;

  /** A running server of a model. */
  private record Served(Predictor predictor, LocalServer server) implements AutoCloseable {
    static Served of(ModelFile model, int maxRequests) {
      Predictor predictor =
          Predictor.of(model, PredictorOptions.defaults().withPrecision(Precision.FP32));
      return new Served(
          predictor,
          ServeCommand.serve(
              predictor, "127.0.0.1", 0, List.of("predict.example"), MAX_BYTES, maxRequests));
    }

    HttpResponse<String> get(String path) throws Exception {
      return CLIENT.send(
          HttpRequest.newBuilder(URI.create(server.url()).resolve(path)).build(),
          BodyHandlers.ofString());
    }

    HttpRequest posting(String path, byte[] body, String... headers) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(server.url()).resolve(path))
              .POST(BodyPublishers.ofByteArray(body));
      if (headers.length > 0) {
        request.headers(headers);
      }
      return request.build();
    }

    HttpResponse<String> post(String path, byte[] body, String... headers) throws Exception {
      return CLIENT.send(posting(path, body, headers), BodyHandlers.ofString());
    }

    @Override
    public void close() {
      server.close();
      predictor.close();
    }
  }

  private static Served colours() {
    return Served.of(ServedModels.ofColours(), 8);
  }

  private static JsonNode json(HttpResponse<String> response) {
    assertThat(response.headers().firstValue("Content-Type"))
        .contains("application/json; charset=utf-8");
    return Cli.parse(response.body());
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void anImageGetsItsClassesWithProbabilities() throws Exception {
    try (Served served = colours()) {
      HttpResponse<String> answer = served.post("/api/predict?top=2", ServedModels.png(Color.BLUE));
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      JsonNode found = json(answer);
      assertThat(found.get("kind").asText()).isEqualTo("classes");
      assertThat(found.get("answers")).hasSize(2);
      assertThat(found.get("answers").get(0).get("name").asText()).isEqualTo("blue");
      // scores 8, -8, -8
      assertThat(found.get("answers").get(0).get("value").asDouble())
          .isCloseTo(1 / (1 + 2 * Math.exp(-16)), within(1e-6));
      JsonNode model = json(served.get("/api/model"));
      assertThat(model.get("kind").asText()).isEqualTo("classes");
      assertThat(model.get("input").asText()).isEqualTo("3×8×8");
      assertThat(model.get("names")).hasSize(3);
    }
  }

  @Test
  void numbersAreAnsweredWithNumbers() throws Exception {
    try (Served served = Served.of(ServedModels.ofNumbers(), 4)) {
      JsonNode found = json(served.post("/api/predict", text("{\"values\": [3, 0.5]}")));
      assertThat(found.toString())
          .isEqualTo(
              "{\"kind\":\"numbers\",\"answers\":[{\"name\":\"sum\",\"value\":3.5},"
                  + "{\"name\":\"difference\",\"value\":2.5}]}");
      assertThat(served.get("/").body()).contains("The model takes no images.");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"values": [1, 2, 3]} | 400 | size of a sample must be 8 bytes
          {"values": [1, "x"]}  | 422 | value 1 must be a number but was STRING
          {"values": [1, 1e39]} | 400 | value 1 of the sample must be finite
          {"values": 3}         | 422 | must be {"values": [numbers]}
          [1, 2]                | 422 | must be {"values": [numbers]}
          {"values": [1, 2]     | 422 | the sample must be JSON
          {"values": [1, 2]} x  | 422 | the sample must be JSON
          """)
  void badSamplesAreNamed(String body, int status, String message) throws Exception {
    try (Served served = Served.of(ServedModels.ofNumbers(), 4)) {
      HttpResponse<String> answer = served.post("/api/predict", text(body));
      assertThat(answer.statusCode()).isEqualTo(status);
      assertThat(json(answer).get("error").get("message").asText()).contains(message);
    }
  }

  @Test
  void aBadImageIsATypedErrorAndTheNextIsAnswered() throws Exception {
    try (Served served = colours()) {
      HttpResponse<String> answer = served.post("/api/predict", text("no image"));
      assertThat(answer.statusCode()).isEqualTo(422);
      assertThat(json(answer).get("error").get("kind").asText()).isEqualTo("bad_data");
      assertThat(json(answer).get("error").get("message").asText()).startsWith("image ");
      assertThat(served.post("/api/predict", new byte[0]).body()).contains("image is empty");
      assertThat(served.post("/api/predict?top=x", ServedModels.png(Color.RED)).statusCode())
          .isEqualTo(400);
      assertThat(served.post("/api/predict?top=0", ServedModels.png(Color.RED)).body())
          .contains("top must be at least 1 but was 0");
      assertThat(served.post("/api/predict", ServedModels.png(Color.RED)).statusCode())
          .isEqualTo(200);
      String metrics = served.get("/metrics").body();
      assertThat(metrics)
          .contains("onecycle_predictions_total 1\n", "onecycle_prediction_failures_total 4\n")
          .contains("# TYPE onecycle_requests_active gauge");
      assertThat(json(served.get("/health")).get("status").asText()).isEqualTo("ok");
    }
  }

  @Test
  void aLargeRequestIsRefused() throws Exception {
    try (Served served = colours()) {
      for (int bytes : new int[] {MAX_BYTES + 1, 3_000_000}) {
        HttpResponse<String> answer = served.post("/api/predict", new byte[bytes]);
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).contains("at most 20000 bytes");
      }
      assertThat(served.post("/api/predict", new byte[MAX_BYTES]).statusCode()).isEqualTo(422);
    }
  }

  /** So many bytes fill all buffers on their way: the sender is still sending when it is judged. */
  @Test
  void errorsReachTheSenderOfALargeBody() throws Exception {
    byte[] large = new byte[16_000_000];
    try (Served served = colours()) {
      assertThat(served.post("/api/predict?top=0", large).body())
          .contains("top must be at least 1 but was 0");
      assertThat(served.post("/", large).statusCode()).isEqualTo(405);
      assertThat(
              served.post("/api/predict", large, "Origin", "http://elsewhere.example").statusCode())
          .isEqualTo(403);
      assertThat(served.post("/api/predict", large).statusCode()).isEqualTo(413);
    }
  }

  @Test
  void aLackOfMemoryIsCountedAsAFailure() throws Exception {
    try (Served served = colours()) {
      PredictionService service = new PredictionService(served.predictor);
      Request.Content tooMuch =
          () -> {
            throw new OutOfMemoryError("Java heap space");
          };
      Request sample = new Request("POST", "/api/predict", Map.of(), tooMuch, served.server);
      assertThatThrownBy(() -> service.answer(sample)).isInstanceOf(OutOfMemoryError.class);
      Request metrics = new Request("GET", "/metrics", Map.of(), tooMuch, served.server);
      assertThat(new String(service.answer(metrics).body(), StandardCharsets.UTF_8))
          .contains("onecycle_prediction_failures_total 1\n");
    }
  }

  @Test
  void otherMethodsPathsAndPagesAreRefused() throws Exception {
    try (Served served = colours()) {
      byte[] image = ServedModels.png(Color.RED);
      assertThat(served.get("/api/predict").statusCode()).isEqualTo(405);
      HttpResponse<String> wrong = served.post("/", image);
      assertThat(wrong.statusCode()).isEqualTo(405);
      assertThat(wrong.headers().firstValue("Allow")).contains("GET, HEAD");
      assertThat(wrong.body()).contains("the method must be GET\"");
      assertThat(served.post("/predict", image).statusCode()).isEqualTo(404);
      assertThat(served.get("/../etc/passwd").statusCode()).isEqualTo(404);
      assertThat(
              served.post("/api/predict", image, "Origin", "https://predict.example").statusCode())
          .isEqualTo(200);
      assertThat(
              served.post("/api/predict", image, "Origin", "http://elsewhere.example").statusCode())
          .isEqualTo(403);
      assertThat(
              served
                  .post("/api/predict", image, "Origin", "http://127.0.0.1:" + served.server.port())
                  .statusCode())
          .isEqualTo(200);
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), served.server.port())) {
        socket
            .getOutputStream()
            .write(text("GET / HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n"));
        try (InputStream in = socket.getInputStream()) {
          assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
              .startsWith("HTTP/1.1 403");
        }
      }
    }
  }

  /** Many at once: each gets its own answer, and none is lost. */
  @Test
  void manyRequestsAtOnceAreAllAnswered() throws Exception {
    try (Served served = colours()) {
      List<CompletableFuture<HttpResponse<String>>> coming = new ArrayList<>();
      byte[][] images = {
        ServedModels.png(Color.RED), ServedModels.png(Color.GREEN), ServedModels.png(Color.BLUE)
      };
      for (int i = 0; i < 60; i++) {
        coming.add(
            CLIENT.sendAsync(
                served.posting("/api/predict?top=1", images[i % 3]), BodyHandlers.ofString()));
      }
      for (int i = 0; i < coming.size(); i++) {
        HttpResponse<String> answer = coming.get(i).get();
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(json(answer).get("answers").get(0).get("name").asText())
            .isEqualTo(ServedModels.CLASSES.get(i % 3));
      }
    }
  }

  /** One is answered at a time and eight wait; the connections of slow senders take the rest. */
  @Test
  void moreThanTheLimitAreToldToComeAgain() throws Exception {
    try (Served served = Served.of(ServedModels.ofColours(), 1)) {
      List<Socket> slow = new ArrayList<>();
      for (int i = 0; i < 9; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), served.server.port());
        socket
            .getOutputStream()
            .write(
                text(
                    "POST /api/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n"));
        slow.add(socket);
      }
      HttpResponse<String> answer = served.get("/health");
      while (answer.statusCode() == 200) { // some of the senders have not been read yet
        answer = served.get("/health");
      }
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.headers().firstValue("Retry-After")).contains("1");
      assertThat(json(answer).get("error").get("kind").asText()).isEqualTo("busy");
      for (Socket socket : slow) {
        socket.close();
      }
      while (answer.statusCode() != 200) {
        answer = served.get("/health");
      }
      assertThat(served.get("/metrics").body()).contains("onecycle_requests_refused_total");
    }
  }
}
