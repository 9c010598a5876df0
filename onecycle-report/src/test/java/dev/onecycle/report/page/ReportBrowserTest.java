package dev.onecycle.report.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.onecycle.report.Texts;
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
import org.openqa.selenium.Keys;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.support.ui.FluentWait;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * The page in a real browser: Chromium, where the system has it with its driver; a build that says
 * {@code CI=true} must have it.
 */
class ReportBrowserTest {
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

  private static ChromeDriver open(String name, String html) throws Exception {
    Path file = Files.writeString(temp.resolve(name + ".html"), html);
    ChromeDriver driver = browser.get();
    driver.manage().logs().get(LogType.BROWSER);
    driver.manage().logs().get(LogType.PERFORMANCE);
    driver.get(file.toUri().toString());
    return driver;
  }

  private static ChromeDriver openUsual() throws Exception {
    // Under a name of its own each time: a page remembers what was done to it.
    return open("usual-" + System.nanoTime(), Reports.usual().html());
  }

  private static @Nullable Object run(String script, Object... arguments) {
    return browser.get().executeScript(script, arguments);
  }

  /** How many pixels of a figure's first canvas differ from its corner. */
  private static long painted(String figure) {
    return pixels(figure, "p !== pixels[0]");
  }

  /** How many pixels have the colour of the first curve, 0072B2. */
  private static long blue(String figure) {
    return pixels(figure, "p === 0xFFB27200");
  }

  private static long pixels(String figure, String which) {
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

  private static String text(String selector) {
    return browser.get().findElement(By.cssSelector(selector)).getText();
  }

  @Test
  void itOpensWithoutAnErrorOrARequestAndDrawsEveryFigure() throws Exception {
    ChromeDriver driver = openUsual();
    assertThat(run("return document.documentElement.dataset.ready")).isEqualTo("true");
    assertThat(driver.manage().logs().get(LogType.BROWSER).getAll())
        .extracting(LogEntry::getMessage)
        .isEmpty();
    List<String> requests =
        driver.manage().logs().get(LogType.PERFORMANCE).getAll().stream()
            .map(LogEntry::getMessage)
            .filter(message -> message.contains("Network.requestWillBeSent\""))
            .toList();
    assertThat(requests).isNotEmpty().allMatch(m -> m.matches("(?s).*\"url\":\"(file|data):.*"));
    for (String figure : List.of("losses", "accuracy", "schedule", "range")) {
      assertThat(painted(figure)).as(figure).isGreaterThan(500);
    }
  }

  @Test
  void thePointerShowsValues() throws Exception {
    ChromeDriver driver = openUsual();
    WebElement over = driver.findElement(By.cssSelector("#schedule .u-over"));
    assertThat(text("#schedule .place")).isEmpty();
    run("arguments[0].scrollIntoView({block: 'center'})", over);
    // The page may still be moving under the pointer.
    waiting(driver)
        .until(
            d -> {
              new Actions(driver).moveToElement(over, 1, 0).moveToElement(over).perform();
              return List.of("59", "60", "61").contains(text("#schedule .place"));
            });
    double rate = Double.parseDouble(text("#schedule .legend label output"));
    assertThat(rate).isBetween(0.3, 0.4);
  }

  @Test
  void draggingZoomsAndAButtonShowsEverythingAgain() throws Exception {
    ChromeDriver driver = openUsual();
    WebElement over = driver.findElement(By.cssSelector("#losses .u-over"));
    run("arguments[0].scrollIntoView({block: 'center'})", over);
    long before = painted("losses");
    new Actions(driver)
        .moveToElement(over, -100, 0)
        .clickAndHold()
        .moveByOffset(60, 0)
        .release()
        .perform();
    assertThat(zoom("losses")).isNotNull();
    assertThat(painted("losses")).isNotEqualTo(before);
    assertThat(zoom("accuracy")).isNull();
    driver.findElement(By.cssSelector("#losses [aria-label='Show everything']")).click();
    assertThat(zoom("losses")).isNull();
  }

  /** The range that a figure would remember over a reload. */
  private static @Nullable Object zoom(String figure) {
    run("dispatchEvent(new Event('pagehide'))");
    return run(
        "return JSON.parse(sessionStorage.getItem('onecycle ' + location.pathname))"
            + ".figures[arguments[0]].zoom",
        figure);
  }

  @Test
  void everythingCanBeDoneByKeyboard() throws Exception {
    ChromeDriver driver = openUsual();
    WebElement plot = driver.findElement(By.cssSelector("#accuracy .plot"));
    plot.sendKeys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT);
    assertThat(run("return document.querySelector('#accuracy .spoken').textContent"))
        .isEqualTo("step 89: accuracy 72.5");
    plot.sendKeys("+");
    assertThat(zoom("accuracy")).isNotNull();
    plot.sendKeys("0");
    assertThat(zoom("accuracy")).isNull();
    WebElement log = driver.findElement(By.cssSelector("#accuracy [aria-label^='Logarithmic y']"));
    log.sendKeys(Keys.ENTER);
    assertThat(log.getAttribute("aria-pressed")).isEqualTo("true");
    WebElement table = driver.findElement(By.cssSelector("#accuracy summary"));
    table.sendKeys(Keys.ENTER);
    assertThat(text("#accuracy tbody tr:last-child")).isEqualTo("119 90");
  }

  @Test
  void aCurveCanBeSwitchedOff() throws Exception {
    ChromeDriver driver = openUsual();
    assertThat(blue("accuracy")).isGreaterThan(200);
    driver.findElement(By.cssSelector("#accuracy .legend input")).sendKeys(Keys.SPACE);
    assertThat(blue("accuracy")).isZero();
  }

  @Test
  void darkModeAndPrintHaveTheirOwnLook() throws Exception {
    ChromeDriver driver = openUsual();
    assertThat(run("return getComputedStyle(document.body).backgroundColor"))
        .isEqualTo("rgb(255, 255, 255)");
    emulate(driver, "", "dark");
    assertThat(run("return getComputedStyle(document.body).backgroundColor"))
        .isEqualTo("rgb(21, 24, 28)");
    emulate(driver, "print", "light");
    assertThat(driver.findElement(By.cssSelector("#losses .still svg")).isDisplayed()).isTrue();
    assertThat(driver.findElement(By.cssSelector("#losses .plot")).isDisplayed()).isFalse();
    emulate(driver, "", "light");
    assertThat(driver.findElement(By.cssSelector("#losses .plot")).isDisplayed()).isTrue();
  }

  private static void emulate(ChromeDriver driver, String media, String scheme) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "media",
            media,
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  @Test
  void withoutAScriptTheStillPicturesStand() throws Exception {
    ChromeDriver driver = browser.get();
    driver.executeCdpCommand("Emulation.setScriptExecutionDisabled", Map.of("value", true));
    try {
      open("still", Reports.usual().html());
      for (String figure : List.of("losses", "accuracy", "schedule", "range")) {
        WebElement svg = driver.findElement(By.cssSelector("#" + figure + " .still svg"));
        assertThat(svg.isDisplayed()).isTrue();
        assertThat(svg.getRect().getWidth()).isGreaterThan(400);
        assertThat(svg.findElements(By.cssSelector("path, polyline"))).isNotEmpty();
      }
      assertThat(driver.findElements(By.cssSelector("canvas"))).isEmpty();
    } finally {
      driver.executeCdpCommand("Emulation.setScriptExecutionDisabled", Map.of("value", false));
    }
  }

  @Test
  void anOpenPageFollowsTheTrainingAndKeepsWhatTheReaderDid() throws Exception {
    Reports run = Reports.usual();
    ChromeDriver driver = open("going", run.withDone(1, Status.RUNNING).html());
    assertThat(text(".outcome")).contains("after 1 of 4 epochs so far");
    driver.findElement(By.cssSelector("#accuracy .legend input")).click();
    Files.writeString(temp.resolve("going.html"), run.withDone(2, Status.RUNNING).html());
    waiting(driver)
        .until(d -> d.findElement(By.cssSelector(".outcome")).getText().contains("2 of 4"));
    assertThat(driver.findElement(By.cssSelector("#accuracy .legend input")).isSelected())
        .isFalse();
    Files.writeString(temp.resolve("going.html"), run.html());
    waiting(driver).until(d -> d.findElements(By.cssSelector(".finished")).size() == 1);
    assertThat(driver.findElements(By.id("follow"))).isEmpty();
  }

  private static FluentWait<WebDriver> waiting(ChromeDriver driver) {
    return new WebDriverWait(driver, Duration.ofSeconds(30))
        .ignoring(StaleElementReferenceException.class);
  }

  @Test
  void hostileNamesRunNothing() throws Exception {
    List<String> names = Payloads.all();
    ChromeDriver driver = open("matrix", Reports.usual().withClasses(names.subList(0, 24)).html());
    assertThat(run("return typeof window.hacked")).isEqualTo("undefined");
    for (Reports.Place place : Reports.Place.values()) {
      driver = open("hostile", Reports.usual().with(place, String.join(" ", names)).html());
      assertThat(run("return typeof window.hacked")).as("%s", place).isEqualTo("undefined");
      assertThat(run("return document.documentElement.dataset.ready")).isEqualTo("true");
      assertThat(driver.manage().logs().get(LogType.BROWSER).getAll()).isEmpty();
    }
    open("classes", Reports.usual().withClasses(names).html());
    assertThat(run("return typeof window.hacked")).isEqualTo("undefined");
    String shown = String.valueOf(run("return document.body.textContent"));
    assertThat(names).allMatch(name -> shown.contains(Texts.clean(name)));
  }
}
