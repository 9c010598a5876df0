package dev.onecycle.report.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.support.ui.FluentWait;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * A page in a real browser: Chromium, where the system has it with its driver; a build that says
 * {@code CI=true} must have it.
 */
abstract class PageInBrowser {
  static final List<String> FIGURES = List.of("losses", "accuracy", "schedule", "range");

  /** The first curve's colour as the pixels of a canvas have it, on a light page and a dark one. */
  static final String LIGHT_COLOUR = "p === 0xFFB27200";

  static final String DARK_COLOUR = "p === 0xFFEAB04F";

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
    browser = Browser.NONE;
  }

  static ChromeDriver driver() {
    return browser.get();
  }

  /** Opens a file; what the log held before is forgotten. */
  static ChromeDriver open(Path page) {
    errors();
    driver().manage().logs().get(LogType.PERFORMANCE);
    driver().get(page.toUri().toString());
    return driver();
  }

  /** What the console has said since it was last asked. */
  static List<String> errors() {
    return driver().manage().logs().get(LogType.BROWSER).getAll().stream()
        .map(LogEntry::getMessage)
        .toList();
  }

  static @Nullable Object run(String script, Object... arguments) {
    return driver().executeScript(script, arguments);
  }

  /** The range that a figure would remember over a reload. */
  static @Nullable Object zoom(String figure) {
    run("dispatchEvent(new Event('pagehide'))");
    return run(
        "return JSON.parse(sessionStorage.getItem('onecycle ' + location.pathname))"
            + ".figures[arguments[0]].zoom",
        figure);
  }

  /** How many pixels of a figure's first canvas are so. */
  static long pixels(String figure, String which) {
    Object count =
        run(
            """
            const canvas = document.querySelector('#' + arguments[0] + ' canvas');
            const pixels = new Uint32Array(canvas.getContext('2d')
                .getImageData(0, 0, canvas.width, canvas.height).data.buffer);
            return pixels.reduce((count, p) => count + ((%s) ? 1 : 0), 0);
            """
                .formatted(which),
            figure);
    return count instanceof Long pixels ? pixels : -1;
  }

  /** How many pixels of a figure's first canvas differ from its corner. */
  static long painted(String figure) {
    return pixels(figure, "p !== pixels[0]");
  }

  static void requireEveryFigureDrawn() {
    for (String figure : FIGURES) {
      assertThat(painted(figure)).as(figure).isGreaterThan(500);
    }
  }

  /** Shows the page as another medium, or in another scheme of colours. */
  static void emulate(String media, String scheme) {
    driver()
        .executeCdpCommand(
            "Emulation.setEmulatedMedia",
            Map.of(
                "media",
                media,
                "features",
                List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    // The plots are drawn in a task of their own.
    driver().executeAsyncScript("requestAnimationFrame(() => setTimeout(arguments[0]))");
  }

  static FluentWait<WebDriver> waiting() {
    return new WebDriverWait(driver(), Duration.ofSeconds(30))
        .ignoring(StaleElementReferenceException.class);
  }
}
