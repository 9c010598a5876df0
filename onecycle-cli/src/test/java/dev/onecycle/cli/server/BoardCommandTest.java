package dev.onecycle.cli.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.cli.runs.TestRuns;
import dev.onecycle.run.RunRecord.Status;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The command in a process of its own. */
class BoardCommandTest {
  @TempDir Path runs;

  private Process start(String... options) throws Exception {
    List<String> words =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.onecycle.cli.Main",
                "board",
                runs.toString(),
                "--port=0"));
    words.addAll(List.of(options));
    return new ProcessBuilder(words).start();
  }

  private static BufferedReader lines(java.io.InputStream in) {
    return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aSignalEndsItInOrder() throws Exception {
    TestRuns.write(
        runs.resolve("first"),
        TestRuns.record("2026-01-02T00:00:00Z", "resnet20", 0.1),
        Status.FINISHED,
        0.5);
    Process board = start("--json");
    try (BufferedReader said = lines(board.getErrorStream())) {
      String first = String.valueOf(said.readLine());
      assertThat(first).startsWith("Board of 1 run: http://127.0.0.1:");
      assertThat(said.readLine()).isEqualTo("Ctrl-C ends it.");
      URI page = URI.create(first.substring(first.indexOf("http")));
      String html =
          HttpClient.newHttpClient()
              .send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString())
              .body();
      assertThat(html).contains("<h1>Runs</h1>");
      board.toHandle().destroy();
      assertThat(board.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(board.exitValue()).isZero();
      assertThat(said.readLine()).isEqualTo("Ended.");
      JsonNode json =
          Cli.parse(new String(board.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
      assertThat(json.get("url").asText()).isEqualTo(page.toString());
      assertThat(json.get("requests").asInt()).isEqualTo(1);
    } finally {
      board.destroyForcibly();
    }
  }

  @Test
  void aBoardForOthersSaysWhoCanSeeIt() throws Exception {
    Process board = start("--host=0.0.0.0");
    try (BufferedReader said = lines(board.getInputStream())) {
      assertThat(said.readLine()).startsWith("Board of 0 runs: http://localhost:");
      assertThat(said.readLine())
          .startsWith("Whoever reaches this machine at port ")
          .contains("can see these runs", "no password");
    } finally {
      board.destroyForcibly();
    }
  }

  @Test
  void aFolderThatDoesNotExistIsAnError() {
    Cli.Result result = Cli.run("board", runs.resolve("none"));
    assertThat(result.code()).isEqualTo(65);
    assertThat(result.complaints()).singleElement().asString().contains("none cannot be read");
  }
}
