package dev.onecycle.bench.peers;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.text.Numbers;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One contestant's turn in one round: its process is started, timed and ended.
 *
 * @param warmUp seconds that do not count
 * @param seconds that count, to the end of the step under way
 * @param patience seconds after which a contestant is ended that has not come so far
 * @param folder for what contestants say on standard error
 */
record TimedRun(double warmUp, double seconds, long patience, Path folder) {
  /** The launcher's settings of glibc's allocator, which are ours alone. */
  private static final List<String> LAUNCHER_ENVIRONMENT =
      List.of(
          "MALLOC_ARENA_MAX",
          "MALLOC_MMAP_THRESHOLD_",
          "MALLOC_TRIM_THRESHOLD_",
          "MALLOC_TOP_PAD_");

  /**
   * What a turn came to.
   *
   * @param imagesPerSecond over the steps that count
   * @param steps that count
   * @param loss the last that was said
   */
  record Result(PeerMessage.Hello hello, double imagesPerSecond, int steps, double loss) {}

  /** A contestant that does not run, with the reason as message. */
  static final class DoesNotRunException extends Exception {
    private static final long serialVersionUID = 1;

    DoesNotRunException(String reason) {
      super(reason);
    }
  }

  Result run(Peer entry) throws DoesNotRunException {
    Path errors = folder.resolve(entry.name() + ".log");
    Process process;
    try {
      process = start(entry, errors);
    } catch (IOException e) {
      throw new DoesNotRunException("cannot be started: " + IoErrors.reason(e));
    }
    AtomicBoolean late = new AtomicBoolean();
    ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      var unused =
          clock.schedule(
              () -> {
                late.set(true);
                end(process);
              },
              patience,
              TimeUnit.SECONDS);
      Said said = listen(lines);
      PeerMessage.Hello hello = said.hello();
      Window window = said.window();
      if (hello != null && window != null && window.steps() > 0) {
        if (window.seconds() >= seconds || late.get()) {
          return new Result(hello, window.imagesPerSecond(), window.steps(), said.loss());
        }
      }
      throw new DoesNotRunException(
          late.get()
              ? Numbers.format("did not come through a step within %d s", patience)
              : lastWords(errors, process));
    } catch (IOException e) {
      throw new DoesNotRunException("cannot be listened to: " + IoErrors.reason(e));
    } catch (BadDataException e) {
      throw new DoesNotRunException(String.valueOf(e.getMessage()));
    } finally {
      clock.shutdownNow();
      end(process);
    }
  }

  private static Process start(Peer entry, Path errors) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(entry.command()).redirectError(errors.toFile());
    if (!entry.ours()) {
      LAUNCHER_ENVIRONMENT.forEach(builder.environment()::remove);
    }
    Process process = builder.start();
    process.getOutputStream().close();
    return process;
  }

  /** What was heard until it was enough, or until nothing more came. */
  private record Said(PeerMessage.@Nullable Hello hello, @Nullable Window window, double loss) {}

  private Said listen(BufferedReader lines) throws IOException {
    PeerMessage.Hello hello = null;
    Window window = null;
    double loss = Double.NaN;
    String text;
    while ((text = lines.readLine()) != null) {
      long now = System.nanoTime();
      Optional<PeerMessage> line = PeerMessage.parse(text);
      if (line.isPresent() && line.get() instanceof PeerMessage.Hello said) {
        hello = said;
      } else if (line.isPresent() && line.get() instanceof PeerMessage.Step step) {
        loss = step.loss();
        window =
            window == null
                ? Window.opened((long) (1e9 * warmUp), now)
                : window.stepped(now, step.images());
        if (window.seconds() >= seconds) {
          break;
        }
      }
    }
    return new Said(hello, window, loss);
  }

  /** Ends it with all that it has started, at once: none of it may be heard in the next turn. */
  private static void end(Process process) {
    List<ProcessHandle> started = process.descendants().toList();
    // First the one that starts others.
    process.destroyForcibly();
    started.forEach(ProcessHandle::destroyForcibly);
    process.onExit().join();
    for (ProcessHandle child : started) {
      // Not for ever: where nobody asks how it ended, it looks alive for as long.
      child.onExit().completeOnTimeout(child, 2, TimeUnit.SECONDS).join();
    }
  }

  /** Why it ended by itself: the last line that names an error, or else the last one. */
  private static String lastWords(Path errors, Process process) {
    String code = "exit code " + ended(process);
    try {
      List<String> lines =
          Files.readString(errors, StandardCharsets.ISO_8859_1)
              .lines()
              .map(String::strip)
              .filter(line -> !line.isEmpty() && !line.startsWith("at "))
              .toList();
      return lines.stream()
              .filter(line -> line.matches(".*(Error|Exception)\\b.*"))
              .reduce((first, second) -> second)
              .or(() -> lines.stream().reduce((first, second) -> second))
              .map(line -> line + ", ")
              .orElse("")
          + code;
    } catch (IOException e) {
      return code;
    }
  }

  private static String ended(Process process) {
    try {
      return Integer.toString(process.waitFor());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "unknown";
    }
  }
}
