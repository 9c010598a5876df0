package dev.onecycle.cli.server;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.onecycle.run.files.Directories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Level;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** A real browser with a fresh profile. */
record Browser(ChromeDriver driver, Path profile) implements AutoCloseable {
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
  private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

  /** Opens one; skips the test where the system has none, as the tests of reports do. */
  static Browser open() throws IOException {
    assumeTrue(
        (Files.isExecutable(CHROMIUM) && Files.isExecutable(DRIVER))
            || "true".equals(System.getenv("CI")),
        "no Chromium with its driver");
    Path profile = Files.createTempDirectory("onecycle-browser");
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    logs.enable(LogType.PERFORMANCE, Level.ALL);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(CHROMIUM.toFile());
    options.addArguments(
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--window-size=1000,1400",
        "--user-data-dir=" + profile);
    options.setCapability("goog:loggingPrefs", logs);
    return new Browser(
        new ChromeDriver(
            new ChromeDriverService.Builder().usingDriverExecutable(DRIVER.toFile()).build(),
            options),
        profile);
  }

  @Override
  public void close() {
    driver.quit();
    try {
      Directories.remove(profile);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
