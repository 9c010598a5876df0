package dev.onecycle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.run.RunFolder;
import dev.onecycle.testing.TestData;
import dev.onecycle.text.Shell;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script that starts the program, in a container without a locale. */
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class LauncherTest {
  @TempDir Path temp;

  /** A checkout that needs no build, whose Java runs the classes of this test. */
  private void launcher() throws IOException {
    Path home = Files.createDirectories(temp.resolve("home"));
    Files.copy(Path.of("..", "onecycle"), home.resolve("onecycle"));
    Path starter = Path.of("onecycle-dist", "src", "main", "launcher", "onecycle");
    Files.createDirectories(home.resolve(starter).getParent());
    Files.copy(Path.of("..").resolve(starter), home.resolve(starter));
    Files.createDirectories(home.resolve("onecycle-cli/src/main"));
    Files.createFile(home.resolve("pom.xml"));
    Files.createFile(home.resolve("onecycle-cli/pom.xml"));
    TestData.write(home.resolve("onecycle-bench/target/.begun"), new byte[0]);
    TestData.write(home.resolve("onecycle-cli/target/onecycle.jar"), new byte[] {'o', 'l', 'd'});
    TestData.write(home.resolve("onecycle-bench/target/.built"), new byte[] {'\n'});
    script("jdk/bin/javac", "");
    String real =
        Shell.line(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.awt.headless=true",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.onecycle.cli.Main"));
    String shift = "while [ \"$1\" != -jar ]; do shift; done; shift 2";
    script("jdk/bin/java", shift + "\nexec " + real + " \"$@\"\n");
  }

  private void script(String name, String lines) throws IOException {
    Path file = temp.resolve(name);
    TestData.write(file, ("#!/bin/sh\n" + lines).getBytes(StandardCharsets.UTF_8));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }

  /** Starts a program with the Java and the Maven of this test. */
  private List<String> run(int code, Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(temp.toFile());
    builder.environment().put("JAVA_HOME", temp.resolve("jdk").toString());
    builder.environment().put("PATH", temp + "/bin:" + System.getenv("PATH"));
    builder.environment().putAll(environment);
    Path log = temp.resolve("log");
    int ended = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start().waitFor();
    List<String> lines = Files.readAllLines(log);
    assertThat(ended).as(lines.toString()).isEqualTo(code);
    return lines;
  }

  /** A checkout with a Maven that counts its builds and writes the jar in place, as Maven does. */
  private void fakes(String more) throws IOException {
    launcher();
    script("jdk/bin/java", "echo started\n");
    String jar = "home/onecycle-cli/target/onecycle.jar";
    script("bin/mvn", "echo \"$@\" >>../builds\ncd ..\necho new >" + jar + "\n" + more);
  }

  private List<String> builds() throws IOException {
    Path builds = temp.resolve("builds");
    return Files.exists(builds) ? Files.readAllLines(builds) : List.of();
  }

  @Test
  void itBuildsWhereTheJarIsMissingAndOnlyThen() throws IOException, InterruptedException {
    fakes("");
    assertThat(run(0, Map.of(), "home/onecycle")).containsExactly("started");
    assertThat(builds()).isEmpty();
    Files.delete(temp.resolve("home/onecycle-cli/target/onecycle.jar"));
    assertThat(run(0, Map.of(), "home/onecycle")).hasSize(2).endsWith("started");
    assertThat(run(0, Map.of(), "home/onecycle")).containsExactly("started");
    assertThat(builds())
        .containsExactly(
            "-B -ntp -pl onecycle-bench -am -DskipTests -Dspotless.check.skip=true package");
  }

  @Test
  void argumentsForMavenAreKeptAsTheyAre() throws IOException, InterruptedException {
    fakes("");
    Map<String, String> spaced = Map.of("ONECYCLE_MAVEN_ARGS", " -e ");
    assertThat(run(0, spaced, "home/onecycle")).hasSize(2);
    assertThat(run(0, spaced, "home/onecycle")).containsExactly("started");
    assertThat(run(0, Map.of(), "home/onecycle")).containsExactly("started");
    assertThat(builds()).hasSize(1);
  }

  @Test
  void aSourceEditedDuringABuildIsBuiltNext() throws IOException, InterruptedException {
    fakes("touch home/pom.xml\n");
    Files.delete(temp.resolve("home/onecycle-bench/target/.built"));
    assertThat(run(0, Map.of(), "home/onecycle")).hasSize(2);
    assertThat(run(0, Map.of(), "home/onecycle")).hasSize(2);
    assertThat(builds()).hasSize(2);
  }

  /** A training that goes on reads its other classes from the jar that it began with. */
  @Test
  void aBuildLeavesTheJarOfAProgramThatRuns() throws IOException, InterruptedException {
    fakes("");
    Path jar = temp.resolve("home/onecycle-cli/target/onecycle.jar");
    Path held = Files.createLink(temp.resolve("held"), jar);
    Files.delete(temp.resolve("home/onecycle-bench/target/.built"));
    run(0, Map.of(), "home/onecycle");
    assertThat(jar).hasContent("new");
    assertThat(held).hasContent("old");
  }

  @Test
  void theReasonOfABuildThatCannotStartIsShown() throws IOException, InterruptedException {
    fakes("");
    Files.delete(temp.resolve("home/onecycle-bench/target/.built"));
    script("bin/mvn", "echo 'Unrecognized option: --add-exports=x'\nexit 1\n");
    assertThat(run(1, Map.of(), "home/onecycle"))
        .hasSize(2)
        .endsWith("Unrecognized option: --add-exports=x");
    assertThat(run(1, Map.of("JAVA_HOME", "/no jdk"), "home/onecycle"))
        .containsExactly(
            "onecycle: JAVA_HOME must be the folder of a JDK 17 or newer but was /no jdk, which"
                + " has no bin/javac");
  }

  /** By CDPATH, cd would go elsewhere and print the folder. */
  @Test
  void itIsFoundThroughLinkedFoldersAndBesideCdpath() throws IOException, InterruptedException {
    fakes("");
    Files.createSymbolicLink(
        Files.createDirectories(temp.resolve("deep/er")).resolve("linked"), temp.resolve("home"));
    Files.createSymbolicLink(temp.resolve("link"), Path.of("deep/er/linked/onecycle"));
    Map<String, String> path = Map.of("CDPATH", temp.toString());
    for (String program : List.of("home/onecycle", "deep/er/linked/onecycle", "./link")) {
      assertThat(run(0, path, program)).containsExactly("started");
    }
    assertThat(builds()).isEmpty();
  }

  /** Maven's lines in: progress and errors out. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aBuildShowsHowFarItIsAndItsErrors(int code) throws IOException, InterruptedException {
    launcher();
    Files.delete(temp.resolve("home/onecycle-bench/target/.built"));
    String maven =
        """
        echo 'WARNING: a method of Unsafe is called'
        echo '[INFO] Scanning for projects...'
        printf '\\033[1m[INFO]\\033[m Building Onecycle Core 0.1.0-SNAPSHOT       [2/3]\\n'
        echo '[WARNING] deprecated'
        echo '  a line of the warning'
        [ %1$d = 0 ] || { echo '[ERROR] Foo.java: cannot find symbol'; echo '  symbol: bar'; }
        exit %1$d
        """
            .formatted(code);
    script("bin/mvn", maven);
    List<String> lines = run(code, Map.of(), temp + "/home/onecycle", "--version");
    assertThat(lines.get(0)).startsWith("onecycle: building, which takes some minutes");
    assertThat(lines.get(1)).isEqualTo("onecycle: building, 2 of 3");
    assertThat(lines.subList(2, lines.size()).toString())
        .matches(
            code == 0
                ? "\\[onecycle \\S+, commit .*]"
                : "\\[\\[ERROR] Foo.java: cannot find symbol,   symbol: bar]");
  }

  /** Without the launcher the letters of a word are lost before the program begins. */
  @Test
  void wordsThatJavaCouldNotReadAreRefusedWithTheLocaleToSet() throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String line =
        Shell.line(
                List.of(java, "-cp", System.getProperty("java.class.path"), Main.class.getName()))
            + " train \"bl$(printf '\\303\\274')ten\"";
    for (String locale : List.of("C", "C.UTF-8")) {
      ProcessBuilder builder = new ProcessBuilder("sh", "-c", "exec " + line);
      builder.environment().keySet().removeIf(name -> name.matches("LANG|LC_.*"));
      builder.environment().put("LC_ALL", locale);
      Process process = builder.redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (locale.equals("C")) {
        assertThat(process.waitFor()).as(said).isEqualTo(2);
        assertThat(said.lines())
            .singleElement()
            .asString()
            .startsWith("onecycle: arguments must be readable but one has characters that are not ")
            .endsWith("; set LC_ALL to C.UTF-8");
      } else {
        assertThat(process.waitFor()).as(said).isNotZero();
        assertThat(said).contains("bl\u00FCten ");
      }
    }
  }

  /** The folder of the images has such a name too: Java alone could not open it. */
  @ParameterizedTest
  @ValueSource(strings = {"", "LC_ALL=POSIX", "LANG=C", "LANG=xx_YY.UTF-8"})
  void foldersWithOtherLettersAreOpenedAndStayApart(String locale)
      throws IOException, InterruptedException {
    TestData.catsAndDogs(temp.resolve("data"), 12);
    String cat = "$(printf '\\347\\214\\253')";
    String dog = "$(printf '\\347\\213\\227')";
    String line =
        "mv data/cat \"data/"
            + cat
            + "\" && mv data/dog \"data/"
            + dog
            + "\""
            + " && mv data \""
            + cat
            + dog
            + "\" && exec home/onecycle train \""
            + cat
            + dog
            + "\""
            + " --image-size=8 --max-lr=0.01 --epochs=1 --batch-size=4 --out=run";
    launcher();
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", line).directory(temp.toFile());
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.equals("LANG") || name.startsWith("LC_"));
    if (!locale.isEmpty()) {
      environment.put(locale.split("=")[0], locale.split("=")[1]);
    }
    environment.put("JAVA_HOME", temp.resolve("jdk").toString());
    environment.put("ONECYCLE_CACHE", temp.resolve("cache").toString());
    Path log = temp.resolve("log");
    int code = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start().waitFor();
    assertThat(code).as(Files.readString(log)).isZero();
    assertThat(RunFolder.read(temp.resolve("run")).data().classes())
        .containsExactly("\u72d7", "\u732b");
  }
}
