package dev.onecycle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "demo",
        "find-lr",
        "train",
        "evaluate",
        "predict",
        "compare",
        "schedule",
        "doctor"
      })
  void helpOfEveryCommandHasExamples(String command) {
    Cli.Result result = Cli.run(command, "--help");
    assertThat(result.code()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out()).contains("Usage: onecycle " + command, "Examples:", "--json");
    assertThat(result.out()).contains("  onecycle " + command);
  }

  @Test
  void helpOfTheWholeNamesEveryCommandAndExitCode() {
    Cli.Result result = Cli.run("--help");
    assertThat(result.code()).isZero();
    assertThat(result.out())
        .contains("demo", "find-lr", "train", "evaluate", "predict", "schedule", "doctor")
        .contains("Examples:", "65 bad data", "76 diverged");
  }

  @Test
  void helpShowsDefaults() {
    assertThat(Cli.run("train", "--help").out())
        .contains("Default: resnet20", "Default: 128", "Default: 10", "0.95:0.85");
  }

  @ParameterizedTest
  @CsvSource({
    "train DATA --modle x, --modle, --model",
    "train DATA --epoch 3, --epoch, --epochs",
    "find-lr DATA --range-step 3, --range-step, --range-steps",
    "schedule --max-lr 1 --step 3, --step, --steps",
    "trian DATA, trian, train",
    "predcit DATA, predcit, predict"
  })
  void unknownWordsSuggestTheNearest(String line, String wrong, String right) {
    Cli.Result result = Cli.run((Object[]) line.split(" "));
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    assertThat(result.complaints())
        .singleElement()
        .asString()
        .contains("'" + wrong + "'")
        .endsWith("did you mean " + right + "?");
    assertThat(result.err().lines().toList()).last().asString().startsWith("See 'onecycle");
  }

  @Test
  void versionIsPrinted() {
    Cli.Result result = Cli.run("--version");
    assertThat(result.code()).isZero();
    assertThat(result.out()).startsWith("onecycle ");
  }

  @Test
  void completionIsABashScriptForEveryCommand() {
    Cli.Result result = Cli.run("generate-completion");
    assertThat(result.code()).isZero();
    assertThat(result.out())
        .startsWith("#!/usr/bin/env bash")
        .contains("complete -F _complete_onecycle")
        .contains("find-lr", "--max-lr", "resnet56");
  }

  @Test
  void doctorPrintsVersionsProcessorThreadsPrecisionAllocatorAndGpu() {
    Cli.Result result = Cli.run("doctor");
    assertThat(result.code()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .contains("libtorch 2.", "java ", "processor ", "threads ", "precision ", "allocator ")
        .contains("gpu ");
  }

  @Test
  void doctorAnswersInJson() {
    Cli.Result result = Cli.run("doctor", "--json");
    assertThat(result.outLines()).hasSize(1);
    JsonNode json = result.json();
    assertThat(json.get("engine").asText()).contains("libtorch");
    assertThat(json.get("precision").asText()).isIn("bf16", "fp32");
    assertThat(json.get("advice").isArray()).isTrue();
  }
}
