package dev.onecycle.bench.peers;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Finds a Python interpreter that has PyTorch. */
final class PythonInterpreter {
  /** The first Python on the path may lack the packages of the system's Python. */
  private static final List<String> USUAL_NAMES = List.of("python3", "/usr/bin/python3");

  private PythonInterpreter() {}

  /**
   * Returns an interpreter that can import torch.
   *
   * @param asked the only interpreter to try; if empty, the usual ones are tried
   */
  static String withTorch(Optional<String> asked) throws TimedRun.DoesNotRunException {
    List<String> candidates = asked.map(List::of).orElse(USUAL_NAMES);
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
