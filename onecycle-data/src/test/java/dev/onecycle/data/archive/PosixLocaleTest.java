package dev.onecycle.data.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.Datasets;
import dev.onecycle.testing.TestData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** In a container without a locale Java reads every letter that is not ASCII as the same sign. */
@Timeout(60)
class PosixLocaleTest {
  @TempDir Path temp;

  @Test
  void foldersWithOtherLettersStayApart() throws IOException, InterruptedException {
    Path data = temp.resolve("cjk");
    TestData.catsAndDogs(data, 12);
    TestData.catsAndDogs(temp.resolve("more"), 12);
    String rename =
        "mv cat \"$(printf '\\347\\214\\253')\"; mv dog \"$(printf '\\347\\213\\227')\";"
            + " mv ../more/dog \"$(printf '\\351\\270\\237')\"; mv ../more/cat cat";
    Process shell = new ProcessBuilder("sh", "-c", rename).directory(data.toFile()).start();
    assertThat(shell.waitFor()).isZero();
    assertThat(classes(data)).isEqualTo("[cat, \\u72d7, \\u732b, \\u9e1f]");
  }

  /** The classes of a folder as a process without a locale sees them. */
  private String classes(Path data) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Program.class.getName(),
            data.toString(),
            temp.resolve("cache").toString());
    builder.environment().put("LC_ALL", "POSIX");
    builder.redirectErrorStream(true);
    Process process = builder.start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
    assertThat(process.waitFor(50, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return output;
  }

  /** Prints the classes of a folder; what is not ASCII is escaped. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) {
      DataOptions options = DataOptions.defaults().withCacheFolder(Path.of(arguments[1]));
      List<String> classes = Datasets.open(arguments[0], options).train().classes();
      List<String> tuned = Datasets.openForTuning(arguments[0], options).train().classes();
      if (!tuned.equals(classes)) {
        throw new AssertionError(tuned);
      }
      StringBuilder text = new StringBuilder();
      for (char c : classes.toString().toCharArray()) {
        text.append(c < 128 ? String.valueOf(c) : String.format("\\u%04x", (int) c));
      }
      System.out.println(text);
    }
  }
}
