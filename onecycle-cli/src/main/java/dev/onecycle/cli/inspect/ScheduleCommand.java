package dev.onecycle.cli.inspect;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.console.Terminal;
import dev.onecycle.cli.options.SettingOptions;
import dev.onecycle.error.Require;
import dev.onecycle.report.chart.Figure;
import dev.onecycle.report.csv.ScheduleCsv;
import dev.onecycle.report.figures.ScheduleFigures;
import dev.onecycle.report.figures.TerminalFigures;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.run.files.FileNames;
import dev.onecycle.schedule.Phase;
import dev.onecycle.schedule.Policy;
import dev.onecycle.schedule.PolicyChoice;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.job.TrainingConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows a policy before anything is trained by it. */
@Command(
    name = "schedule",
    description =
        "Print the phases of a policy, and draw or write the learning rate and momentum of every step.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    modelTransformer = ScheduleCommand.Settings.class,
    footer = {
      "",
      "Examples:",
      "  onecycle schedule --max-lr 0.8 --epochs 95 --steps-per-epoch 98",
      "  onecycle schedule --max-lr 0.8 --steps 9310 --csv cycle.csv --svg cycle.svg",
      "  onecycle schedule --max-lr 3 --epochs 50 --steps-per-epoch 98 --momentum 0.9 --divider 20"
    })
public final class ScheduleCommand implements Callable<Integer> {
  /** The settings of the policy are options. */
  static final class Settings extends SettingOptions.Transformer {
    Settings() {
      super(TrainingConfig.settings(List.of(TrainingConfig.Group.POLICY)));
    }
  }

  @Option(names = "--max-lr", required = true, paramLabel = "RATE", description = "Peak rate.")
  double maxLr;

  @Option(names = "--epochs", paramLabel = "N", description = "Epochs of the run.")
  @Nullable Long epochs;

  @Option(names = "--steps-per-epoch", paramLabel = "N", description = "Batches of an epoch.")
  @Nullable Long stepsPerEpoch;

  @Option(names = "--steps", paramLabel = "N", description = "Steps of the run, instead.")
  @Nullable Long steps;

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description = "Write the columns step,learning_rate,momentum.")
  @Nullable Path csv;

  @Option(
      names = "--svg",
      paramLabel = "FILE",
      description =
          "Write the figure of rate and momentum, and beside it FILE-rate.svg, rate alone.")
  @Nullable Path svg;

  @Option(
      names = "--png",
      paramLabel = "FILE",
      description = "The same as PNG: FILE, and FILE-rate.png.")
  @Nullable Path png;

  @Mixin OutputOptions output = new OutputOptions();

  @Override
  public Integer call() {
    Console console = output.console();
    Policy policy = choice().over(steps(), maxLr);
    requireWritable();
    console.answer(policy.describe());
    for (Phase phase : policy.phases()) {
      console.say(
          Numbers.format(
              "  %-13s steps %d to %d", phase.name(), phase.firstStep(), phase.lastStep()));
    }
    console.say("");
    console.picture(TerminalFigures.schedule(policy, Terminal.style()));
    if (csv != null) {
      ScheduleCsv.write(policy, csv);
      console.say("Wrote " + csv);
    }
    if (svg != null) {
      draw(console, policy, svg, Figure::writeSvg);
    }
    if (png != null) {
      draw(console, policy, png, Figure::writePng);
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("policy", policy.name());
    result.put("steps", policy.steps());
    result.put("learning_rate", policy.peak());
    result.put("description", policy.describe());
    console.result(result);
    return ExitCode.OK;
  }

  private void requireWritable() {
    Optional.ofNullable(csv).ifPresent(file -> FileNames.requireNew("--csv", file));
    Optional.ofNullable(svg).ifPresent(file -> FileNames.requireNewOr(".svg", "--svg", file));
    Optional.ofNullable(png).ifPresent(file -> FileNames.requireNewOr(".png", "--png", file));
    Stream.of(csv, svg, png).filter(Objects::nonNull).forEach(AtomicFile::requireWritable);
  }

  private PolicyChoice choice() {
    return SettingOptions.config(output.spec()).policyChoice();
  }

  private long steps() {
    if (steps != null && (epochs != null || stepsPerEpoch != null)) {
      throw Require.invalid(
          "--steps", "given alone, or --epochs with --steps-per-epoch instead,", steps);
    }
    if (steps != null) {
      return Require.atLeast("--steps", steps, 1);
    }
    if (epochs == null || stepsPerEpoch == null) {
      throw Require.invalid(
          "length of the run",
          "given by --epochs and --steps-per-epoch, or by --steps,",
          "missing");
    }
    Require.atLeast("--epochs", epochs, 1);
    Require.atLeast("--steps-per-epoch", stepsPerEpoch, 1);
    long most = Long.MAX_VALUE / stepsPerEpoch;
    Require.that(epochs <= most, "--epochs", "at most " + most, epochs, epochs);
    return epochs * stepsPerEpoch;
  }

  private static void draw(
      Console console, Policy policy, Path file, BiConsumer<Figure, Path> writer) {
    Path alone = FileNames.withSuffix(file, "-rate");
    writer.accept(ScheduleFigures.rateAndMomentum(policy), file);
    writer.accept(ScheduleFigures.rate(policy), alone);
    console.say("Wrote " + file + " and " + alone);
  }
}
