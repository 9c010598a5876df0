package dev.onecycle.report.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.support.ui.FluentWait;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * A page in a real browser. Skipped if the system has no Chromium with its driver; a build with
 * {@code CI=true} must have them.
 */
@ExtendWith(PageInBrowser.Start.class)
abstract class PageInBrowser {
  static final List<String> FIGURES = List.of("losses", "accuracy", "schedule", "range");

  /** The first curve's colour as the pixels of a canvas have it, on a light page and a dark one. */
  static final String LIGHT_COLOUR = "p === 0xFFB27200";

  static final String DARK_COLOUR = "p === 0xFFEAB04F";

  @TempDir static Path temp = Path.of("");
  private static @Nullable Browser browser;

  /** Takes the browser of all tests. */
  static final class Start implements BeforeAllCallback {
    @Override
    public void beforeAll(ExtensionContext context) {
      assumeTrue(
          Browser.installed() || "true".equals(System.getenv("CI")), "no Chromium with its driver");
      browser = Browser.shared(context);
    }
  }

  static ChromeDriver driver() {
    return Objects.requireNonNull(browser, "not started").driver();
  }

  /** Opens a file; earlier messages of the console are dropped. */
  static ChromeDriver open(Path page) {
    errors();
    driver().manage().logs().get(LogType.PERFORMANCE);
    driver().get(page.toUri().toString());
    return driver();
  }

  /** The new messages of the console. */
  static List<String> errors() {
    return driver().manage().logs().get(LogType.BROWSER).getAll().stream()
        .map(LogEntry::getMessage)
        .toList();
  }

  /** Lets an open page load itself again, as it would after five seconds. */
  static void passFiveSeconds() {
    assertThat(run("return heldTimer.millis")).isEqualTo(5000L);
    run("heldTimer.action()");
  }

  static @Nullable Object run(String script, Object... arguments) {
    return driver().executeScript(script, arguments);
  }

  /** The zoom that a figure would keep over a reload. */
  static @Nullable Object zoom(String figure) {
    run("dispatchEvent(new Event('pagehide'))");
    return run(
        "return JSON.parse(sessionStorage.getItem('onecycle ' + location.pathname))"
            + ".figures[arguments[0]].zoom",
        figure);
  }

  /** The number of pixels of a figure's first canvas that satisfy a condition. */
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

  /** The number of pixels of a figure's first canvas that differ from its corner. */
  static long painted(String figure) {
    return pixels(figure, "p !== pixels[0]");
  }

  static void requireEveryFigureDrawn() {
    for (String figure : FIGURES) {
      assertThat(painted(figure)).as(figure).isGreaterThan(500);
    }
  }

  /** Shows the page on another medium or in another colour scheme. */
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
