package dev.onecycle.cli.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.cli.runs.TestRuns;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.record.LossWatch;
import dev.onecycle.record.Measure;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunHistory;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.RunRecord.Status;
import dev.onecycle.run.Task;
import dev.onecycle.run.TrainingPosition;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jsoup.Jsoup;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The board over HTTP, with real runs on disk. */
class BoardServerTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @TempDir Path runs;
  private @Nullable LocalServer started;

  @BeforeEach
  void start() {
    started = BoardCommand.serve(runs, "127.0.0.1", 0);
  }

  private LocalServer server() {
    return Objects.requireNonNull(started, "not started");
  }

  @AfterEach
  void stop() {
    server().close();
  }

  private static RunRecord record(String model, double peak) {
    return TestRuns.record("2026-01-02T00:00:00Z", model, peak);
  }

  private void run(String name, String model, double peak, double... accuracies) {
    TestRuns.write(runs.resolve(name), record(model, peak), Status.FINISHED, accuracies);
  }

  private HttpResponse<String> get(String path) throws Exception {
    URI uri = URI.create(server().url()).resolve(path);
    return CLIENT.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  private JsonNode json(String path) throws Exception {
    HttpResponse<String> answer = get(path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type"))
        .contains("application/json; charset=utf-8");
    return Cli.parse(answer.body());
  }

  private String id(String name) throws Exception {
    for (JsonNode run : json("/api/runs").get("runs")) {
      if (run.get("name").asText().equals(name)) {
        return run.get("id").asText();
      }
    }
    throw new AssertionError("no run " + name);
  }

  /** The first line and the whole of an answer to raw bytes. */
  private String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server().port())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private String withHost(String header) throws IOException {
    return raw("GET /api/runs HTTP/1.1\r\n" + header + "Connection: close\r\n\r\n");
  }

  @Test
  void listsRunsWithResultsAndSettings() throws Exception {
    run("first", "resnet20", 0.1, 0.5, 0.75, 0.625);
    Files.writeString(Files.createDirectory(runs.resolve("broken")).resolve("run.json"), "{");
    JsonNode list = json("/api/runs").get("runs");
    assertThat(list).hasSize(2);
    assertThat(list.at("/0/state").asText()).isEqualTo("damaged");
    assertThat(list.at("/0/problem").asText()).contains("run.json");
    JsonNode run = list.get(1);
    assertThat(run.get("id").asText()).matches("[0-9a-f]{16}");
    assertThat(run.get("value").asDouble()).isEqualTo(62.5);
    assertThat(run.get("valueText").asText()).isEqualTo("62.50 %");
    assertThat(run.get("bestText").asText()).isEqualTo("75.00 %");
    assertThat(run.get("peak").asDouble()).isEqualTo(0.1);
    assertThat(run.get("epochs").asInt()).isEqualTo(3);
    assertThat(run.at("/settings/seed").asText()).isEqualTo("1");
  }

  /** A page that asks again gets nothing where nothing is new. */
  @Test
  void aRunThatGrowsIsSeenWhileTheBoardIsOpen() throws Exception {
    try (RunFolder training = RunFolder.create(runs.resolve("live"), record("fast", 0.3))) {
      JsonNode begun = json("/api/runs");
      assertThat(begun.at("/runs/0/state").asText()).isEqualTo("training");
      assertThat(begun.at("/runs/0/epochs").asInt()).isZero();
      String known = "?known=" + begun.get("version").asText();
      assertThat(get("/api/runs" + known).statusCode()).isEqualTo(204);
      String comparison = "/api/comparison?run=" + id("live");
      assertThat(json(comparison).get("figures")).isEmpty();

      TestRuns.epochs(training, 0, 0.5);
      JsonNode one = json("/api/runs" + known);
      assertThat(one.at("/runs/0/epochs").asInt()).isEqualTo(1);
      assertThat(one.at("/runs/0/value").asDouble()).isEqualTo(50);
      JsonNode curves = json(comparison);
      assertThat(rates(curves)).hasSize(10);
      String same = comparison + "&known=" + curves.get("version").asText();
      assertThat(get(same).statusCode()).isEqualTo(204);

      TestRuns.epochs(training, 1, 0.75);
      assertThat(rates(json(same))).hasSize(20);
      List<EpochRecord> first = RunHistory.read(runs.resolve("live")).epochs().subList(0, 1);
      training.goBack(new TrainingPosition(10, first, 0, 0, 0, LossWatch.START));
      training.step(new StepRecord(10, 1, 0.5, 0.9, 1));
      training.flush();
      assertThat(rates(json(comparison))).as("gone back to an earlier step").hasSize(11);
    }
    assertThat(json("/api/runs").at("/runs/0/state").asText()).isEqualTo("interrupted");
  }

  /** The learning rates in the figure of the schedule. */
  private static JsonNode rates(JsonNode comparison) {
    for (JsonNode figure : comparison.get("figures")) {
      if (figure.get("id").asText().equals("schedule")) {
        return Cli.parse(figure.get("data").asText()).at("/panels/0/traces/0/ys");
      }
    }
    throw new AssertionError("no schedule in " + comparison);
  }

  @Test
  void comparesRunsAndNamesTheSettingsThatDiffer() throws Exception {
    run("a", "resnet20", 0.1, 0.5);
    run("b", "resnet9", 0.2, 0.75);
    JsonNode json = json("/api/comparison?run=" + id("a") + "&run=" + id("b") + "&run=0123");
    assertThat(json.get("compared").findValuesAsText("name")).containsExactly("a", "b");
    assertThat(json.get("figures").findValuesAsText("id"))
        .containsExactly("losses", "accuracy", "schedule");
    assertThat(json.get("differences").findValuesAsText("name")).contains("model", "learning rate");
    assertThat(json.get("sentence").asText()).startsWith("b is best with an accuracy of 75.00 %");
  }

  @Test
  void aRunOfNumbersHasTheFigureOfItsMetric() throws Exception {
    Measure error =
        new Measure("mean_absolute_error", "mean absolute error", Measure.Better.LOWER, false);
    Task task = new Task("samples", "numbers", List.of(), "squares", List.of(error), true);
    try (RunFolder files =
        RunFolder.create(runs.resolve("numbers"), record("line", 0.1).withTask(task))) {
      files.step(new StepRecord(0, 0, 0.1, 0.9, 2));
      Evaluated evaluated = new Evaluated(1.5, Map.of(error.name(), 0.25), 1);
      files.epoch(new EpochRecord(0, 1, 2, 100, 1, Optional.of(evaluated)));
    }
    JsonNode run = json("/api/runs").at("/runs/0");
    assertThat(run.get("measure").asText()).isEqualTo("mean absolute error");
    assertThat(run.get("better").asText()).isEqualTo("lower");
    assertThat(run.get("valueText").asText()).isEqualTo("0.25");
    JsonNode comparison = json("/api/comparison?run=" + id("numbers"));
    assertThat(comparison.get("figures").findValuesAsText("id"))
        .containsExactly("losses", "schedule", "mean-absolute-error");
  }

  @Test
  void aReportIsMadeFromTheRecordAndNoFileIsGivenOut() throws Exception {
    run("first", "resnet20", 0.1, 0.5);
    Files.writeString(runs.resolve("first/report.html"), "<script>alert(1)</script>");
    HttpResponse<String> report = get("/report/" + id("first"));
    assertThat(report.statusCode()).isEqualTo(200);
    assertThat(Jsoup.parse(report.body()).title()).contains("first");
    assertThat(report.body()).doesNotContain("alert(1)");
    assertThat(report.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("default-src 'none'", "frame-ancestors 'none'")
        .doesNotContain("connect-src");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/report/../../../etc/passwd",
        "/report/..%2f..%2fetc%2fpasswd",
        "/report/%2e%2e/%2e%2e/etc/passwd",
        "/report//etc/passwd",
        "/report/first",
        "/report/first/run.json",
        "/report/",
        "/report",
        "/first/run.json",
        "/run.json",
        "/api",
        "/api/runs/",
        "//etc/passwd",
        "/%00"
      })
  void pathsReachNoFile(String path) throws Exception {
    run("first", "resnet20", 0.1, 0.5);
    String answer =
        raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 404").contains("\"kind\":\"usage\"");
    assertThat(answer).doesNotContain("root:", "resnet20");
  }

  /** A page elsewhere that has this machine's address under its own name. */
  @ParameterizedTest
  @CsvSource({
    "localhost, 200",
    "LOCALHOST:1234, 200",
    "127.0.0.1, 200",
    "[::1]:80, 200",
    "evil.example, 403",
    "localhost.evil.example, 403",
    "evil.example:7007, 403",
    "192.168.0.7, 403",
    "localhost@evil.example, 403",
    "localhost:80:80, 403",
    "'', 403"
  })
  void onlyTheServersOwnNamesAreAnswered(String host, int status) throws Exception {
    assertThat(withHost("Host: " + host + "\r\n")).startsWith("HTTP/1.1 " + status);
  }

  @Test
  void noHostOrTwoAreRefused() throws Exception {
    assertThat(withHost("")).startsWith("HTTP/1.1 40");
    assertThat(withHost("Host: localhost\r\nHost: evil.example\r\n")).startsWith("HTTP/1.1 403");
  }

  /** Addresses in numbers belong to no page, so they are accepted where others may call. */
  @Test
  void aServerForOthersIsCalledByItsAddress() throws Exception {
    HostCheck check = HostCheck.of(InetAddress.getByName("0.0.0.0"), "0.0.0.0", List.of());
    assertThat(check.accepts(List.of("192.168.0.7:7007"))).isTrue();
    assertThat(check.accepts(List.of("[fe80::1]"))).isTrue();
    assertThat(check.accepts(List.of(InetAddress.getLocalHost().getHostName()))).isTrue();
    assertThat(check.accepts(List.of("evil.example"))).isFalse();
    assertThat(check.accepts(List.of("1.2.3.4.evil.example"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "x"})
  void onlyGetIsAnswered(String method) throws Exception {
    run("first", "resnet20", 0.1, 0.5);
    String answer = raw(method + " / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 405").contains("the method must be GET");
    assertThat(runs.resolve("first/run.json")).exists();
  }

  @Test
  void headHasNoBody() throws Exception {
    String answer = raw("HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 200").endsWith("\r\n\r\n").doesNotContain("<html");
  }

  @Test
  void everyAnswerForbidsTheBrowserWhatItDoesNotNeed() throws Exception {
    for (String path : List.of("/", "/api/runs", "/none", "/report/none")) {
      HttpResponse<String> answer = get(path);
      assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow())
          .as(path)
          .startsWith("default-src 'none'")
          .endsWith("frame-ancestors 'none'")
          .doesNotContain("script-src 'unsafe", "http:", "https:", "*");
      assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
      assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
      assertThat(answer.headers().firstValue("Cross-Origin-Resource-Policy"))
          .contains("same-origin");
      assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
    }
    assertThat(get("/").body()).doesNotContainPattern("(src|href)=\"(https?:)?//");
  }

  @Test
  void hostileNamesStayTexts() throws Exception {
    String name = "<img src=x onerror=alert(1)>\u202e\u001b";
    run(name, "</script><script>alert(2)</script>", 0.1, 0.5);
    JsonNode run = json("/api/runs").at("/runs/0");
    assertThat(run.get("name").asText()).isEqualTo("<img src=x onerror=alert(1)>\ufffd\ufffd");
    HttpResponse<String> report = get("/report/" + run.get("id").asText());
    assertThat(Jsoup.parse(report.body()).select("img[onerror]")).isEmpty();
    assertThat(report.body()).doesNotContain("<script>alert(2)");
    assertThat(json("/api/comparison?run=" + run.get("id").asText()).get("figures")).isNotEmpty();
  }

  @Test
  void questionsThatMakeNoSenseAreErrorsInJson() throws Exception {
    assertThat(get("/api/comparison").statusCode()).isEqualTo(200);
    assertThat(get("/api/comparison?run=%zz".replace("%", "%25")).statusCode()).isEqualTo(200);
    String bad =
        raw("GET /api/runs?known=%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assertThat(bad).startsWith("HTTP/1.1 400");
    assertThat(get("/api/runs?x=" + "y".repeat(5000)).statusCode()).isEqualTo(400);
    Files.delete(runs);
    HttpResponse<String> gone = get("/api/runs");
    assertThat(gone.statusCode()).isEqualTo(500);
    assertThat(Cli.parse(gone.body()).at("/error/kind").asText()).isEqualTo("bad_data");
    Files.createDirectory(runs);
    assertThat(json("/api/runs").get("runs")).isEmpty();
  }

  @Test
  void manyAtOnceAreAllAnswered() throws Exception {
    for (int i = 0; i < 20; i++) {
      run("run-" + i, "resnet20", 0.1 + i, 0.5, 0.75);
    }
    String comparison = "/api/comparison?run=" + id("run-3") + "&run=" + id("run-4");
    String expected = get(comparison).body();
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      URI uri = URI.create(server().url()).resolve(comparison);
      answers.add(CLIENT.sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()));
    }
    for (CompletableFuture<HttpResponse<String>> answer : answers) {
      assertThat(answer.get().statusCode()).isEqualTo(200);
      assertThat(answer.get().body()).isEqualTo(expected);
    }
  }

  @Test
  void aPortInUseAndAnUnknownHostAreErrorsInOneSentence() {
    assertThatThrownBy(() -> BoardCommand.serve(runs, "127.0.0.1", server().port()))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage(
            "--port must be a free port but was "
                + server().port()
                + "; another program listens there; name another port, or 0 for any that is free");
    assertThatThrownBy(() -> BoardCommand.serve(runs, "no.such.host.invalid", 0))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("--host must be a name or an address of this machine");
    assertThatThrownBy(() -> BoardCommand.serve(runs, "192.0.2.1", 0))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("an address of this machine but was 192.0.2.1:0");
    assertThatThrownBy(() -> BoardCommand.serve(runs, "127.0.0.1", 70_000))
        .hasMessage("--port must be in [0, 65535] but was 70000");
  }
}
