package dev.onecycle.guide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.testing.MarkdownExamples;
import dev.onecycle.testing.StandardOutput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The program of docs/how-to/any-trainer.md. */
class AnyTrainerGuideTest {
  private static final Pattern LOSS = Pattern.compile("last batch: ([\\d.]+)");

  @Test
  void theProgramFindsARateAndTrains() throws Exception {
    String text = StandardOutput.of(AnyTrainerProgram::main);
    Matcher loss = LOSS.matcher(text);
    assertThat(loss.find()).as(text).isTrue();
    assertThat(Double.parseDouble(loss.group(1))).as(text).isLessThan(0.2);
  }

  @Test
  void theGuideShowsTheProgram() throws IOException {
    assertThat(MarkdownExamples.inMarkdown(Path.of("../docs/how-to/any-trainer.md")))
        .isEqualTo(
            MarkdownExamples.inJava(
                Path.of("src/test/java/dev/onecycle/guide/AnyTrainerProgram.java")));
  }
}
