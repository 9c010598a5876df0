package dev.onecycle.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.cli.Cli;
import dev.onecycle.cli.Main;
import dev.onecycle.error.Require;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

class ErrorFileTest {
  @TempDir Path temp;

  @Test
  void theErrorIsInTheFormOfTorchrun() {
    Path file = temp.resolve("attempt_0").resolve("error.json");
    Exception fault = new IllegalStateException("no such state");
    assertThat(ErrorFile.write(Map.of("TORCHELASTIC_ERROR_FILE", file.toString()), "told", fault))
        .isEmpty();
    JsonNode error = Cli.parse(file).get("message");
    assertThat(error.get("message").asText()).isEqualTo("IllegalStateException: told");
    assertThat(error.at("/extraInfo/py_callstack").asText()).contains("ErrorFileTest");
    assertThat(error.at("/extraInfo/timestamp").asText()).matches("[0-9]{10}");
  }

  @Test
  void aUsersMistakeHasNoStackTrace() {
    Exception unknown = new ParameterException(new CommandLine(new Main()), "Unknown option: --x");
    assertThat(told(unknown)).containsExactly("Usage: told", "told");
    Exception invalid = Require.invalid("batch size", "at least 1", 0);
    assertThat(told(invalid)).containsExactly("InvalidValueException: told", "told");
  }

  /** The message and the text that torchrun prints. */
  private List<String> told(Exception cause) {
    Path file = temp.resolve("error.json");
    assertThat(ErrorFile.write(Map.of("TORCHELASTIC_ERROR_FILE", file.toString()), "told", cause))
        .isEmpty();
    JsonNode error = Cli.parse(file).get("message");
    return List.of(error.get("message").asText(), error.at("/extraInfo/py_callstack").asText());
  }

  @Test
  void aFileThatCannotBeWrittenIsNamed() throws IOException {
    Path file = Files.createFile(temp.resolve("file")).resolve("error.json");
    assertThat(ErrorFile.write(Map.of("TORCHELASTIC_ERROR_FILE", file.toString()), "told", null))
        .hasValueSatisfying(
            fault -> assertThat(fault).startsWith("TORCHELASTIC_ERROR_FILE must name a file"));
    assertThat(ErrorFile.write(Map.of(), "told", null)).isEmpty();
  }
}
