package dev.onecycle.cli.tune;

import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.JavaProgram;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.EngineException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.run.files.JsonFile;
import dev.onecycle.torch.distributed.Rendezvous;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.tune.BatchTrial;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Tries batch sizes, each in a process of its own, so that one that needs more memory than there is
 * ends that process and nothing else.
 *
 * @param config of the training that is tried, but for its batch size
 * @param shape of an image
 * @param classes their number
 * @param limit bytes that a trial may hold: of one rank, where a machine has several
 */
record TrialProcess(TrainingConfig config, ImageShape shape, int classes, OptionalLong limit)
    implements IntFunction<BatchTrial> {
  private static final long MAX_MINUTES = 10;
  private static final int KILLED = 137;

  private static final String CONFIG = "config.json";
  private static final String RESULT = "trial.json";
  private static final String ERRORS = "errors.txt";

  /**
   * Trials of batches that are dealt to ranks: this process tries the part of one rank, and all
   * ranks are taken to be as fast.
   */
  static IntFunction<BatchTrial> onRanks(int ranks, TrialProcess trial) {
    return ranks == 1
        ? trial
        : size -> {
          BatchTrial part = trial.apply(Math.max(2, (size + ranks - 1) / ranks));
          return new BatchTrial(
              size,
              part.fits(),
              part.peakBytes(),
              part.samplesPerSecond().isPresent()
                  ? OptionalDouble.of(ranks * part.samplesPerSecond().getAsDouble())
                  : part.samplesPerSecond(),
              part.remark());
        };
  }

  @Override
  public BatchTrial apply(int size) {
    Path folder = null;
    try {
      folder = Files.createTempDirectory("onecycle-trial");
      JsonFile.write(
          folder.resolve(CONFIG), config.with(TrainingConfig.BATCH_SIZE, size).givenToMap());
      return tried(size, folder);
    } catch (IOException e) {
      return BatchTrial.failed(size, "cannot be tried: " + IoErrors.reason(e));
    } finally {
      remove(folder);
    }
  }

  private BatchTrial tried(int size, Path folder) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command(folder))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(folder.resolve(ERRORS).toFile());
    Rendezvous.removeFrom(builder.environment());
    Process process = builder.start();
    try {
      if (!process.waitFor(MAX_MINUTES, TimeUnit.MINUTES)) {
        return BatchTrial.failed(size, "took more than " + MAX_MINUTES + " minutes to try");
      }
    } catch (InterruptedException e) {
      throw new CancellationException();
    } finally {
      process.destroyForcibly();
    }
    int code = process.exitValue();
    // A signal of the terminal reaches the trial too, perhaps before it is known here.
    if (Signals.stopRequested() || code == ExitCode.INTERRUPTED || code == ExitCode.TERMINATED) {
      throw new CancellationException();
    }
    return Signals.uninterrupted(() -> outcome(size, code, folder));
  }

  private static BatchTrial outcome(int size, int code, Path folder) {
    Path result = folder.resolve(RESULT);
    if (Files.exists(result)) {
      return JsonFile.read(result, BatchTrial.class, "the result of a trial");
    }
    return BatchTrial.failed(
        size,
        code == KILLED
            ? "was killed by the system: there is too little memory"
            : "failed: " + lastWords(folder.resolve(ERRORS), code));
  }

  private List<String> command(Path folder) {
    List<String> command =
        JavaProgram.command(
            List.of("-XX:ErrorFile=" + folder.resolve("crash.log"), "-XX:-CreateCoredumpOnCrash"));
    command.add(BatchTrialCommand.NAME);
    command.addAll(
        List.of(
            "--config=" + folder.resolve(CONFIG),
            "--shape=" + shape.channels() + "," + shape.height() + "," + shape.width(),
            "--classes=" + classes,
            "--limit=" + limit.orElse(0),
            "--out=" + folder.resolve(RESULT)));
    return command;
  }

  /** The last words of the process: the line that names an error, or else the last line. */
  private static String lastWords(Path errors, int code) {
    List<String> lines;
    try {
      lines =
          Files.readString(errors, StandardCharsets.ISO_8859_1)
              .lines()
              .filter(line -> !line.isBlank())
              .toList();
    } catch (IOException e) {
      return "exit code " + code + ", and what it said cannot be read: " + IoErrors.reason(e);
    }
    if (lines.stream().anyMatch(TrialProcess::lacksMemory)) {
      return "it needs more memory than it can get";
    }
    return lines.stream()
        .filter(line -> line.startsWith("onecycle: "))
        .findFirst()
        .or(() -> lines.stream().reduce((first, second) -> second))
        .orElse("exit code " + code)
        .replaceFirst("^onecycle: ", "");
  }

  private static boolean lacksMemory(String line) {
    return line.contains("OutOfMemoryError")
        || line.contains(EngineException.LACKS_MEMORY)
        || line.contains("insufficient memory");
  }

  private static void remove(@Nullable Path folder) {
    if (folder == null) {
      return;
    }
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      System.getLogger(TrialProcess.class.getName())
          .log(System.Logger.Level.DEBUG, () -> "left over: " + IoErrors.reason(e), e);
    }
  }
}
