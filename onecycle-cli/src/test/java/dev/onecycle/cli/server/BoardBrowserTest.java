package dev.onecycle.cli.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.cli.runs.TestRuns;
import dev.onecycle.run.RunFolder;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.RunRecord.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.support.ui.WebDriverWait;

/** The board in a real browser; skipped where the system has none, as the tests of reports are. */
@Tag("long")
class BoardBrowserTest {
  private static @Nullable Browser browser;

  @TempDir Path runs;
  private @Nullable LocalServer server;

  @BeforeAll
  static void open() throws IOException {
    browser = Browser.open();
  }

  @AfterAll
  static void quit() {
    if (browser != null) {
      browser.close();
    }
  }

  @BeforeEach
  void serve() {
    trained("b", "resnet20", 0.1, 0.5, 0.75, 0.625);
    trained("a", "resnet9", 0.4, 0.25);
    trained("fine/1-head", "resnet20", 0.2, 0.5, 0.875);
    server = BoardCommand.serve(runs, "127.0.0.1", 0);
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
    driver().executeScript("sessionStorage.clear()");
  }

  private static ChromeDriver driver() {
    return Objects.requireNonNull(browser, "not started").driver();
  }

  private static RunRecord record(String model, double peak) {
    return TestRuns.record("2026-01-02T00:00:00Z", model, peak);
  }

  private void trained(String name, String model, double peak, double... accuracies) {
    TestRuns.write(runs.resolve(name), record(model, peak), Status.FINISHED, accuracies);
  }

  private void load() {
    errors();
    driver().manage().logs().get(LogType.PERFORMANCE);
    driver().get(Objects.requireNonNull(server, "not started").url());
    waiting().until(d -> "true".equals(run("return document.documentElement.dataset.ready")));
  }

  private static WebDriverWait waiting() {
    return new WebDriverWait(driver(), Duration.ofSeconds(30));
  }

  private static List<String> errors() {
    return driver().manage().logs().get(LogType.BROWSER).getAll().stream()
        .map(LogEntry::getMessage)
        .filter(message -> !message.contains("willReadFrequently")) // of this test's own reading
        .toList();
  }

  private static @Nullable Object run(String script, Object... arguments) {
    return driver().executeScript(script, arguments);
  }

  /** The names in the table, from above. */
  private static List<String> names() {
    return run("return [...document.querySelectorAll('#runs td.name')].map(c => c.textContent)")
            instanceof List<?> names
        ? names.stream().map(String::valueOf).toList()
        : List.of();
  }

  private static List<String> figures() {
    return run("return [...document.querySelectorAll('figure')].map(f => f.id)")
            instanceof List<?> ids
        ? ids.stream().map(String::valueOf).toList()
        : List.of();
  }

  private static void sortBy(String heading) {
    driver().findElement(By.xpath("//*[@id='runs']//th/button[.='" + heading + "']")).click();
  }

  private static void tick(String name) {
    driver()
        .findElement(By.cssSelector("input[aria-label='Show the curves of " + name + "']"))
        .click();
  }

  private static void filter(String text) {
    run(
        "const f = document.getElementById('filter'); f.value = arguments[0];"
            + " f.dispatchEvent(new Event('input'))",
        text);
  }

  /** The number of pixels of a colour in a figure. */
  private static long pixels(String figure, String colour) {
    Object count =
        run(
            """
            const canvas = document.querySelector('#' + arguments[0] + ' canvas');
            if (!canvas) return 0;
            const pixels = new Uint32Array(canvas.getContext('2d')
                .getImageData(0, 0, canvas.width, canvas.height).data.buffer);
            return pixels.reduce((count, p) => count + (p === %s ? 1 : 0), 0);
            """
                .formatted(colour),
            figure);
    return count instanceof Long found ? found : -1;
  }

  /** Pixels in the colours of the first three curves on a light page. */
  private static long lightPixels() {
    return List.of(BLUE, VERMILLION, "0xFF739E00").stream()
        .mapToLong(colour -> pixels("figure-schedule", colour))
        .sum();
  }

  private static final String BLUE = "0xFFB27200";
  private static final String VERMILLION = "0xFF005ED5";

  @Test
  void sortsByEveryColumnInBothDirections() {
    load();
    sortBy("run");
    assertThat(names()).containsExactly("a", "b", "fine/1-head");
    sortBy("run");
    assertThat(names()).containsExactly("fine/1-head", "b", "a");
    sortBy("result");
    assertThat(names()).containsExactly("fine/1-head", "b", "a");
    assertThat(driver().findElement(By.cssSelector("th[aria-sort]")).getText())
        .startsWith("result");
    sortBy("result");
    assertThat(names()).containsExactly("a", "b", "fine/1-head");
    sortBy("loss");
    assertThat(names()).as("the lowest first").containsExactly("b", "fine/1-head", "a");
    sortBy("peak rate");
    assertThat(names()).containsExactly("a", "fine/1-head", "b");
    assertThat(errors()).isEmpty();
  }

  @Test
  void filtersByWordsResultsAndSettings() {
    load();
    sortBy("run");
    filter("resnet20");
    assertThat(names()).containsExactly("b", "fine/1-head");
    assertThat(driver().findElement(By.id("count")).getText()).isEqualTo("2 runs of 3");
    filter("accuracy>60 model=resnet20");
    assertThat(names()).containsExactly("b", "fine/1-head");
    filter("result>=62.5% result<80");
    assertThat(names()).containsExactly("b");
    filter("max_lr=0.4");
    assertThat(names()).containsExactly("a");
    filter("seed=1 model!=resnet9 name:fine");
    assertThat(names()).containsExactly("fine/1-head");
    filter("nothing");
    assertThat(names()).isEmpty();
    filter("bach_size=3");
    assertThat(names()).hasSize(3);
    assertThat(driver().findElement(By.id("wrong")).getText())
        .isEqualTo("The filter is not applied whole: there is no setting or column \"bach_size\".");
    filter("constructor=1");
    assertThat(names()).hasSize(3);
    assertThat(driver().findElement(By.id("wrong")).getText())
        .as("a name that every object of JavaScript has")
        .endsWith("there is no setting or column \"constructor\".");
    filter("");
    assertThat(driver().findElement(By.id("wrong")).isDisplayed()).isFalse();
    driver().findElement(By.cssSelector("#model option[value='resnet9']")).click();
    assertThat(names()).containsExactly("a");
  }

  @Test
  void settingsThatDifferCanBeColumns() {
    load();
    driver().findElement(By.cssSelector(".columns summary")).click();
    driver()
        .findElement(By.xpath("//*[@id='columns']//label[contains(., 'learning_rate')]/input"))
        .click();
    run("document.querySelector('#runs th:last-child button').click()"); // scrolled out of sight
    assertThat(driver().findElement(By.cssSelector("th[aria-sort]")).getText())
        .startsWith("learning rate");
    assertThat(names()).containsExactly("a", "fine/1-head", "b");
    assertThat(driver().findElement(By.id("columns")).getText()).doesNotContain("seed");
  }

  @Test
  void tickedRunsAreLaidOverEachOtherWithTheSettingsThatDiffer() {
    load();
    waiting().until(d -> figures().size() == 3);
    for (String ticked : List.of("a", "b", "fine/1-head")) {
      Object checked =
          run(
              "return document.querySelector(`input[aria-label$=\" ${arguments[0]}\"]`).checked",
              ticked);
      if (Boolean.TRUE.equals(checked)) {
        tick(ticked);
      }
    }
    waiting().until(d -> figures().isEmpty());
    assertThat(driver().findElement(By.id("sentence")).getText()).startsWith("Tick runs");
    tick("b");
    waiting().until(d -> pixels("figure-accuracy", BLUE) > 100);
    assertThat(pixels("figure-accuracy", VERMILLION)).isZero();
    tick("a");
    waiting().until(d -> pixels("figure-schedule", VERMILLION) > 50);
    assertThat(figures()).containsExactly("figure-losses", "figure-accuracy", "figure-schedule");
    assertThat(driver().findElement(By.id("sentence")).getText()).startsWith("b is best");
    assertThat(driver().findElement(By.id("differences")).getText())
        .contains("model resnet20 resnet9", "learning rate 0.1 0.4");
    assertThat(errors()).isEmpty();
  }

  /** Nobody touches the page, which asks every two seconds. */
  @Test
  void curvesGrowWhileTheRunIsTrained() {
    try (RunFolder training = RunFolder.create(runs.resolve("live"), record("fast", 0.3))) {
      load();
      assertThat(run("return document.querySelector('input:checked[data-id]').ariaLabel"))
          .as("a run in training is ticked at first")
          .isEqualTo("Show the curves of live");
      assertThat(figures()).isEmpty();
      TestRuns.epochs(training, 0, 0.5);
      waiting().until(d -> figures().size() == 3);
      assertThat(row("live")).contains("training", "50.00 %", "1 of 3");
      run("document.querySelector('#figure-losses .plot').focus()");
      TestRuns.epochs(training, 1, 0.75, 0.875);
      waiting().until(d -> row("live").contains("87.50 %"));
      assertThat(row("live")).contains("training").doesNotContain("of 3");
    }
    waiting().until(d -> row("live").contains("interrupted"));
    assertThat(errors()).isEmpty();
  }

  private static String row(String name) {
    Object text =
        run(
            "return [...document.querySelectorAll('#runs tbody tr')]"
                + ".find(r => r.querySelector('.name').textContent === arguments[0]).innerText",
            name);
    return String.valueOf(text);
  }

  @Test
  void whatWasChosenSurvivesAReload() {
    load();
    sortBy("run");
    filter("resnet20");
    tick("b");
    driver().navigate().refresh();
    waiting().until(d -> names().equals(List.of("b", "fine/1-head")));
    assertThat(run("return document.getElementById('filter').value")).isEqualTo("resnet20");
  }

  @Test
  void aBoardThatHasEndedIsSaid() {
    load();
    Objects.requireNonNull(server, "not started").close();
    waiting().until(d -> d.findElement(By.id("trouble")).isDisplayed());
    assertThat(driver().findElement(By.id("trouble")).getText())
        .startsWith("The board does not answer");
    assertThat(names()).as("the last state stays").hasSize(3);
  }

  @Test
  void hostileNamesRunNothingAndNothingIsRequestedElsewhere() {
    String name = "<img src=x onerror=window.hacked=1>";
    String model = "</script><script>window.hacked=1</script>";
    trained(name, model, 0.1, 0.5);
    trained("\" onmouseover=\"window.hacked=1", "'+window.hacked=1+'", 0.2, 0.5);
    load();
    sortBy("run");
    assertThat(names()).contains(name, "\" onmouseover=\"window.hacked=1");
    run("document.querySelectorAll('#runs input:not(:checked)').forEach(box => box.click())");
    waiting().until(d -> d.findElement(By.id("differences")).getText().contains(model));
    driver().findElement(By.xpath("//*[@id='runs']//a[contains(., 'onerror')]")).click();
    waiting().until(d -> String.valueOf(d.getTitle()).contains("onerror"));
    assertThat(run("return window.hacked")).isNull();
    String own = Objects.requireNonNull(server, "not started").url();
    assertThat(
            driver().manage().logs().get(LogType.PERFORMANCE).getAll().stream()
                .map(LogEntry::getMessage)
                .filter(message -> message.contains("Network.requestWillBeSent\""))
                .filter(message -> !message.contains("\"url\":\"" + own))
                .filter(message -> !message.contains("\"url\":\"data:")))
        .isEmpty();
  }

  @Test
  void thePageFitsItsWindowInBothColourSchemes() throws Exception {
    load();
    run("document.querySelectorAll('#runs input:not(:checked)').forEach(box => box.click())");
    waiting().until(d -> d.findElement(By.id("differences")).getText().contains("model"));
    for (int width : new int[] {400, 1400}) {
      driver()
          .executeCdpCommand(
              "Emulation.setDeviceMetricsOverride",
              Map.of("width", width, "height", 1400, "deviceScaleFactor", 1, "mobile", false));
      for (String scheme : List.of("light", "dark")) {
        driver()
            .executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of(
                    "features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
        waiting().until(d -> lightPixels() > 50 == scheme.equals("light"));
        assertThat(run("return document.documentElement.scrollWidth <= innerWidth"))
            .as(scheme + " at " + width)
            .isEqualTo(true);
        String folder = System.getProperty("screenshots");
        if (folder != null) {
          Path file = Path.of(folder, "board-" + width + "-" + scheme + ".png");
          Files.write(file, driver().getScreenshotAs(OutputType.BYTES));
        }
      }
    }
    driver().executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
    driver().executeCdpCommand("Emulation.setEmulatedMedia", Map.of("features", List.of()));
    assertThat(errors()).isEmpty();
  }
}
