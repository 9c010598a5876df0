package dev.onecycle.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A Python of this machine that has the modules that a test needs. */
public record Python(String executable) {
  /** The first one that imports the modules; empty where there is none. */
  public static Optional<Python> with(String... modules) {
    for (String name : List.of("python3", "/usr/bin/python3")) {
      try {
        Process process =
            new ProcessBuilder(name, "-c", "import " + String.join(", ", modules))
                .redirectErrorStream(true)
                .start();
        process.getInputStream().readAllBytes();
        if (process.waitFor() == 0) {
          return Optional.of(new Python(name));
        }
      } catch (IOException e) {
        // not there
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    return Optional.empty();
  }

  /**
   * Runs a program.
   *
   * @param program its source
   * @param arguments read by {@code sys.argv[1:]}
   * @return the printed text, without space around it
   * @throws AssertionError with the printed text where it fails
   */
  public String run(String program, Object... arguments) {
    List<String> command = new ArrayList<>(List.of(executable, "-c", program));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String printed =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (process.waitFor() != 0) {
        throw new AssertionError(printed);
      }
      return printed;
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
