package dev.onecycle.report.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.record.StepRecord;
import dev.onecycle.report.SampleRun;
import dev.onecycle.run.RunRecord.Status;
import dev.onecycle.text.Texts;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;

/** A reader uses a page in a browser; hostile names run nothing. */
@Tag("long")
class ReportBrowserTest extends PageInBrowser {
  private static ChromeDriver open(String name, String html) throws Exception {
    return open(Files.writeString(temp.resolve(name + ".html"), html));
  }

  private static ChromeDriver openUsual() throws Exception {
    // A new name each time, because a page keeps its state under its path.
    return open("usual-" + System.nanoTime(), SampleRun.usual().html());
  }

  private static String text(String selector) {
    return driver().findElement(By.cssSelector(selector)).getText();
  }

  @Test
  void thePageOpensWithoutErrorsOrRequestsAndDrawsEveryFigure() throws Exception {
    ChromeDriver driver = openUsual();
    assertThat(run("return document.documentElement.dataset.ready")).isEqualTo("true");
    assertThat(errors()).isEmpty();
    List<String> requests =
        driver.manage().logs().get(LogType.PERFORMANCE).getAll().stream()
            .map(LogEntry::getMessage)
            .filter(message -> message.contains("Network.requestWillBeSent\""))
            .toList();
    assertThat(requests).isNotEmpty().allMatch(m -> m.matches("(?s).*\"url\":\"(file|data):.*"));
    requireEveryFigureDrawn();
  }

  @Test
  void thePointerShowsValues() throws Exception {
    ChromeDriver driver = openUsual();
    WebElement over = driver.findElement(By.cssSelector("#schedule .u-over"));
    assertThat(text("#schedule .place")).isEmpty();
    assertThat(text("#schedule .legend")).as("no name without a value").doesNotContain("step");
    run("arguments[0].scrollIntoView({block: 'center'})", over);
    // The page may still be moving under the pointer.
    waiting()
        .until(
            d -> {
              new Actions(driver).moveToElement(over, 1, 0).moveToElement(over).perform();
              return List.of("59", "60", "61").contains(text("#schedule .place"));
            });
    double rate = Double.parseDouble(text("#schedule .legend label output"));
    assertThat(rate).isBetween(0.3, 0.4);
  }

  @Test
  void draggingZoomsAndAButtonResetsTheZoom() throws Exception {
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
    driver.findElement(By.cssSelector("#losses [aria-label='Zoom in']")).click();
    assertThat(zoom("losses")).isNotNull();
    new Actions(driver).moveToElement(over).doubleClick().perform();
    assertThat(zoom("losses")).isNull();
    assertThat(painted("losses")).isEqualTo(before);
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
    assertThat(pixels("accuracy", LIGHT_COLOUR)).isGreaterThan(200);
    driver.findElement(By.cssSelector("#accuracy .legend input")).sendKeys(Keys.SPACE);
    assertThat(pixels("accuracy", LIGHT_COLOUR)).isZero();
  }

  @Test
  void darkModeAndPrintHaveTheirOwnStyles() throws Exception {
    ChromeDriver driver = openUsual();
    assertThat(run("return getComputedStyle(document.body).backgroundColor"))
        .isEqualTo("rgb(255, 255, 255)");
    emulate("", "dark");
    assertThat(run("return getComputedStyle(document.body).backgroundColor"))
        .isEqualTo("rgb(21, 24, 28)");
    emulate("print", "light");
    assertThat(driver.findElement(By.cssSelector("#losses .still svg")).isDisplayed()).isTrue();
    assertThat(driver.findElement(By.cssSelector("#losses .plot")).isDisplayed()).isFalse();
    emulate("", "light");
    assertThat(driver.findElement(By.cssSelector("#losses .plot")).isDisplayed()).isTrue();
  }

  @Test
  void withoutScriptsTheStillPicturesShow() throws Exception {
    ChromeDriver driver = driver();
    driver.executeCdpCommand("Emulation.setScriptExecutionDisabled", Map.of("value", true));
    try {
      open("still", SampleRun.usual().html());
      for (String figure : FIGURES) {
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
  void anOpenPageReloadsAndKeepsTheReadersChanges() throws Exception {
    SampleRun run = SampleRun.usual();
    ChromeDriver driver = open("going", run.withDone(1, Status.RUNNING).html());
    assertThat(text(".outcome")).contains("after 1 of 4 epochs");
    driver.findElement(By.cssSelector("#accuracy .legend input")).click();
    Files.writeString(temp.resolve("going.html"), run.withDone(2, Status.RUNNING).html());
    passFiveSeconds();
    waiting().until(d -> d.findElement(By.cssSelector(".outcome")).getText().contains("2 of 4"));
    assertThat(driver.findElement(By.cssSelector("#accuracy .legend input")).isSelected())
        .isFalse();
    Files.writeString(temp.resolve("going.html"), run.html());
    passFiveSeconds();
    waiting().until(d -> d.findElements(By.cssSelector(".finished")).size() == 1);
    assertThat(driver.findElements(By.id("follow"))).isEmpty();
  }

  /** Losses from 2 to 1e19, as of a run that explodes: the axis has its powers of ten. */
  @Test
  void aLogarithmicAxisHasTicksWhateverItsRange() throws Exception {
    for (double factor : new double[] {1.5, 200, 1e19}) {
      SampleRun usual = SampleRun.usual();
      List<StepRecord> steps =
          usual.history().steps().stream()
              .map(
                  s ->
                      new StepRecord(
                          s.step(),
                          s.epoch(),
                          s.learningRate(),
                          s.momentum(),
                          s.loss() * Math.pow(factor, s.step() / 119.0)))
              .toList();
      open("log", usual.withSteps(steps).html());
      run("document.querySelector('#losses').scrollIntoView()");
      assertThat(
              run(
                  "return document.querySelector(\"#losses [aria-label^='Logarithmic y']\")"
                      + ".getAttribute('aria-pressed')"))
          .isEqualTo(String.valueOf(factor > 100));
      assertThat(painted("losses")).isGreaterThan(500);
      assertThat(
              run(
                  """
                  const canvas = document.querySelector('#losses canvas');
                  const labels = canvas.getContext('2d')
                      .getImageData(25, 0, 40, canvas.height).data;
                  return labels.some(v => v !== 0 && v !== 255);
                  """))
          .as("labels of a factor of %s", factor)
          .isEqualTo(true);
    }
  }

  @Test
  void hostileNamesRunNothing() throws Exception {
    List<String> names = HostileNames.all();
    ChromeDriver driver =
        open("matrix", SampleRun.usual().withClasses(names.subList(0, 24)).html());
    assertThat(run("return typeof window.hacked")).isEqualTo("undefined");
    for (SampleRun.Place place : SampleRun.Place.values()) {
      driver = open("hostile", SampleRun.usual().with(place, String.join(" ", names)).html());
      assertThat(run("return typeof window.hacked")).as("%s", place).isEqualTo("undefined");
      assertThat(run("return document.documentElement.dataset.ready")).isEqualTo("true");
      assertThat(errors()).isEmpty();
    }
    open("classes", SampleRun.usual().withClasses(names).html());
    assertThat(run("return typeof window.hacked")).isEqualTo("undefined");
    String shown = String.valueOf(run("return document.body.textContent"));
    assertThat(names).allMatch(name -> shown.contains(Texts.clean(name)));
  }

  @Test
  void aComparisonOpensLikeAReport() throws Exception {
    String hostile = String.join(" ", HostileNames.all());
    ComparisonReport comparison =
        ComparisonReport.of(
            List.of(
                SampleRun.usual().report().history(),
                SampleRun.usual().with(SampleRun.Place.RUN, hostile).report().history()),
            List.of());
    open("comparison", comparison.html());
    assertThat(errors()).isEmpty();
    assertThat(run("return typeof window.hacked")).isEqualTo("undefined");
    for (String figure : comparison.figures().keySet()) {
      assertThat(painted(figure)).as(figure).isGreaterThan(500);
    }
  }
}
