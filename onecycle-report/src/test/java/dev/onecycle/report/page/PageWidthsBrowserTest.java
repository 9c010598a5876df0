package dev.onecycle.report.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.report.SampleRun;
import dev.onecycle.report.SampleRun.Place;
import dev.onecycle.run.RunRecord.Status;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pages on a telephone of 400 pixels, on a screen of 1,400, and on paper. */
class PageWidthsBrowserTest extends PageInBrowser {
  private static final String LONG =
      "species of the genus Cypripedium parviflorum var. pubescens number ";

  /**
   * The words of the tables that are on more than one line; fingerprints and paths are left out.
   */
  private static final String SPLIT_WORDS =
      """
      const split = [];
      document.querySelectorAll('details').forEach(each => { each.open = true; });
      for (const cell of document.querySelectorAll('th, td')) {
        if (cell.closest('.properties') && cell.tagName === 'TD') continue;
        const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) {
          for (const word of texts.currentNode.data.matchAll(/\\S+/g)) {
            const range = document.createRange();
            range.setStart(texts.currentNode, word.index);
            range.setEnd(texts.currentNode, word.index + word[0].length);
            if (new Set([...range.getClientRects()].map(r => Math.round(r.top))).size > 1) {
              split.push(word[0]);
            }
          }
        }
      }
      return split;
      """;

  /** The headings on paper that have nothing below them. */
  private static final String BARE_HEADINGS =
      """
      const shown = [...document.querySelectorAll('main h2, main h3, main p, main table, main svg, main pre, main li, main dl')]
          .filter(each => each.getClientRects().length > 0);
      return shown.filter((each, i) => each.tagName === 'H2'
          && (i + 1 === shown.length || shown[i + 1].tagName === 'H2')).map(h => h.textContent);
      """;

  @AfterEach
  void restore() {
    emulate("", "light");
    driver().executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
  }

  /** Windows of Chromium are at least 500 pixels wide, but their contents need not be. */
  private static void open(String name, String html, int width) throws Exception {
    driver()
        .executeCdpCommand(
            "Emulation.setDeviceMetricsOverride",
            Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", false));
    open(Files.writeString(temp.resolve(name + ".html"), html));
    assertThat(run("return innerWidth")).isEqualTo((long) width);
  }

  private static Map<String, String> pages() {
    SampleRun usual = SampleRun.usual();
    List<String> longNames = IntStream.range(0, 12).mapToObj(i -> LONG + i).toList();
    List<String> many = IntStream.range(0, 100).mapToObj(i -> "class " + i).toList();
    Map<String, String> pages = new LinkedHashMap<>();
    pages.put("usual", usual.html());
    pages.put("begun", usual.withDone(0, Status.RUNNING).html());
    pages.put("long-names", usual.withClasses(longNames).html());
    pages.put("many-classes", usual.withClasses(many).html());
    pages.put(
        "compared",
        ComparisonReport.of(
                List.of(
                    usual.history(),
                    usual.with(Place.RUN, "resnet20-2026-01-31-140500").history(),
                    usual.with(Place.RUN, "another run").withEpochs(6, 30).history()),
                List.of())
            .html());
    return pages;
  }

  @Test
  void pagesFitTheirWindowAndTablesSplitNoWord() throws Exception {
    for (Map.Entry<String, String> page : pages().entrySet()) {
      for (int width : new int[] {400, 1400}) {
        open(page.getKey(), page.getValue(), width);
        String where = page.getKey() + " at " + width;
        assertThat(errors()).as(where).isEmpty();
        assertThat(run(SPLIT_WORDS)).as(where).isEqualTo(List.of());
        assertThat(run("return document.documentElement.scrollWidth <= innerWidth"))
            .as(where)
            .isEqualTo(true);
      }
    }
  }

  @Test
  void noHeadingIsBareOnPaper() throws Exception {
    for (Map.Entry<String, String> page : pages().entrySet()) {
      open(page.getKey(), page.getValue(), 1000);
      emulate("print", "light");
      assertThat(run(BARE_HEADINGS)).as(page.getKey()).isEqualTo(List.of());
      emulate("", "light");
    }
  }

  private static List<Long> counts(String script) {
    return run(script) instanceof List<?> counts
        ? counts.stream().map(Long.class::cast).toList()
        : List.of();
  }

  /** The accuracy has no axis from 0 to 1 before the first epoch, but a sentence. */
  @Test
  void anEmptyPanelSaysSoAndHasNoScale() throws Exception {
    String labels =
        """
        const canvas = document.querySelector('#accuracy canvas');
        const part = (x, y, w, h) => {
          const all = new Uint32Array(canvas.getContext('2d').getImageData(x, y, w, h).data.buffer);
          return all.filter(p => p !== 0 && p !== all[0]).length;
        };
        const height = canvas.height - 110;
        return [part(24, 0, 34, height), part(canvas.width / 2 - 30, height / 2 - 40, 120, 80)];
        """;
    SampleRun usual = SampleRun.usual();
    open("begun", usual.withDone(0, Status.RUNNING).html(), 1000);
    List<Long> begun = counts(labels);
    assertThat(begun.get(0)).as("labels of an empty axis").isEqualTo(0L);
    assertThat(begun.get(1)).as("sentence").isGreaterThan(100L);
    assertThat(run("return document.querySelectorAll('#accuracy button').length")).isEqualTo(0L);
    open("usual", usual.html(), 1000);
    assertThat(counts(labels).get(0)).as("labels").isGreaterThan(100L);
    assertThat(run("return document.querySelectorAll('#accuracy button').length")).isEqualTo(5L);
  }
}
