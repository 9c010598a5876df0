package dev.onecycle.spark.guide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.testing.MarkdownExamples;
import dev.onecycle.testing.StandardOutput;
import dev.onecycle.testing.TestData;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program of docs/how-to/spark.md. */
class SparkGuideTest {
  private static final Pattern CORRECT = Pattern.compile("correct: (\\d+) of (\\d+)");

  @TempDir private Path folder;

  @Test
  void theGuideShowsTheProgram() {
    assertThat(MarkdownExamples.inMarkdown(Path.of("../docs/how-to/spark.md")))
        .isEqualTo(
            MarkdownExamples.inJava(
                Path.of("src/test/java/dev/onecycle/spark/guide/SparkProgram.java")));
  }

  @Test
  void theProgramLearns() throws Exception {
    Path photos = folder.resolve("photos");
    TestData.coloursSplit(photos, 40, 16, 16);
    Map<String, String> settings =
        Map.of(
            "spark.master", "local[2]",
            "spark.ui.enabled", "false",
            "spark.driver.bindAddress", "127.0.0.1",
            "spark.driver.host", "127.0.0.1",
            "spark.sql.warehouse.dir", folder.resolve("warehouse").toString());
    settings.forEach(System::setProperty);
    String text;
    try {
      String runs = folder.resolve("runs").toString();
      text = StandardOutput.of(args -> SparkProgram.main(new String[] {photos.toString(), runs}));
    } finally {
      settings.keySet().forEach(System::clearProperty);
    }
    Matcher correct = CORRECT.matcher(text);
    assertThat(correct.find()).as(text).isTrue();
    assertThat(Integer.parseInt(correct.group(1)))
        .isGreaterThan(Integer.parseInt(correct.group(2)) * 9 / 10);
    assertThat(folder.resolve("runs/model/metadata")).isDirectory();
  }
}
