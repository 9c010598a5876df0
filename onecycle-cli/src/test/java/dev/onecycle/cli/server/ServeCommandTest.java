package dev.onecycle.cli.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.cli.Cli;
import java.awt.Color;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The command in a process of its own, and its refusals. */
class ServeCommandTest {
  @TempDir Path temp;

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void itAnswersUntilASignal() throws Exception {
    Path model = temp.resolve("model.safetensors");
    ServedModels.ofColours().write(model);
    Process serve =
        new ProcessBuilder(
                List.of(
                    ProcessHandle.current().info().command().orElseThrow(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    "dev.onecycle.cli.Main",
                    "serve",
                    model.toString(),
                    "--port=0"))
            .start();
    try (BufferedReader said =
        new BufferedReader(new InputStreamReader(serve.getInputStream(), StandardCharsets.UTF_8))) {
      String first = String.valueOf(said.readLine());
      assertThat(first).startsWith("Predictions of colours: http://127.0.0.1:");
      URI page = URI.create(first.substring(first.indexOf("http")));
      String answer =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(page.resolve("/api/predict"))
                      .POST(BodyPublishers.ofByteArray(ServedModels.png(Color.RED)))
                      .build(),
                  BodyHandlers.ofString())
              .body();
      assertThat(answer).startsWith("{\"kind\":\"classes\",\"answers\":[{\"name\":\"red\"");
      serve.toHandle().destroy();
      assertThat(serve.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(serve.exitValue()).isZero();
    } finally {
      serve.destroyForcibly();
    }
  }

  @Test
  void wrongValuesAreNamed() {
    Path model = temp.resolve("model.safetensors");
    ServedModels.ofColours().write(model);
    for (List<String> wrong :
        List.of(
            List.of("--port=70000", "--port must be in [0, 65535] but was 70000"),
            List.of(
                "--max-size=big",
                "--max-size must be an amount such as 16m, at most 1g, but was big"),
            List.of("--max-requests=0", "--max-requests must be in [1, 1024] but was 0"),
            List.of("--max-batch=0", "must be in [1, 65536] but was 0"))) {
      Cli.Result result = Cli.run("serve", model, wrong.get(0));
      assertThat(result.code()).as(wrong.get(0)).isEqualTo(2);
      assertThat(result.err()).contains(wrong.get(1));
    }
    assertThat(Cli.run("serve", temp.resolve("none")).code()).isEqualTo(65);
  }
}
