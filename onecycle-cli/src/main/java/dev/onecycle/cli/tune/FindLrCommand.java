package dev.onecycle.cli.tune;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.JobProgress;
import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.console.RangeView;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.cli.options.CommandLineArgs;
import dev.onecycle.cli.options.ConfigOptions;
import dev.onecycle.cli.options.FigureOptions;
import dev.onecycle.cli.options.FileNames;
import dev.onecycle.cli.options.SettingOptions;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.range.RangeTest;
import dev.onecycle.report.csv.RangeCsv;
import dev.onecycle.report.figures.RangeFigures;
import dev.onecycle.run.Conditions;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.run.tuning.Evidence;
import dev.onecycle.run.tuning.FoundRate;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.job.Experiment;
import dev.onecycle.torch.job.PeakRate;
import dev.onecycle.torch.job.Setting;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.job.TrainingConfig.Group;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IModelTransformer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Runs the range test and suggests a peak rate. */
@Command(
    name = "find-lr",
    description = {
      "Run the learning rate range test: raise the rate step by step until the loss rises for good,"
          + " and suggest a tenth of that rate as the peak.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    modelTransformer = FindLrCommand.Settings.class,
    footer = {
      "",
      "Examples:",
      "  onecycle find-lr photos/",
      "  onecycle find-lr cifar10 --model resnet56 --batch-size 512 --svg curve.svg",
      "  onecycle find-lr photos.zip --weight-decay 1e-3 --repeats 3 --csv curve.csv"
    })
public final class FindLrCommand implements Callable<Integer> {
  private static final String SVG = "find-lr.svg";

  /** The settings of a range test's conditions, and of the test itself. */
  static final class Settings implements IModelTransformer {
    @Override
    public CommandSpec transform(CommandSpec spec) {
      SettingOptions.add(spec, SETTINGS);
      return spec;
    }
  }

  private static final List<Group> GROUPS =
      List.of(Group.DATA, Group.LEARNER, Group.AUGMENTATION, Group.RANGE_TEST);
  private static final List<Setting<?>> SETTINGS =
      Stream.concat(
              TrainingConfig.settings(GROUPS).stream(),
              Stream.<Setting<?>>of(TrainingConfig.MOMENTUM))
          .toList();

  @Mixin ConfigOptions settings = new ConfigOptions();

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description =
          "Where the result is kept, for train --lr-from and reports. Default: find-lr.json.")
  Path out = Path.of("find-lr.json");

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description = "Write the columns step,learning_rate,loss,smoothed.")
  @Nullable Path csv;

  @Mixin FigureOptions figures = new FigureOptions();
  @Mixin OutputOptions output = new OutputOptions();

  @Override
  public Integer call() {
    Console console = output.console();
    TrainingConfig config = settings.config();
    if (settings.printed(console, config, SETTINGS, List.of())) {
      return ExitCode.OK;
    }
    config.validated();
    figures.requireWritable(SVG);
    Stream.of(out, csv).filter(Objects::nonNull).forEach(AtomicFile::requireWritable);
    Signals.watch();
    try (JobProgress progress = JobProgress.ofTuning(console);
        Experiment experiment = Experiment.openForTuning(config, progress)) {
      RangeTest test = config.rangeTest(experiment.setup().momentum());
      RangeSummary summary = PeakRate.rangeTests(experiment, test, progress);
      progress.close();
      return Signals.uninterrupted(() -> finish(console, summary, experiment.conditions()));
    }
  }

  private int finish(Console console, RangeSummary summary, Conditions conditions) {
    RangeView.show(console, summary);
    writeCsv(console, summary);
    if (summary.suggestion().isPresent()) {
      console.answer(
          "Suggested peak learning rate: " + Numbers.brief(summary.suggestion().getAsDouble()));
    } else {
      console.answer("No peak learning rate can be suggested.");
    }
    figures.write(console, () -> RangeFigures.of(summary), SVG);
    new FoundRate(
            CommandLineArgs.of(settings.spec()),
            summary.suggestion(),
            conditions,
            Evidence.of(summary))
        .write(out);
    console.say("Wrote " + out);
    Map<String, Object> result = new LinkedHashMap<>();
    if (summary.suggestion().isPresent()) {
      result.put("learning_rate", summary.suggestion().getAsDouble());
    }
    result.putAll(RangeView.record(summary));
    result.put("svg", figures.svg(SVG).toString());
    result.put("result", out.toString());
    console.result(result);
    return summary.suggestion().isPresent() ? ExitCode.OK : ExitCode.BAD_DATA;
  }

  private void writeCsv(Console console, RangeSummary summary) {
    if (csv != null) {
      for (int i = 0; i < summary.runs().size(); i++) {
        Path file = i == 0 ? csv : FileNames.withSuffix(csv, "-" + (i + 1));
        RangeCsv.write(summary.runs().get(i).points(), file);
        console.say("Wrote " + file);
      }
    }
  }
}
