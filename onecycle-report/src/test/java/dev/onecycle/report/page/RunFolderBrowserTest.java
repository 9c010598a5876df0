package dev.onecycle.report.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.report.RunFolders;
import dev.onecycle.report.SampleRun;
import dev.onecycle.run.RunRecord.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;

/** Pages made from run folders, in a browser: long runs, running runs, scales, dark mode. */
class RunFolderBrowserTest extends PageInBrowser {
  /** The page of a new run folder. */
  private static Path page(String name, SampleRun reports) {
    Path file = temp.resolve(name + ".html");
    RunReport.read(RunFolders.write(reports.report(), temp.resolve(name))).write(file);
    return file;
  }

  private static WebElement button(String figure, String label) {
    return driver()
        .findElement(By.cssSelector("#" + figure + " button[aria-label='" + label + "']"));
  }

  @Test
  void aHundredThousandStepsOpenAndAreDrawn() throws Exception {
    Path file = page("long", SampleRun.usual().withEpochs(200, 500));
    assertThat(Files.size(file)).isLessThan(1_000_000);
    open(file);
    assertThat(errors()).isEmpty();
    requireEveryFigureDrawn();
  }

  @Test
  void plotsAreRedrawnInTheColoursOfDarkMode() {
    open(page("dark", SampleRun.usual()));
    assertThat(pixels("accuracy", LIGHT_COLOUR)).isGreaterThan(200);
    assertThat(pixels("accuracy", DARK_COLOUR)).isZero();
    emulate("", "dark");
    waiting().until(d -> pixels("accuracy", LIGHT_COLOUR) == 0);
    assertThat(pixels("accuracy", DARK_COLOUR)).isGreaterThan(200);
    emulate("", "light");
    waiting().until(d -> pixels("accuracy", LIGHT_COLOUR) > 200);
  }

  @Test
  void aReloadKeepsTheZoom() {
    SampleRun run = SampleRun.usual();
    Path file = page("first", run.withDone(1, Status.RUNNING));
    ChromeDriver driver = open(file);
    driver.findElement(By.cssSelector("#schedule .plot")).sendKeys("+", "+");
    Object zoomed = zoom("schedule");
    assertThat(zoomed).isNotNull();

    RunReport later =
        RunReport.read(
            RunFolders.write(run.withDone(3, Status.RUNNING).report(), temp.resolve("later")));
    later.write(file);
    passFiveSeconds();
    waiting().until(d -> d.findElement(By.cssSelector(".outcome")).getText().contains("3 of 4"));
    assertThat(zoom("schedule")).isEqualTo(zoomed);
    assertThat(zoom("losses")).isNull();
  }

  @Test
  void openDetailsStayOpenWhenTheFirstEpochAddsMore() {
    SampleRun run = SampleRun.usual();
    Path file = page("bare", run.withDone(0, Status.RUNNING));
    ChromeDriver driver = open(file);
    driver.findElement(By.xpath("//summary[.='Settings']")).click();
    driver.findElement(By.cssSelector("#schedule summary")).click();
    Object opened = opened();
    assertThat(opened).isEqualTo(List.of("schedule: Values as a table", ": Settings"));

    RunReport.read(RunFolders.write(run.withDone(1, Status.RUNNING).report(), temp.resolve("one")))
        .write(file);
    passFiveSeconds();
    waiting().until(d -> d.findElement(By.cssSelector(".outcome")).getText().contains("1 of 4"));
    assertThat(opened()).isEqualTo(opened);
  }

  private static @Nullable Object opened() {
    return run(
        "return [...document.querySelectorAll('details[open]')].map(d =>"
            + " (d.closest('figure')?.id ?? '') + ': ' + d.querySelector('summary').textContent)");
  }

  @Test
  void aLogarithmicAxisDoesNotZoom() {
    open(page("log", SampleRun.usual()));
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
