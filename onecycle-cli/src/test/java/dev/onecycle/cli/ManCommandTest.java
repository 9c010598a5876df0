package dev.onecycle.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The manual pages, as man shows them. */
class ManCommandTest {
  @TempDir static Path folder = Path.of("");

  @BeforeAll
  static void generate() {
    Cli.Result result = Cli.run("generate-man", folder.resolve("a b/man1"));
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.out() + result.err()).isEmpty();
  }

  private static Map<String, CommandSpec> pages() {
    Map<String, CommandSpec> pages = new LinkedHashMap<>();
    add(pages, Main.commandLine());
    assertThat(pages).containsKeys("onecycle.1", "onecycle-train.1", "onecycle-runs-delete.1");
    return pages;
  }

  private static void add(Map<String, CommandSpec> pages, CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    if (!spec.usageMessage().hidden()) {
      pages.put(spec.qualifiedName("-") + ".1", spec);
      command.getSubcommands().values().forEach(sub -> add(pages, sub));
    }
  }

  /** The page as a terminal without fonts shows it; complaints of the formatter end the test. */
  private static String shown(String page) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder("man", "--warnings", "-P", "cat", "-l", page)
            .directory(folder.resolve("a b/man1").toFile());
    builder
        .environment()
        .putAll(Map.of("MANWIDTH", "200", "LC_ALL", "C.UTF-8", "GROFF_NO_SGR", "1"));
    Path complaints = folder.resolve("complaints");
    Process man = builder.redirectError(complaints.toFile()).start();
    String text = new String(man.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(man.waitFor()).as(page).isZero();
    assertThat(complaints).as(page).isEmptyFile();
    return text.replaceAll(".\b", "");
  }

  @Test
  void everyCommandHasAPage() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("a b/man1"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(pages().keySet());
    }
  }

  @Test
  void manShowsEveryOptionWithItsSentencesAndEveryExample() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/man")), "no man");
    for (Map.Entry<String, CommandSpec> page : pages().entrySet()) {
      String text = shown(page.getKey());
      CommandSpec command = page.getValue();
      assertThat(text).contains("NAME", command.qualifiedName("-") + " - ", "SYNOPSIS", "OPTIONS");
      String words = text.replaceAll("\\s+", " ");
      List<String> missing = new ArrayList<>();
      for (OptionSpec option : command.options()) {
        if (!option.hidden()) {
          String name = option.longestName().replaceFirst("^--", "");
          String description = String.join(" ", option.description()).replace("%%", "%");
          Stream.of(name, description.replaceAll("\\s+", " ").strip())
              .filter(wanted -> !words.contains(wanted))
              .forEach(missing::add);
        }
      }
      for (String line : command.usageMessage().footer()) {
        if (line.startsWith("  ") && !text.contains(line.replace("%%", "%").strip())) {
          missing.add(line);
        }
      }
      missing.removeIf(line -> line.contains("76 diverged") || line.contains("65 bad data"));
      assertThat(missing).as(page.getKey()).isEmpty();
    }
  }

  @Test
  void theMainPageNamesTheCommandsInGroups() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/man")), "no man");
    String page = shown("onecycle.1");
    // Lines of text are filled up with spaces.
    assertThat(page.replaceAll(" +", " ")).contains("0 ok, 1 an internal error", "76 diverged");
    assertThat(page)
        .containsSubsequence("Choose settings", "onecycle-find-lr(1)", "EXAMPLES", "EXIT STATUS")
        .contains("       onecycle find-lr photos/ --model resnet56 --batch-size 512\n");
  }

  @Test
  void thePageOfACommandNamesItsSubcommandsAndTheOtherWayRound() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/man")), "no man");
    assertThat(shown("onecycle-runs.1"))
        .containsSubsequence("COMMANDS", "onecycle-runs-show(1)", "onecycle-runs-delete(1)");
    assertThat(shown("onecycle-runs-delete.1")).containsSubsequence("SEE ALSO", "onecycle-runs(1)");
  }

  @Test
  void aFolderThatCannotBeMadeIsToldInOneLine() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    Cli.Result result = Cli.run("generate-man", file.resolve("man1"));
    assertThat(result.code()).isEqualTo(73);
    assertThat(result.complaints())
        .singleElement()
        .asString()
        .startsWith("onecycle: cannot write manual pages into " + file);
  }
}
