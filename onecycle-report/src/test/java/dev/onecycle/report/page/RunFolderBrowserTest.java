package dev.onecycle.report.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.onecycle.run.RunRecord.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.support.ui.WebDriverWait;

/** Pages made from folders, in Chromium: long runs, runs that go on, scales, dark plots. */
class RunFolderBrowserTest {
  private static final List<String> FIGURES = List.of("losses", "accuracy", "schedule", "range");

  /** The first curve's colour as the pixels of a canvas have it, on a light page and a dark one. */
  private static final String LIGHT_INK = "0xFFB27200";

  private static final String DARK_INK = "0xFFEAB04F";

  @TempDir static Path temp = Path.of("");
  private static Browser browser = Browser.NONE;

  @BeforeAll
  static void start() {
    assumeTrue(
        Browser.installed() || "true".equals(System.getenv("CI")), "no Chromium with its driver");
    browser = Browser.start(temp.resolve("profile"));
  }

  @AfterAll
  static void quit() {
    browser.close();
  }

  /** The file of a page, made from a folder of the name. */
  private static Path page(String name, Reports reports) {
    Path file = temp.resolve(name + ".html");
    RunReport.read(Runs.write(reports.report(), temp.resolve(name))).write(file);
    return file;
  }

  private static ChromeDriver open(Path page) {
    ChromeDriver driver = browser.get();
    driver.manage().logs().get(LogType.BROWSER);
    driver.get(page.toUri().toString());
    assertThat(run("return document.documentElement.dataset.ready")).isEqualTo("true");
    return driver;
  }

  private static @Nullable Object run(String script, Object... arguments) {
    return browser.get().executeScript(script, arguments);
  }

  private static long count(String figure, String expression) {
    Object count =
        run(
            """
            const all = [];
            for (const canvas of document.querySelectorAll('#' + arguments[0] + ' canvas')) {
              const pixels = new Uint32Array(canvas.getContext('2d')
                  .getImageData(0, 0, canvas.width, canvas.height).data.buffer);
              all.push(%s);
            }
            return Math.min(...all);
            """
                .formatted(expression),
            figure);
    return count instanceof Long pixels ? pixels : -1;
  }

  private static long pixels(String figure, String colour) {
    return count(figure, "pixels.reduce((sum, p) => sum + (p === " + colour + " ? 1 : 0), 0)");
  }

  /** The range that a figure would remember over a reload. */
  private static @Nullable Object zoom(String figure) {
    run("dispatchEvent(new Event('pagehide'))");
    return run(
        "return JSON.parse(sessionStorage.getItem('onecycle ' + location.pathname))"
            + ".figures[arguments[0]].zoom",
        figure);
  }

  private static WebElement button(String figure, String label) {
    return browser
        .get()
        .findElement(By.cssSelector("#" + figure + " button[aria-label='" + label + "']"));
  }

  @Test
  void aHundredThousandStepsOpenAndAreDrawn() throws Exception {
    Path file = page("long", Reports.usual().withEpochs(200, 500));
    assertThat(Files.size(file)).isLessThan(1_000_000);
    ChromeDriver driver = open(file);
    assertThat(driver.manage().logs().get(LogType.BROWSER).getAll())
        .extracting(LogEntry::getMessage)
        .isEmpty();
    for (String figure : FIGURES) {
      assertThat(count(figure, "new Set(pixels).size"))
          .as("colours of %s", figure)
          .isGreaterThan(10);
    }
    System.out.printf(
        "100,000 steps: %,d bytes, loaded after %s ms%n",
        Files.size(file),
        run("return Math.round(performance.getEntriesByType('navigation')[0].loadEventEnd)"));
  }

  @Test
  void darkPlotsAreDrawnAgainInTheirOwnColours() {
    ChromeDriver driver = open(page("dark", Reports.usual()));
    assertThat(pixels("accuracy", LIGHT_INK)).isGreaterThan(200);
    assertThat(pixels("accuracy", DARK_INK)).isZero();
    scheme(driver, "dark");
    assertThat(pixels("accuracy", LIGHT_INK)).isZero();
    assertThat(pixels("accuracy", DARK_INK)).isGreaterThan(200);
    scheme(driver, "light");
    assertThat(pixels("accuracy", LIGHT_INK)).isGreaterThan(200);
  }

  private static void scheme(ChromeDriver driver, String scheme) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    // The plots are drawn in a task of their own.
    driver.executeAsyncScript("requestAnimationFrame(() => setTimeout(arguments[0]))");
  }

  @Test
  void aPageThatLoadsItselfAgainKeepsItsZoom() {
    Reports run = Reports.usual();
    Path file = page("first", run.withDone(1, Status.RUNNING));
    ChromeDriver driver = open(file);
    driver.findElement(By.cssSelector("#schedule .plot")).sendKeys("+", "+");
    Object zoomed = zoom("schedule");
    assertThat(zoomed).isNotNull();

    RunReport later =
        RunReport.read(Runs.write(run.withDone(3, Status.RUNNING).report(), temp.resolve("later")));
    later.write(file);
    new WebDriverWait(driver, Duration.ofSeconds(20))
        .ignoring(StaleElementReferenceException.class)
        .until(d -> d.findElement(By.cssSelector(".outcome")).getText().contains("3 of 4"));
    assertThat(zoom("schedule")).isEqualTo(zoomed);
    assertThat(zoom("losses")).isNull();
  }

  @Test
  void whatIsOpenStaysOpenWhenTheFirstEpochBringsMoreBeforeIt() {
    Reports run = Reports.usual();
    Path file = page("bare", run.withDone(0, Status.RUNNING));
    ChromeDriver driver = open(file);
    driver.findElement(By.xpath("//summary[.='Settings']")).click();
    driver.findElement(By.cssSelector("#schedule summary")).click();
    Object opened = opened();
    assertThat(opened).isEqualTo(List.of("schedule: Table", ": Settings"));

    RunReport.read(Runs.write(run.withDone(1, Status.RUNNING).report(), temp.resolve("one")))
        .write(file);
    new WebDriverWait(driver, Duration.ofSeconds(20))
        .ignoring(StaleElementReferenceException.class)
        .until(d -> d.findElement(By.cssSelector(".outcome")).getText().contains("1 of 4"));
    assertThat(opened()).isEqualTo(opened);
  }

  private static @Nullable Object opened() {
    return run(
        "return [...document.querySelectorAll('details[open]')].map(d =>"
            + " (d.closest('figure')?.id ?? '') + ': ' + d.querySelector('summary').textContent)");
  }

  @Test
  void aLogarithmicAxisOfStepsIsNoZoom() {
    open(page("log", Reports.usual()));
    button("schedule", "Logarithmic x axis").click();
    assertThat(zoom("schedule")).as("all of the logarithmic axis").isNull();
    button("schedule", "Zoom in").click();
    assertThat(zoom("schedule")).isNotNull();
    button("schedule", "Zoom out").click();
    button("schedule", "Zoom out").click();
    assertThat(zoom("schedule")).as("zoomed out again").isNull();
    button("schedule", "Logarithmic x axis").click();
    assertThat(zoom("schedule")).as("all of the usual axis").isNull();
  }
}
