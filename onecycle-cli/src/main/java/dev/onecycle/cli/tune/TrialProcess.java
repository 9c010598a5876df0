package dev.onecycle.cli.tune;

import dev.onecycle.cli.Main;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.cli.options.CommandLineArgs;
import dev.onecycle.cli.options.SetupOptions;
import dev.onecycle.cli.options.TrainOptions;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.IoErrors;
import dev.onecycle.run.files.JsonFile;
import dev.onecycle.text.Numbers;
import dev.onecycle.tune.BatchTrial;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Tries batch sizes, each in a process of its own, so that one that needs more memory than there is
 * ends that process and nothing else.
 *
 * @param settings options of the setup, by name, as {@link CommandLineArgs#given} has them
 * @param shape of an image
 * @param classes their number
 * @param limit bytes that a trial may hold
 */
record TrialProcess(Map<String, String> settings, ImageShape shape, int classes, OptionalLong limit)
    implements IntFunction<BatchTrial> {
  private static final Set<String> SETTINGS = CommandLineArgs.names(new TrainOptions());
  private static final long MOST_MINUTES = 10;
  private static final int KILLED = 137;
  private static final String RESULT = "trial.json";
  private static final String ERRORS = "errors.txt";

  /** Trials of what a command line has set, whatever else it says. */
  static TrialProcess of(
      CommandSpec spec, SetupOptions options, ImageDataset images, OptionalLong limit) {
    Map<String, String> settings = CommandLineArgs.given(spec);
    settings.keySet().retainAll(SETTINGS);
    settings.remove("batch-size");
    // Of candidates those that take the most memory, if any takes more than another.
    settings.put("weight-decay", Numbers.exact(options.firstWeightDecay()));
    settings.put("dropout", Numbers.exact(options.mostDropout()));
    return new TrialProcess(settings, images.shape(), images.classes().size(), limit);
  }

  @Override
  public BatchTrial apply(int size) {
    Path folder = null;
    try {
      folder = Files.createTempDirectory("onecycle-trial");
      return tried(size, folder);
    } catch (IOException e) {
      return BatchTrial.failed(size, "cannot be tried: " + IoErrors.reason(e));
    } finally {
      remove(folder);
    }
  }

  private BatchTrial tried(int size, Path folder) throws IOException {
    Process process =
        new ProcessBuilder(command(size, folder))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(folder.resolve(ERRORS).toFile())
            .start();
    try {
      if (!process.waitFor(MOST_MINUTES, TimeUnit.MINUTES)) {
        return BatchTrial.failed(size, "took more than " + MOST_MINUTES + " minutes to try");
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

  private List<String> command(int size, Path folder) {
    List<String> command = new ArrayList<>();
    command.add(
        ProcessHandle.current()
            .info()
            .command()
            .orElse(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> !argument.startsWith("-agentlib:jdwp"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-XX:ErrorFile=" + folder.resolve("crash.log"),
            "-XX:-CreateCoredumpOnCrash"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Main.class.getName(), BatchTrialCommand.NAME));
    command.addAll(CommandLineArgs.of(settings));
    command.addAll(
        List.of(
            "--batch-size=" + size,
            "--shape=" + shape.channels() + "," + shape.height() + "," + shape.width(),
            "--classes=" + classes,
            "--limit=" + limit.orElse(0),
            "--out=" + folder.resolve(RESULT)));
    return command;
  }

  /** What the process said of its end: the line that names an error, or else the last one. */
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
        || line.contains("DefaultCPUAllocator")
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
