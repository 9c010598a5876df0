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
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Starts the process of a peer, times its steps and ends it: the peer's turn in a round.
 *
 * @param warmUp seconds that do not count
 * @param seconds that count, to the end of the step under way
 * @param timeout seconds after which the process is ended; the turn counts if a step does
 * @param folder for the standard error of the peers
 */
record TimedRun(double warmUp, double seconds, double timeout, Path folder) {
  /** Settings of glibc's allocator by onecycle's launcher, which other peers do not get. */
  private static final List<String> LAUNCHER_ENVIRONMENT =
      List.of(
          "MALLOC_ARENA_MAX",
          "MALLOC_MMAP_THRESHOLD_",
          "MALLOC_TRIM_THRESHOLD_",
          "MALLOC_TOP_PAD_");

  /**
   * The result of a turn.
   *
   * @param samplesPerSecond over the steps that count
   * @param steps number of steps that count
   * @param loss the last loss
   */
  record Result(PeerMessage.Hello hello, double samplesPerSecond, int steps, double loss) {}

  /** Thrown if a peer does not run; the message is the reason. */
  static final class DoesNotRunException extends Exception {
    private static final long serialVersionUID = 1;

    DoesNotRunException(String reason) {
      super(reason);
    }
  }

  /** Runs one turn. */
  Result run(Peer peer) throws DoesNotRunException {
    Path errors = folder.resolve(peer.name() + ".log");
    Process process;
    try {
      process = start(peer, errors);
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
              (long) (1e3 * timeout),
              TimeUnit.MILLISECONDS);
      Heard heard = listen(lines);
      PeerMessage.Hello hello = heard.hello();
      Window window = heard.window();
      if (hello != null && window != null && window.steps() > 0) {
        if (window.seconds() >= seconds || late.get()) {
          return new Result(hello, window.samplesPerSecond(), window.steps(), heard.loss());
        }
      }
      throw new DoesNotRunException(
          late.get()
              ? "no step of the measured time ended within " + Numbers.brief(timeout) + " s"
              : reason(errors, process));
    } catch (IOException e) {
      throw new DoesNotRunException("its output cannot be read: " + IoErrors.reason(e));
    } catch (BadDataException e) {
      throw new DoesNotRunException(String.valueOf(e.getMessage()));
    } finally {
      clock.shutdownNow();
      end(process);
    }
  }

  private static Process start(Peer peer, Path errors) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(peer.command()).redirectError(errors.toFile());
    if (!peer.launcherEnvironment()) {
      LAUNCHER_ENVIRONMENT.forEach(builder.environment()::remove);
    }
    Process process = builder.start();
    process.getOutputStream().close();
    return process;
  }

  /** The messages until the measured time or the end of the output. */
  private record Heard(PeerMessage.@Nullable Hello hello, @Nullable Window window, double loss) {}

  private Heard listen(BufferedReader lines) throws IOException {
    PeerMessage.Hello hello = null;
    Window window = null;
    double loss = Double.NaN;
    String text;
    while ((text = lines.readLine()) != null) {
      long now = System.nanoTime();
      Optional<PeerMessage> message = PeerMessage.parse(text);
      if (message.isPresent() && message.get() instanceof PeerMessage.Hello first) {
        hello = first;
      } else if (message.isPresent() && message.get() instanceof PeerMessage.Step step) {
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
    return new Heard(hello, window, loss);
  }

  /** Kills a process with its descendants, which must not run during the next turn. */
  private static void end(Process process) {
    List<ProcessHandle> started = process.descendants().toList();
    // First the process that starts others; by its handle, which leaves its output to be read.
    process.toHandle().destroyForcibly();
    started.forEach(ProcessHandle::destroyForcibly);
    process.onExit().join();
    for (ProcessHandle child : started) {
      awaitEnd(child);
    }
  }

  /**
   * Waits at most two seconds for the end of a descendant. An orphan whose exit code nobody reads
   * stays a zombie, which looks alive.
   */
  private static void awaitEnd(ProcessHandle process) {
    long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
    while (process.isAlive() && !isZombie(process.pid()) && System.nanoTime() < limit) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
    }
  }

  /** Whether a process has ended but is still listed, by Linux's {@code /proc}. */
  private static boolean isZombie(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return stat.startsWith("Z", stat.lastIndexOf(')') + 2);
    } catch (IOException e) {
      return false;
    }
  }

  /** The reason of an end: the last line with an error, or else the last line. */
  private static String reason(Path errors, Process process) {
    String code = "exit code " + exitCode(process);
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

  private static String exitCode(Process process) {
    try {
      return Integer.toString(process.waitFor());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "unknown";
    }
  }
}
