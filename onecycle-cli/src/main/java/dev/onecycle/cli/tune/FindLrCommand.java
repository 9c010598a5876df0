package dev.onecycle.cli.tune;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.cli.options.CommandLineArgs;
import dev.onecycle.cli.options.DataArguments;
import dev.onecycle.cli.options.FigureOptions;
import dev.onecycle.cli.options.FileNames;
import dev.onecycle.cli.options.MomentumRange;
import dev.onecycle.cli.options.RangeOptions;
import dev.onecycle.cli.options.TrainOptions;
import dev.onecycle.data.TuningData;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.range.RangeTest;
import dev.onecycle.report.csv.RangeCsv;
import dev.onecycle.report.figures.RangeFigures;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.run.files.JsonFile;
import dev.onecycle.run.tuning.FinderRecord;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.Setup;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the range test and suggests a peak rate. */
@Command(
    name = "find-lr",
    description = {
      "Run the learning rate range test: raise the rate step by step until the loss leaves, and"
          + " suggest a tenth of the rate at which it does.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  onecycle find-lr photos/",
      "  onecycle find-lr cifar10 --model resnet56 --batch-size 512 --svg curve.svg",
      "  onecycle find-lr photos.zip --weight-decay 1e-3 --repeats 3 --csv curve.csv"
    })
public final class FindLrCommand implements Callable<Integer> {
  private static final String SVG = "find-lr.svg";

  @Mixin DataArguments dataArguments = new DataArguments();
  @Mixin TrainOptions train = new TrainOptions();
  @Mixin RangeOptions range = new RangeOptions();

  @Option(
      names = "--momentum",
      paramLabel = "M",
      description =
          "Momentum of every step; of 0.95:0.85, cycled, the one at the peak. Default: 0.85.",
      converter = MomentumRange.Converter.class)
  MomentumRange momentum = MomentumRange.DEFAULT;

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
  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    Console console = output.console();
    train.validate();
    RangeTest test = range.test(momentum.low().orElse(momentum.high().orElse(0.85)));
    figures.requireWritable(SVG);
    Stream.of(out, csv).filter(Objects::nonNull).forEach(AtomicFile::requireWritable);
    Signals.watch();
    TuningData data = dataArguments.openForTuning(console, train.seed);
    Setup setup = train.setup(data.train().shape(), data.train().classes().size(), test.momentum());
    RangeSummary summary;
    try (Learner learner = Learner.prepare(setup.network(), data.train(), setup.settings())) {
      summary = RangeRun.run(console, learner, data.train(), setup, test, range.repeats);
    }
    return Signals.uninterrupted(() -> finish(console, summary, setup, data));
  }

  private int finish(Console console, RangeSummary summary, Setup setup, TuningData data) {
    RangeRun.show(console, summary);
    writeCsv(console, summary);
    if (summary.suggestion().isPresent()) {
      console.answer(
          "Suggested peak learning rate: " + Numbers.brief(summary.suggestion().getAsDouble()));
    } else {
      console.answer("No peak learning rate can be suggested.");
    }
    figures.write(console, () -> RangeFigures.of(summary), SVG);
    JsonFile.write(
        out,
        new FinderRecord(
            CommandLineArgs.of(spec),
            summary.suggestion(),
            setup.conditions(data.fingerprint()),
            summary));
    console.say("Wrote " + out);
    Map<String, Object> result = new LinkedHashMap<>();
    if (summary.suggestion().isPresent()) {
      result.put("learning_rate", summary.suggestion().getAsDouble());
    }
    result.putAll(RangeRun.record(summary));
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
