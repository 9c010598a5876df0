package dev.onecycle.torch.script;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.nn.NetworkJson;
import dev.onecycle.torch.nn.Script;
import dev.onecycle.torch.nn.ScriptFile;
import dev.onecycle.torch.tune.MemoryBudget;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tries TorchScript files in a process of its own: one that is damaged or hostile can end that
 * process, fill its memory or keep it busy for ever, and nothing else. The process tries one file
 * after the other, and is started anew after one that ended it.
 *
 * <p>For one thread at a time. Close it: the process ends with it.
 */
public final class ScriptTrial implements AutoCloseable {
  /** A network of 100 million weights takes a few seconds. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** The engine alone holds a quarter of this. */
  private static final long LEAST_MEMORY = 2L << 30;

  private static final int KILLED = 137;

  private final Duration patience;
  private final long memory;
  private @Nullable Child child;

  /** A trial as long and large as usual. */
  public ScriptTrial() {
    this(PATIENCE, Math.max(LEAST_MEMORY, MemoryBudget.available().orElse(LEAST_MEMORY)));
  }

  /**
   * A trial within limits.
   *
   * @param patience the longest time for a file, without the start of the process
   * @param memory bytes that the process may hold
   */
  public ScriptTrial(Duration patience, long memory) {
    this.patience = patience;
    this.memory = memory;
  }

  /**
   * Tries a file.
   *
   * @param input the images that it is to take
   * @param classes the number of scores that it is to give
   * @return its network
   * @throws BadDataException naming what makes it unusable, also where it ends the process
   */
  public Network of(ScriptFile file, ImageShape input, int classes) {
    Child process = child == null ? Child.start(memory) : child;
    child = process;
    @Nullable String answer = null;
    try {
      answer = process.ask(file, input, classes, patience);
    } catch (InterruptedException e) {
      throw new CancellationException();
    } finally {
      if (answer == null) {
        process.kill();
        child = null;
      }
    }
    if (answer == null) {
      throw new BadDataException("model " + file.path() + " is not usable: " + process.end());
    }
    if (!answer.startsWith(TrialMain.USABLE)) {
      throw new BadDataException(answer.substring(TrialMain.REFUSED.length()));
    }
    Network tried =
        NetworkJson.read(answer.substring(TrialMain.USABLE.length()), sha256 -> same(file, sha256));
    return ScriptNetwork.of((Script) tried.layers());
  }

  private static ScriptFile same(ScriptFile file, String sha256) {
    if (!sha256.equals(file.sha256())) {
      throw new BadDataException("model " + file.path() + " has changed while it was tried");
    }
    return file;
  }

  @Override
  public void close() {
    if (child != null) {
      child.kill();
      child = null;
    }
  }

  /** The process. */
  private static final class Child {
    private final Process process;
    private final Path folder;
    private final Writer requests;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final String mark;
    private String end = "";

    private Child(Process process, Path folder, String mark) {
      this.process = process;
      this.folder = folder;
      this.mark = mark;
      requests = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
      Thread reader = new Thread(this::read, "onecycle-script-trial");
      reader.setDaemon(true);
      reader.start();
    }

    static Child start(long memory) {
      try {
        Path folder = Files.createTempDirectory("onecycle-script");
        String mark = UUID.randomUUID().toString();
        Process process =
            new ProcessBuilder(command(folder, mark, memory))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        return new Child(process, folder, mark);
      } catch (IOException e) {
        throw IoErrors.cannotCreate("a process to try the model in", e);
      }
    }

    private static List<String> command(Path folder, String mark, long memory) {
      List<String> command = new ArrayList<>();
      command.add(
          ProcessHandle.current()
              .info()
              .command()
              .orElse(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
      Stream.of("org.bytedeco.javacpp.cachedir", "java.io.tmpdir")
          .filter(name -> System.getProperty(name) != null)
          .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
      command.addAll(
          List.of(
              "-Xmx256m",
              "-XX:+UseSerialGC",
              "-XX:TieredStopAtLevel=1",
              "-XX:-CreateCoredumpOnCrash",
              "-XX:ErrorFile=" + folder.resolve("crash.log"),
              "--enable-native-access=ALL-UNNAMED",
              "-cp",
              System.getProperty("java.class.path"),
              TrialMain.class.getName(),
              mark,
              Long.toString(memory)));
      return command;
    }

    /** What follows the mark is an answer; a script may print other things. */
    private void read() {
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          int at = line.indexOf(mark);
          if (at >= 0) {
            answers.add(line.substring(at + mark.length()));
          }
        }
      } catch (IOException e) {
        end = IoErrors.reason(e);
      }
      answers.add(""); // the end
    }

    /** The answer; null where the process came to grief, see {@link #end}. */
    @Nullable String ask(ScriptFile file, ImageShape input, int classes, Duration patience)
        throws InterruptedException {
      if (!await(TrialMain.READY, PATIENCE)) {
        return null;
      }
      String path =
          Base64.getEncoder()
              .encodeToString(
                  file.path().toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8));
      try {
        requests.write(
            String.join(
                " ",
                path,
                Integer.toString(input.channels()),
                Integer.toString(input.height()),
                Integer.toString(input.width()),
                Integer.toString(classes) + "\n"));
        requests.flush();
      } catch (IOException e) {
        // It has ended; the reading of its answer tells how.
        end = IoErrors.reason(e);
      }
      String answer = answers.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
      if (answer == null) {
        end = Numbers.format("it takes more than %d s for four images", patience.toSeconds());
        return null;
      }
      return answer.isEmpty() ? ended() : answer;
    }

    private boolean await(String word, Duration patience) throws InterruptedException {
      String answer = answers.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
      if (word.equals(answer)) {
        return true;
      }
      if (answer == null) {
        end = "the process to try it in does not start";
      } else {
        ended();
      }
      return false;
    }

    private @Nullable String ended() throws InterruptedException {
      process.waitFor(1, TimeUnit.SECONDS);
      int code = process.isAlive() ? -1 : process.exitValue();
      end =
          code == TrialMain.TOO_LARGE || code == KILLED
              ? "it needs more memory than there is"
              : "it ends the process that tries it (exit code " + code + "): it is damaged";
      return null;
    }

    String end() {
      return end;
    }

    void kill() {
      process.destroyForcibly();
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.deleteIfExists(file);
        }
        Files.deleteIfExists(folder);
      } catch (IOException e) {
        System.getLogger(ScriptTrial.class.getName())
            .log(System.Logger.Level.DEBUG, () -> "left over: " + IoErrors.reason(e), e);
      }
    }
  }
}
