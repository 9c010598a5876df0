package dev.onecycle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.torch.job.Setting;
import dev.onecycle.torch.job.TrainingConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The documents stay short, whole, and in step with the settings. */
class DocumentsTest {
  private static final Path ROOT = Path.of("..");
  private static final int MAX_COLUMNS = 120;
  private static final int MAX_LINES_OF_README = 100;
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)(?:#[^)]*)?\\)");

  private static List<Path> documents() throws IOException {
    List<Path> documents = new ArrayList<>();
    try (Stream<Path> top = Files.list(ROOT);
        Stream<Path> pages = Files.walk(ROOT.resolve("docs"))) {
      Stream.concat(top, pages).filter(p -> p.toString().endsWith(".md")).forEach(documents::add);
    }
    assertThat(documents).hasSizeGreaterThan(20);
    return documents;
  }

  @Test
  void linesFitIntoAWindow() throws IOException {
    for (Path document : documents()) {
      assertThat(Files.readAllLines(document))
          .as(document.toString())
          .allSatisfy(
              line ->
                  assertThat(line.codePointCount(0, line.length()))
                      .as(line)
                      .isLessThanOrEqualTo(MAX_COLUMNS));
    }
  }

  @Test
  void theReadmeIsShortAndHasItsTwoCommands() throws IOException {
    List<String> lines = Files.readAllLines(ROOT.resolve("README.md"));
    assertThat(lines)
        .hasSizeLessThanOrEqualTo(MAX_LINES_OF_README)
        .contains("./onecycle demo", "mvn verify");
  }

  /** Crop is the default of the program, as help and doctor say too. */
  @Test
  void theResizeRuleIsTheDefaultThatIsStated() throws IOException {
    assertThat(TrainingConfig.defaults().get(TrainingConfig.RESIZE).text()).isEqualTo("crop");
    assertThat(Files.readString(ROOT.resolve("README.md")))
        .contains("`--resize crop` (the default: the edges are cut off), `squash` or `pad`");
    assertThat(Files.readString(ROOT.resolve("docs/reference/settings.md")))
        .containsPattern("(?m)^\\| `resize` \\| `?crop`? \\|");
  }

  @Test
  void linksBetweenPagesLeadSomewhere() throws IOException {
    for (Path document : documents()) {
      Matcher link = LINK.matcher(Files.readString(document));
      while (link.find()) {
        if (!link.group(1).contains(":")) {
          Path target = document.resolveSibling(link.group(1));
          assertThat(target).as(document + " links to " + link.group(1)).exists();
        }
      }
    }
  }

  @Test
  void everySettingHasItsRow() throws IOException {
    String page = Files.readString(ROOT.resolve("docs/reference/settings.md"));
    for (Setting<?> setting : TrainingConfig.settings()) {
      assertThat(page).as(setting.name()).contains("`" + setting.name() + "`");
    }
  }
}
