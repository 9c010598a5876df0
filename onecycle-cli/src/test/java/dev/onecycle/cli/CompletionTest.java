package dev.onecycle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.cli.options.SettingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The completion of a real bash, for every command and option. */
class CompletionTest {
  @TempDir static Path folder = Path.of("");
  private static final Map<String, CommandLine> COMMANDS = new LinkedHashMap<>();

  @BeforeAll
  static void generate() throws IOException {
    Cli.Result script = Cli.run("generate-completion");
    assertThat(script.code()).as(script.err()).isZero();
    Files.writeString(folder.resolve("completion"), script.out());
    Files.writeString(folder.resolve("photo.png"), "");
    Main.commandLine()
        .getSubcommands()
        .forEach(
            (name, command) -> {
              if (!command.getCommandSpec().usageMessage().hidden()) {
                COMMANDS.put(name, command);
              }
            });
  }

  /** What bash offers for the last word of each line, as the tab key would. */
  private static List<List<String>> offered(List<List<String>> lines) throws IOException {
    StringBuilder script = new StringBuilder("compopt() { :; }\nsource ./completion\n");
    for (List<String> words : lines) {
      script.append("COMP_WORDS=(onecycle");
      words.forEach(word -> script.append(" '").append(word).append("'"));
      script
          .append(")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\nCOMPREPLY=()\n")
          .append("$(complete -p onecycle | sed 's/.*-F \\([^ ]*\\).*/\\1/')\n")
          .append("printf '%s\\n' \"${COMPREPLY[@]}\" '=='\n");
    }
    Files.writeString(folder.resolve("asked"), script);
    Process bash =
        new ProcessBuilder("bash", "--norc", "asked")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String said =
        new String(bash.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    List<List<String>> all = new ArrayList<>();
    for (String part : said.split("(?m)^==$", -1)) {
      all.add(part.lines().map(String::strip).filter(line -> !line.isEmpty()).toList());
    }
    assertThat(all).as(said).hasSize(lines.size() + 1);
    return all;
  }

  @Test
  void everyCommandIsOffered() throws IOException {
    assertThat(offered(List.of(List.of(""), List.of("help", ""))).get(0))
        .containsExactlyInAnyOrderElementsOf(COMMANDS.keySet());
    assertThat(offered(List.of(List.of("help", ""))).get(0)).containsAll(COMMANDS.keySet());
    assertThat(offered(List.of(List.of("find-"))).get(0))
        .containsExactlyInAnyOrder("find-lr", "find-batch-size");
  }

  @Test
  void everyOptionIsOfferedByItsOwnCommand() throws IOException {
    List<List<String>> lines = new ArrayList<>();
    COMMANDS.keySet().forEach(name -> lines.add(List.of(name, "--")));
    List<List<String>> offered = offered(lines);
    int i = 0;
    for (Map.Entry<String, CommandLine> command : COMMANDS.entrySet()) {
      TreeSet<String> expected = new TreeSet<>();
      for (OptionSpec option : command.getValue().getCommandSpec().options()) {
        if (!option.hidden()) {
          expected.addAll(SettingOptions.withNegated(option));
        }
      }
      expected.removeIf(name -> !name.startsWith("--"));
      assertThat(new TreeSet<>(offered.get(i++))).as(command.getKey()).isEqualTo(expected);
    }
  }

  /** The values of an option are its own, though others have the same placeholder. */
  @Test
  void everyOptionOffersItsValuesOrFiles() throws IOException {
    List<List<String>> lines = new ArrayList<>();
    List<List<String>> expected = new ArrayList<>();
    COMMANDS.forEach(
        (name, command) -> {
          for (OptionSpec option : command.getCommandSpec().options()) {
            if (!option.hidden() && option.arity().max() > 0) {
              boolean file =
                  SettingOptions.isPath(option) || option.auxiliaryTypes()[0] == Path.class;
              List<String> values = values(option);
              lines.add(List.of(name, option.longestName(), file && values.isEmpty() ? "pho" : ""));
              expected.add(file && values.isEmpty() ? List.of("photo.png") : values);
            }
          }
        });
    assertThat(lines).hasSizeGreaterThan(150);
    List<List<String>> offered = offered(lines);
    for (int i = 0; i < lines.size(); i++) {
      assertThat(offered.get(i)).as(lines.get(i).toString()).isEqualTo(expected.get(i));
    }
    assertThat(offered(List.of(List.of("train", "--optimizer", "s"))).get(0))
        .containsExactly("sgd");
  }

  private static List<String> values(OptionSpec option) {
    return option.completionCandidates() == null
        ? List.of()
        : StreamSupport.stream(option.completionCandidates().spliterator(), false)
            .map(value -> value.toLowerCase(Locale.ROOT))
            .toList();
  }

  @Test
  void argumentsAreFiles() throws IOException {
    List<List<String>> offered =
        offered(
            List.of(
                List.of("train", "pho"),
                List.of("evaluate", "pho"),
                List.of("evaluate", "run", "pho"),
                List.of("predict", "run", "pho"),
                List.of("report", "pho")));
    assertThat(offered.subList(0, 5)).allSatisfy(o -> assertThat(o).containsExactly("photo.png"));
  }

  /** Bash expands the words of a list, and so would run a command in the name of a file. */
  @Test
  void aCommandInTheNameOfAFileIsNotRun() throws IOException {
    Path hostile = Files.writeString(folder.resolve("pho$(touch ran)"), "");
    try {
      List<List<String>> lines =
          List.of(
              List.of("report", "pho"),
              List.of("train", "--config", "pho"),
              List.of("runs", "show", "pho"));
      for (List<String> offered : offered(lines).subList(0, lines.size())) {
        assertThat(offered).containsExactlyInAnyOrder("pho$(touch ran)", "photo.png");
      }
      assertThat(folder.resolve("ran")).doesNotExist();
    } finally {
      Files.delete(hostile);
    }
  }

  @Test
  void subcommandsOfRunsAreOfferedWithTheNamesOfRuns() throws IOException {
    for (String run : List.of("runs/first", "runs/tuned/1-head", "runs/tuned/$(touch ran)")) {
      Files.createDirectories(folder.resolve(run));
      Files.writeString(folder.resolve(run).resolve("run.json"), "{}");
    }
    List<List<String>> offered =
        offered(
            List.of(
                List.of("runs", "s"),
                List.of("runs", "show", "fi"),
                List.of("runs", "delete", "first", "tuned/"),
                List.of("runs", "rename", "fi"),
                List.of("runs", "rename", "first", "fi"),
                List.of("runs", "delete", "--"),
                List.of("runs", "--state", "")));
    assertThat(offered.get(0)).containsExactly("show");
    assertThat(offered.get(1)).containsExactly("first");
    assertThat(offered.get(2)).containsExactlyInAnyOrder("tuned/1-head", "tuned/$(touch ran)");
    assertThat(offered.get(3)).containsExactly("first");
    assertThat(offered.get(4)).isEmpty();
    assertThat(offered.get(5)).contains("--yes", "--json").doesNotContain("--sort");
    assertThat(offered.get(6)).contains("training", "damaged");
    assertThat(folder.resolve("ran")).doesNotExist();
  }
}
