package dev.onecycle.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MarkdownExamplesTest {
  @TempDir Path folder;

  private Path file(String name, String... lines) throws IOException {
    return Files.writeString(folder.resolve(name), String.join("\n", lines) + "\n");
  }

  @Test
  void aMarkedBlockEqualsItsRegion() throws IOException {
    Path markdown =
        file(
            "README.md",
            "# Title",
            "<!-- example: sum -->",
            "```java",
            "int sum = 0;",
            "for (int i : values) {",
            "  sum += i;",
            "}",
            "```",
            "text");
    Path java =
        file(
            "ExampleTest.java",
            "class ExampleTest {",
            "  void sums() {",
            "    // example: sum",
            "    int sum = 0;",
            "    for (int i : values) {",
            "      sum += i;",
            "    }",
            "    // end of example",
            "    assertThat(sum).isEqualTo(3);",
            "  }",
            "}");
    assertThat(MarkdownExamples.inMarkdown(markdown))
        .isEqualTo(MarkdownExamples.inJava(java))
        .isEqualTo(Map.of("sum", "int sum = 0;\nfor (int i : values) {\n  sum += i;\n}"));
  }

  @Test
  void onlyMarkedBlocksAreExamples() throws IOException {
    Path markdown =
        file(
            "page.md",
            "```",
            "not marked",
            "```",
            "  <!--example:first-->",
            "",
            "  ~~~~ sh",
            "  ./onecycle demo",
            "  ~~~",
            "",
            "  ~~~~",
            "<!-- example: second -->",
            "```",
            "```");
    assertThat(MarkdownExamples.inMarkdown(markdown))
        .isEqualTo(Map.of("first", "./onecycle demo\n~~~", "second", ""));
  }

  @Test
  void blankLinesInsideStayAndThoseAtTheEndsGo() throws IOException {
    Path java =
        file("A.java", "// example: a", "", "  x();   ", "", "    y();", "", "  // end of example");
    assertThat(MarkdownExamples.inJava(java)).containsEntry("a", "x();\n\n  y();");
  }

  @ParameterizedTest
  @CsvSource({
    "<!-- example: a -->|text|```|```, :1: a code block must follow the marker of example 'a'",
    "<!-- example: a -->, :1: a code block must follow",
    "<!-- example: a -->|```|never ends, :2: the code block must end",
    "<!-- example: a -->|```|```|<!-- example: a -->|```|```, :4: the name 'a' must be used once"
  })
  void mistakesInMarkdownAreReportedWithTheirPlace(String lines, String message)
      throws IOException {
    Path markdown = file("page.md", lines.split("\\|"));
    assertThatThrownBy(() -> MarkdownExamples.inMarkdown(markdown))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("page.md" + message);
  }

  @ParameterizedTest
  @CsvSource({
    "// example: a|x();, :1: example 'a' must end",
    "x();|// end of example, :2: an example must begin before it ends",
    "// example: a|// example: b, :2: example 'a' must end before another begins",
    "// example: a|// end of example|// example: a|// end of example, :3: the name 'a' must be"
  })
  void mistakesInJavaAreReportedWithTheirPlace(String lines, String message) throws IOException {
    Path java = file("A.java", lines.split("\\|"));
    assertThatThrownBy(() -> MarkdownExamples.inJava(java))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("A.java" + message);
  }
}
