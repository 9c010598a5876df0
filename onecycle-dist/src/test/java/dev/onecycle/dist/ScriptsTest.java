package dev.onecycle.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The scripts that start the program; the one of Windows by its text alone. */
class ScriptsTest {
  private static final Path SCRIPTS = Path.of("src", "main", "launcher");

  @TempDir Path temp;
  private Path home = Path.of("");

  /** An unpacked distribution in a folder with a space, and a java that tells how it is called. */
  @BeforeEach
  void unpack() throws IOException {
    home = Files.createDirectories(temp.toRealPath().resolve("my programs/onecycle-1"));
    Files.createDirectories(home.resolve("bin"));
    Files.copy(SCRIPTS.resolve("onecycle"), home.resolve("bin/onecycle"));
    executable(temp.resolve("jdk/bin/java"), "#!/bin/sh\nprintf '<%s>\\n' \"$@\"\n");
  }

  private static void executable(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }

  private List<String> run(int code, Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(temp.toFile());
    builder.environment().remove("JAVA_HOME");
    builder.environment().remove("ONECYCLE_JAVA_OPTS");
    builder.environment().putAll(environment);
    Process process = builder.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isEqualTo(code);
    return said.lines().toList();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void theJarBesideIsStartedThroughLinksWithTheWordsAsTheyWereGiven() throws Exception {
    Path first = Files.createSymbolicLink(temp.resolve("a link"), home.resolve("bin/onecycle"));
    Files.createDirectories(temp.resolve("bin"));
    Files.createSymbolicLink(temp.resolve("bin/onecycle"), Path.of("..", "a link"));
    Map<String, String> java =
        Map.of(
            "JAVA_HOME", temp.resolve("jdk").toString(),
            "ONECYCLE_JAVA_OPTS", "-Xmx1g -Dx=y",
            // By this, cd would print the folder that it finds.
            "CDPATH", temp.toString());
    String relative = "my programs/onecycle-1/bin/onecycle";
    Files.createSymbolicLink(temp.resolve("linked"), home.resolve("bin"));
    for (String script : List.of("bin/onecycle", first.toString(), relative, "linked/onecycle")) {
      List<String> words = run(0, java, script, "train", "my photos", "", "a\"b'c*", "--out=x y");
      int jar = words.indexOf("<-jar>");
      assertThat(words.subList(jar + 1, words.size()))
          .containsExactly(
              "<" + home + "/lib/onecycle.jar>",
              "<train>",
              "<my photos>",
              "<>",
              "<a\"b'c*>",
              "<--out=x y>");
      assertThat(words.subList(0, jar))
          .contains("<-Xmx1g>", "<-Dx=y>", "<-Donecycle.command=" + home + "/bin/onecycle>")
          .doesNotContain("<-XX:TieredStopAtLevel=1>");
    }
    assertThat(run(0, java, "bin/onecycle", "--help")).contains("<-XX:TieredStopAtLevel=1>");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void theJavaOfThePathIsTakenWhereJavaHomeIsNotSet() throws Exception {
    Map<String, String> path =
        Map.of("PATH", temp.resolve("jdk/bin") + ":" + System.getenv("PATH"), "JAVA_HOME", "");
    assertThat(run(0, path, home + "/bin/onecycle", "doctor")).endsWith("<doctor>");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aMissingJavaIsToldWithWhatToDo() throws Exception {
    Path tools = Files.createDirectories(temp.resolve("tools"));
    for (String tool : List.of("dirname", "readlink")) {
      executable(tools.resolve(tool), "#!/bin/sh\nexec /usr/bin/" + tool + " \"$@\"\n");
    }
    assertThat(run(1, Map.of("PATH", tools.toString()), "/bin/bash", home + "/bin/onecycle"))
        .containsExactly(
            "onecycle: Java 17 or newer must be installed but none was found; install it, or set"
                + " JAVA_HOME");
    assertThat(run(1, Map.of("JAVA_HOME", "/no jdk"), home + "/bin/onecycle"))
        .containsExactly(
            "onecycle: JAVA_HOME must be the folder of a Java 17 or newer but was /no jdk, which"
                + " has no bin/java");
  }

  private static String windows() throws IOException {
    return Files.readString(SCRIPTS.resolve("onecycle.cmd"), StandardCharsets.US_ASCII);
  }

  /** Windows looks for labels in a file of other line ends and may miss them. */
  @Test
  void theScriptOfWindowsHasItsLineEndsAndLabels() throws IOException {
    String script = windows();
    assertThat(script).endsWith("\r\n").doesNotContainPattern("(?<!\r)\n|\r(?!\n)");
    assertThat(all("goto (\\w+)", script)).isEqualTo(all("(?m)^:(\\w+)", script)).hasSize(4);
    assertThat(script).startsWith("@echo off\r\n").contains("\r\nsetlocal\r\n");
  }

  /** A folder or a Java with a space in its name, and a block's parenthesis in "(x86)". */
  @Test
  void theScriptOfWindowsQuotesEveryPath() throws IOException {
    assertThat(windows().replace("1>&2", ""))
        .contains("\r\n\"%java%\" -XX", "-jar \"%~dp0..\\lib\\onecycle.jar\" %*\r\n")
        .contains("exit /b %errorlevel%")
        .doesNotContainPattern("(?m)^[^\"\r\n]*(\"[^\"\r\n]*\"[^\"\r\n]*)*%(java|JAVA_HOME|~dp0)")
        .doesNotContainPattern("(?m)^(?!rem).*[()]");
  }

  @Test
  void bothScriptsGiveJavaTheSameOptions() throws IOException {
    String option = "(?<![\\w-])(-(?:XX:|Xmn|D)[^\\s\"=%$)]+(?:=[\\w-]+)?)";
    TreeSet<String> windows = all(option, windows());
    TreeSet<String> others = all(option, Files.readString(SCRIPTS.resolve("onecycle")));
    others.removeIf(name -> name.matches(".*(TieredStopAtLevel|terminal|columns).*"));
    assertThat(windows).isEqualTo(others).hasSize(6);
  }

  private static TreeSet<String> all(String pattern, String text) {
    return Pattern.compile(pattern)
        .matcher(text)
        .results()
        .map((MatchResult found) -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
