package dev.onecycle.cli.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.torch.predict.Predictor;
import dev.onecycle.torch.predict.PredictorOptions;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.support.ui.WebDriverWait;

/** The page of a prediction server in a real browser. */
class ServeBrowserTest {
  /** Where pictures of the page are kept, if anywhere. */
  private static final String PICTURES = System.getProperty("onecycle.pictures", "");

  @TempDir Path temp;

  @Test
  void aPictureIsShownWithItsClasses() throws IOException {
    try (Browser opened = Browser.open();
        Predictor predictor = Predictor.of(ServedModels.ofColours(), PredictorOptions.defaults());
        LocalServer server = ServeCommand.serve(predictor, "127.0.0.1", 0, List.of(), 1 << 20, 8)) {
      ChromeDriver browser = opened.driver();
      browser.get(server.url());
      assertThat(browser.findElement(By.id("result")).isDisplayed()).isFalse();
      Path green = Files.write(temp.resolve("green.png"), ServedModels.png(Color.GREEN));
      WebElement file = browser.findElement(By.id("file"));
      file.sendKeys(green.toString());
      WebDriverWait waiting = new WebDriverWait(browser, Duration.ofSeconds(30));
      waiting.until(d -> !d.findElements(By.cssSelector("#answers tr")).isEmpty());
      List<String> cells =
          browser.findElements(By.cssSelector("#answers td")).stream()
              .map(WebElement::getText)
              .toList();
      // The hostile name is text, and nothing else.
      assertThat(cells.subList(0, 2)).containsExactly(ServedModels.CLASSES.get(1), "100.0 %");
      assertThat(cells).hasSize(6);
      assertThat(browser.findElements(By.cssSelector("img"))).hasSize(1);
      assertThat(
              browser.executeScript(
                  "const i = document.getElementById('picture');"
                      + " return i.complete && i.naturalWidth === 20"))
          .isEqualTo(true);
      look(browser);
      Path text = Files.writeString(temp.resolve("note.txt"), "no image");
      file.sendKeys(text.toString());
      waiting.until(d -> d.findElement(By.id("trouble")).isDisplayed());
      assertThat(browser.findElement(By.id("trouble")).getText()).startsWith("image ");
      assertThat(
              browser.manage().logs().get(LogType.BROWSER).getAll().stream()
                  .map(entry -> String.valueOf(entry.getMessage()))
                  .filter(message -> !message.contains("422")))
          .isEmpty();
    }
  }

  /** At 400 and 1,400 pixels, light and dark: no part is wider than the page. */
  private static void look(ChromeDriver browser) throws IOException {
    for (int width : new int[] {400, 1400}) {
      for (String scheme : List.of("light", "dark")) {
        browser.executeCdpCommand(
            "Emulation.setDeviceMetricsOverride",
            Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", false));
        browser.executeCdpCommand(
            "Emulation.setEmulatedMedia",
            Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
        assertThat(
                browser.executeScript(
                    "return document.documentElement.scrollWidth <= window.innerWidth"))
            .as("%s at %d pixels", scheme, width)
            .isEqualTo(true);
        if (!PICTURES.isEmpty()) {
          Files.write(
              Path.of(PICTURES).resolve("serve-" + width + "-" + scheme + ".png"),
              browser.getScreenshotAs(OutputType.BYTES));
        }
      }
    }
  }
}
