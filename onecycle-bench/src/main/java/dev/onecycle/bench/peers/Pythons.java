package dev.onecycle.bench.peers;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Finds a Python that has PyTorch. */
final class Pythons {
  /** The first on the path need not be the system's, whose packages are the system's. */
  private static final List<String> USUAL = List.of("python3", "/usr/bin/python3");

  private Pythons() {}

  /**
   * An interpreter that can import torch.
   *
   * @param asked the one to take, whatever else there is
   */
  static String withTorch(Optional<String> asked) throws TimedRun.DoesNotRunException {
    List<String> candidates = asked.map(List::of).orElse(USUAL);
    for (String candidate : candidates) {
      if (hasTorch(candidate)) {
        return candidate;
      }
    }
    throw new TimedRun.DoesNotRunException(
        "not installed: no torch in "
            + String.join(" or ", candidates)
            + "; install Debian's python3-torch, or name a Python that has it by --python");
  }

  private static boolean hasTorch(String interpreter) {
    try {
      Process process =
          new ProcessBuilder(interpreter, "-c", "import torch")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      boolean ended = process.waitFor(60, TimeUnit.SECONDS);
      process.destroyForcibly();
      return ended && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
