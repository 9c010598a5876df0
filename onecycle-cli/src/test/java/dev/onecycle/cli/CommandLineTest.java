package dev.onecycle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.onecycle.error.EngineException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

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
        "runs",
        "board",
        "reproduce",
        "serve",
        "show",
        "export",
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
        .contains(
            "Examples:", "1 an internal error", "65 bad data", "75 another rank", "76 diverged");
  }

  @Test
  void helpListsEveryCommandOnceUnderTheHeadingOfItsGroup() {
    String help = Cli.run("--help").out();
    List<String> listed =
        help.lines()
            .filter(line -> line.matches("  [a-z-]+ {2,}\\S.*|[A-Z][a-z ]+:"))
            .map(line -> line.strip().split(" {2,}")[0])
            .takeWhile(word -> !word.equals("Examples:"))
            .toList();
    assertThat(listed).containsSubsequence("Train:", "demo", "train", "fine-tune", "resume");
    assertThat(listed).containsSubsequence("Choose settings:", "find-lr", "sweep", "tune");
    assertThat(listed).containsSubsequence("Use a model elsewhere:", "export", "The program:");
    List<String> visible = new ArrayList<>();
    Main.commandLine()
        .getSubcommands()
        .forEach(
            (name, command) -> {
              if (!command.getCommandSpec().usageMessage().hidden()) {
                visible.add(name);
              }
            });
    assertThat(listed.stream().filter(word -> !word.endsWith(":")))
        .containsExactlyElementsOf(visible);
    for (Main.Group group : Main.Group.values()) {
      assertThat(group.commands())
          .as(group.name())
          .allMatch(
              command ->
                  command.getAnnotation(CommandLine.Command.class).hidden()
                      == (group == Main.Group.HIDDEN));
    }
  }

  /** A command line for some words has the other commands by name and description alone. */
  @ParameterizedTest
  @ValueSource(strings = {"--help", "help", "help train", "train --help", "--version", "trian", ""})
  void answersAsTheWholeCommandLine(String line) {
    String[] words = line.isEmpty() ? new String[0] : line.split(" ");
    StringWriter said = new StringWriter();
    PrintWriter printer = new PrintWriter(said);
    int code = Main.commandLine().setOut(printer).setErr(printer).execute(words);
    Cli.Result result = Cli.run((Object[]) words);
    assertThat(result.out() + result.err()).isEqualTo(said.toString()).isNotEmpty();
    assertThat(result.code()).isEqualTo(code);
  }

  /** Stack frames tell of faults of the program; memory is not one. */
  @Test
  void aLackOfMemoryIsOneLine() throws Exception {
    StringWriter said = new StringWriter();
    CommandLine line = Main.commandLine().setErr(new PrintWriter(said));
    int code =
        line.getExecutionExceptionHandler()
            .handleExecutionException(
                EngineException.lacksMemory("no more"), line, line.parseArgs("doctor"));
    assertThat(code).isEqualTo(1);
    assertThat(said.toString())
        .hasLineCount(1)
        .startsWith("onecycle: memory must suffice for the engine but ran out; it needs memory")
        .contains("(the engine says: no more)");
  }

  @Test
  void helpShowsTheDefaultsOfTheCommand() {
    assertThat(Cli.run("demo", "--help").out().replaceAll("\\s", ""))
        .contains("Default:8.")
        .doesNotContain("Default:10.");
  }

  @Test
  void helpShowsDefaults() {
    // Lines may break anywhere.
    assertThat(Cli.run("train", "--help").out().replaceAll("\\s", ""))
        .contains(
            "Default:resnet20.",
            "Default:128;fast:512;resnet18:64;resnet34:64;resnet50:32.",
            "Default:10.")
        .contains("Default:0.95:0.85(onecycle,seed,pytorch,pytorch3),0.95:0.85:0.95(fastai2)")
        .contains("Default:10(onecycle,seed,triangular),25(pytorch,pytorch3,fastai2).")
        .contains("Default:100(onecycle),10000(pytorch,pytorch3),100000(fastai2).")
        .contains("Default:0.3(pytorch,pytorch3),0.25(fastai2),0.05(cosine).")
        .contains("Default:cos(pytorch,pytorch3).")
        .contains("Default:0.1368(onecycle,seed).");
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

  /** Other programs call the peak rate so. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "train x --lr 0.1",
        "train x --lr=0.1",
        "demo --lr 1",
        "sweep x --learning-rate 3"
      })
  void theOptionOfThePeakHasOneNameAndOthersSuggestIt(String line) {
    Cli.Result result = Cli.run((Object[]) line.split(" "));
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.complaints())
        .singleElement()
        .asString()
        .startsWith("onecycle: unknown option '--l")
        .endsWith("; did you mean --max-lr?");
  }

  @Test
  void noCommandHasAnOptionOfAnotherNameForThePeak() {
    for (CommandLine command : Main.commandLine().getSubcommands().values()) {
      assertThat(command.getCommandSpec().optionsMap().keySet())
          .as(command.getCommandName())
          .doesNotContain("--lr", "--learning-rate", "--peak-lr");
    }
    assertThat(Cli.run("generate-completion").out()).doesNotContainPattern("--lr['\\s]");
  }

  @ParameterizedTest
  @CsvSource({
    "schedule --max-lr abc --steps 9, --max-lr must be a number but was abc",
    "predict x y --top z, --top must be a whole number but was z",
    "'tune x --batch-rule foo', '--batch-rule must be one of knee, largest, cycle but was foo'",
    "train x --quiet=3, --quiet must be true or false but was 3"
  })
  void aValueOfAnotherTypeIsToldInPlainWords(String line, String complaint) {
    Cli.Result result = Cli.run((Object[]) line.split(" "));
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.complaints()).containsExactly("onecycle: " + complaint);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "trian --help",
        "--help trian",
        "trian -h",
        "trian DATA --epochs 3 --help",
        "trian --version",
        "help trian"
      })
  void anUnknownCommandIsAnErrorAlsoBesideHelp(String line) {
    Cli.Result result = Cli.run((Object[]) line.split(" "));
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    assertThat(result.complaints())
        .singleElement()
        .isEqualTo("onecycle: unknown command 'trian'; did you mean train?");
  }

  @Test
  void aWordThatBeginsWithAtIsANameLikeAnyOther() {
    Cli.Result result = Cli.run("predict", "@/dev/zero", "@image.png");
    assertThat(result.code()).isEqualTo(65);
    assertThat(result.err()).contains("@/dev/zero cannot be read");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\u001b[2J", "a\nonecycle: b", "\r\n", "\t", "\u0007", "\u202e", "\ud800"})
  void hostileWordsAreToldInOneLineWithoutTheirControlCharacters(String word) {
    for (String[] words :
        new String[][] {
          {word},
          {"-" + word},
          {"train", "x", "--epochs", word},
          {"train", "a" + word + "b"},
          {"report", word},
          {"evaluate", word, "x"},
          {"train", "x", "--recipe", word}
        }) {
      Cli.Result result = Cli.run((Object[]) words);
      assertThat(result.code()).as(result.err()).isIn(2, 65);
      assertThat(result.complaints()).as(result.err()).hasSize(1);
      assertThat(result.err().replace(System.lineSeparator(), ""))
          .doesNotContainPattern("\\p{Cc}|\\p{Cf}|\\p{Cs}");
    }
  }

  @Test
  void aWordOfManyMegabytesIsToldInShortAndWithoutWaiting() {
    String word = "x".repeat(5_000_000);
    for (String[] words :
        new String[][] {{word}, {"train", "x", "--" + word}, {"train", "x", "--model", word}}) {
      long begin = System.nanoTime();
      Cli.Result result = Cli.run((Object[]) words);
      // What is quadratic in its length would take hours; seconds depend on what else runs.
      assertThat((System.nanoTime() - begin) / 1e9).isLessThan(60);
      assertThat(result.code()).isEqualTo(2);
      assertThat(result.complaints()).singleElement().asString().hasSizeLessThan(3000);
    }
  }

  @Test
  void aPathThatNoSystemHasIsMisuse() {
    Cli.Result result = Cli.run("train", "x", "--out", "a\0b");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.complaints())
        .singleElement()
        .asString()
        .contains("--out", "is not a path: Nul")
        .doesNotContain("Exception");
  }

  /** Also the version of a command is the version of the program. */
  @ParameterizedTest
  @ValueSource(strings = {"--version", "train --version", "runs delete -V"})
  void theVersionTellsTheCommitTheEngineAndTheMachine(String line) {
    Cli.Result result = Cli.run((Object[]) line.split(" "));
    assertThat(result.code()).isZero();
    assertThat(result.outLines()).hasSize(5);
    assertThat(result.outLines().get(0)).matches("onecycle \\S+, commit \\S+");
    assertThat(result.outLines().get(1)).matches("libtorch 2[0-9.-]+ for \\S+");
    assertThat(result.outLines().get(2))
        .isEqualTo(
            "Java: "
                + System.getProperty("java.vendor")
                + " "
                + System.getProperty("java.runtime.version"));
    assertThat(result.outLines().get(3)).startsWith("System: " + System.getProperty("os.name"));
    assertThat(result.outLines().get(4)).startsWith("Processor: ").endsWith(")");
  }

  /** Told without the engine, yet as the engine tells it. */
  @Test
  void theVersionOfTheEngineIsTheOneThatRuns() {
    String told = Cli.run("--version").outLines().get(1).replace(" for ", " ");
    assertThat(told.replace("-gpu", ""))
        .isEqualTo(Cli.run("doctor", "--json").json().get("engine").asText());
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
        .contains("gpu ")
        .containsPattern("(?m)^resize +crop \\(default\\), or squash or pad by --resize$")
        .containsPattern("(?m)^ranks +alone: no launcher is seen$");
  }

  @Test
  void helpNamesEveryKindOfDataAndTheResizeRule() {
    String help = Cli.run("train", "--help").out().replaceAll("\\s+", " ");
    assertThat(help)
        .contains("a .zip, or a .tar, plain or compressed by gzip, xz, bzip2 or zstd, of")
        .contains("or of images with labels or label_pattern; tar shards, a folder of them or")
        .contains("photos-{000..099}.tar; CIFAR binary; IDX;")
        .contains("crop covers the size and cuts off the rest")
        .containsPattern("squash changes proportions.{0,200}Default: crop");
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
