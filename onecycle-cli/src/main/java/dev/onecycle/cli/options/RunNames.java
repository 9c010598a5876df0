package dev.onecycle.cli.options;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Names for the folders of runs. */
public final class RunNames {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);

  private RunNames() {}

  /** A folder under {@code runs/} that is not there yet. */
  public static Path fresh(String model) {
    String name = model + "-" + TIME.format(LocalDateTime.now(ZoneId.systemDefault()));
    Path folder = Path.of("runs", name);
    for (int i = 2; Files.exists(folder); i++) {
      folder = Path.of("runs", name + "-" + i);
    }
    return folder;
  }
}
