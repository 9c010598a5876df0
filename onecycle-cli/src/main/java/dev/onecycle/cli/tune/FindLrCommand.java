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
import dev.onecycle.cli.options.RankOptions;
import dev.onecycle.cli.options.SettingOptions;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.range.SuggestedPeak;
import dev.onecycle.report.csv.RangeCsv;
import dev.onecycle.report.figures.RangeFigures;
import dev.onecycle.run.Conditions;
import dev.onecycle.run.files.AtomicFile;
import dev.onecycle.run.files.FileNames;
import dev.onecycle.run.tuning.Evidence;
import dev.onecycle.run.tuning.FoundRate;
import dev.onecycle.text.Counts;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.distributed.ProcessGroup;
import dev.onecycle.torch.job.Experiment;
import dev.onecycle.torch.job.Experiment.HeldBatch;
import dev.onecycle.torch.job.RangeTests;
import dev.onecycle.torch.job.RangeTests.Doubt;
import dev.onecycle.torch.job.RunControl;
import dev.onecycle.torch.job.Setting;
import dev.onecycle.torch.job.TrainedModel;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.job.TrainingConfig.Group;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the range test and suggests a peak rate. */
@Command(
    name = "find-lr",
    description = {
      "Run the learning rate range test: raise the rate step by step until the loss rises for good,"
          + " and suggest a peak from the rates at which it was low.",
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
      "  onecycle find-lr photos.zip --weight-decay 1e-3 --repeats 3 --csv curve.csv",
      "  onecycle find-lr --from runs/first",
      "  onecycle find-lr --read curve.csv"
    })
public final class FindLrCommand implements Callable<Integer> {
  private static final Path RESULT = Path.of("find-lr.json");
  private static final String NOTHING_SUGGESTED = "No peak learning rate can be suggested.";

  /** The options that go with recorded curves, without dashes. */
  private static final Set<String> WITH_CURVES = Set.of("csv", "svg", "png", "json", "quiet");

  /** The settings of a range test's conditions, and of the test itself. */
  static final class Settings extends SettingOptions.Transformer {
    Settings() {
      super(SETTINGS);
    }
  }

  private static final List<Group> GROUPS =
      List.of(Group.DATA, Group.LEARNER, Group.AUGMENTATION, Group.RANGE_TEST);
  private static final List<Setting<?>> SETTINGS =
      Stream.concat(
              TrainingConfig.settings(GROUPS).stream()
                  .filter(setting -> setting != TrainingConfig.FROM),
              Stream.<Setting<?>>of(TrainingConfig.MOMENTUM, TrainingConfig.EPOCHS))
          .toList();

  /** The settings and the weights, which are an option of this command. */
  private static final List<Setting<?>> PRINTED =
      Stream.concat(SETTINGS.stream(), Stream.<Setting<?>>of(TrainingConfig.FROM)).toList();

  /** The rules for weights from elsewhere. */
  private static final List<Setting<?>> MAPPING =
      List.of(
          TrainingConfig.HEAD,
          TrainingConfig.FROM_PREFIX,
          TrainingConfig.FROM_RENAMES,
          TrainingConfig.FROM_IGNORE);

  @Mixin ConfigOptions settings = new ConfigOptions();

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description =
          "Where the result is kept, for train --lr-from and reports; a new file. Default:"
              + " find-lr.json, or find-lr-2.json and so on where that is taken.")
  @Nullable Path out;

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description = "Write each step with its learning rate and loss, to be read by --read.")
  @Nullable Path csv;

  @Option(
      names = "--from",
      paramLabel = "MODEL",
      description =
          "Start from the weights of a trained model instead of random ones, to train it further: a"
              + " run's folder, whose data and settings are then the defaults, a"
              + " model.safetensors, or weights from elsewhere, as train --from takes them. With"
              + " --head or another rule for the weights, a run or model is read as train --from"
              + " reads it. Costs no more than a test from random weights.")
  @Nullable Path from;

  @Mixin RecordedCurves curves = new RecordedCurves();
  @Mixin FigureOptions figures = new FigureOptions();
  @Mixin RankOptions ranks = new RankOptions();
  @Mixin OutputOptions output = new OutputOptions();

  @Override
  public Integer call() {
    Console console = output.console();
    curves.requireConsistent(settings.spec(), WITH_CURVES);
    if (curves.given()) {
      requireWritable(RESULT);
      return finish(
          console,
          curves.summary(),
          curves.cycleSteps(),
          OptionalDouble.empty(),
          doubts(curves.summary(), curves.cycleSteps()),
          RESULT,
          Optional.empty());
    }
    Optional<TrainedModel> trained =
        Optional.ofNullable(from)
            .filter(model -> !isMapped() && TrainedModel.isModel(model))
            .map(
                model ->
                    TrainedModel.read(
                        model,
                        SettingOptions.given(settings.spec()).get(TrainingConfig.TRUST_MODEL)));
    TrainingConfig config = config(trained);
    if (settings.printed(console, withFrom(config), PRINTED, List.of())) {
      return ExitCode.OK;
    }
    config.validated();
    config.rangeTest(config.policyChoice().momentumAtPeak()); // are its steps enough?
    Path result = ranks.rendezvous().rank() == 0 ? writable() : RESULT;
    Signals.watch();
    return ranks.run(console, group -> find(config, trained, result, group));
  }

  private TrainingConfig config(Optional<TrainedModel> trained) {
    TrainingConfig config =
        settings.config(trained.map(TrainedModel::config).orElseGet(TrainingConfig::defaults));
    return trained.isPresent() ? config : withFrom(config);
  }

  private TrainingConfig withFrom(TrainingConfig config) {
    return from == null ? config : config.with(TrainingConfig.FROM, from.toString());
  }

  /** Whether the weights are given rules, by which they are taken as a training takes them. */
  private boolean isMapped() {
    TrainingConfig byOptions = SettingOptions.given(settings.spec());
    TrainingConfig given = settings.given();
    return MAPPING.stream().anyMatch(rule -> byOptions.isGiven(rule) || given.isChosen(rule));
  }

  private Path writable() {
    Path file = out == null ? FileNames.unused(RESULT) : FileNames.requireNew("--out", out);
    requireWritable(file);
    AtomicFile.requireWritable(file);
    return file;
  }

  private int find(
      TrainingConfig config, Optional<TrainedModel> trained, Path result, ProcessGroup group) {
    Console console = output.console();
    try (JobProgress progress = JobProgress.ofTuning(console.of(group));
        Experiment experiment =
            Experiment.openForRangeTest(
                config, trained.map(TrainedModel::file), HeldBatch.on(group), progress)) {
      RunControl control = Signals.control(group);
      experiment.join(control);
      sayImages(console.of(group), experiment);
      RangeTests tests = RangeTests.of(experiment);
      RangeSummary summary =
          group.isAlone() ? tests.run(progress) : control.uninterrupted(() -> tests.run(progress));
      progress.close();
      if (!group.isFirst()) {
        return ExitCode.OK; // rank 0 has the same result
      }
      return Signals.uninterrupted(
          () ->
              finish(
                  console,
                  summary,
                  OptionalLong.of(experiment.cycleSteps()),
                  tests.carefulRate(summary),
                  tests.doubts(summary),
                  result,
                  Optional.of(experiment.conditions())));
    }
  }

  private static List<Doubt> doubts(RangeSummary summary, OptionalLong steps) {
    List<Doubt> doubts = new ArrayList<>(Doubt.ofCurves(summary).stream().toList());
    Doubt.ofSeeds(summary, steps.orElse(SuggestedPeak.LONG)).ifPresent(doubts::add);
    return doubts;
  }

  private void requireWritable(Path result) {
    figures.requireWritable(result);
    if (csv != null) {
      AtomicFile.requireWritable(FileNames.requireNew("--csv", csv));
    }
  }

  /** Says where a training would test on more images. */
  private static void sayImages(Console console, Experiment experiment) {
    if (!experiment.evaluationName().equals("val")) {
      console.say(
          imagesOfTraining(
              experiment.train().size(),
              experiment.evaluation().size(),
              experiment.config().find(TrainingConfig.LIMIT)));
    }
  }

  /**
   * The images that a range test of train would take, in a sentence.
   *
   * @param train images of this test
   * @param heldOut images that are held out here, and are not where there is a test set
   * @param limit of the training images
   */
  static String imagesOfTraining(int train, int heldOut, Optional<Integer> limit) {
    int all = Math.min(train + heldOut, limit.orElse(Integer.MAX_VALUE));
    String same = "A range test of train takes the same " + Counts.of(train, "image", "images");
    return all == train
        ? same + ", or as many of all training images where there is a test set."
        : Numbers.format("%s, or all %,d where there is a test set.", same, all);
  }

  /**
   * Shows and keeps the result.
   *
   * @param steps of the cycle that the rate is for, if they are known
   * @param careful the rate that a training takes where there is no suggestion
   * @param doubts about the suggestion
   * @param file of the result
   * @param conditions that it was found under; empty for recorded curves, which no training can
   *     rely on by --lr-from
   */
  private int finish(
      Console console,
      RangeSummary summary,
      OptionalLong steps,
      OptionalDouble careful,
      List<Doubt> doubts,
      Path file,
      Optional<Conditions> conditions) {
    RangeView.show(console, summary, steps, careful.isPresent());
    writeCsv(console, summary);
    String nothing = nothingSuggested(careful);
    console.answer(summary.suggestion().map(peak -> answer(peak, steps)).orElse(nothing));
    RangeView.show(console, doubts);
    figures.write(console, () -> RangeFigures.of(summary, steps), file);
    conditions.ifPresent(
        found -> {
          FoundRate.suggested(
                  CommandLineArgs.of(settings.spec()),
                  steps.orElseThrow(),
                  found,
                  Evidence.of(summary))
              .write(file);
          console.say("Wrote " + file);
        });
    Map<String, Object> result = new LinkedHashMap<>();
    if (summary.suggestion().isPresent() && steps.isPresent()) {
      result.put("learning_rate", summary.suggestion().get().over(steps.getAsLong()));
      result.put("cycle_steps", steps.getAsLong());
    }
    if (summary.suggestion().isPresent()) {
      result.put("doubts", RangeView.record(doubts));
    }
    careful.ifPresent(rate -> result.put("careful_learning_rate", rate));
    result.putAll(RangeView.record(summary));
    result.put("svg", figures.svg(file).toString());
    conditions.ifPresent(found -> result.put("result", file.toString()));
    if (summary.suggestion().isPresent()) {
      console.result(result);
      return ExitCode.OK;
    }
    console.result(result, nothing + " " + summary.verdict().explanation(), ExitCode.BAD_DATA);
    return ExitCode.BAD_DATA;
  }

  private static String nothingSuggested(OptionalDouble careful) {
    return careful.isPresent()
        ? NOTHING_SUGGESTED
            + " Train then takes "
            + Numbers.brief(careful.getAsDouble())
            + ", a careful rate for few images."
        : NOTHING_SUGGESTED;
  }

  private static String answer(SuggestedPeak peak, OptionalLong steps) {
    return steps.isPresent()
        ? Numbers.format(
            "Suggested peak learning rate: %s, for a cycle of %,d steps.",
            Numbers.brief(peak.over(steps.getAsLong())), steps.getAsLong())
        : Numbers.format(
            "Suggested peak learning rate: %s for a cycle of up to %,d steps, %s for %,d or more;"
                + " --cycle-steps gives the rate for another length.",
            RangeView.rate(peak.inShortCycle()),
            SuggestedPeak.SHORT,
            RangeView.rate(peak.inLongCycle()),
            SuggestedPeak.LONG);
  }

  private void writeCsv(Console console, RangeSummary summary) {
    if (csv != null) {
      for (int i = 0; i < summary.runs().size(); i++) {
        Path curve = i == 0 ? csv : FileNames.unused(FileNames.withSuffix(csv, "-" + (i + 1)));
        RangeCsv.write(summary.runs().get(i), curve);
        console.say("Wrote " + curve);
      }
    }
  }
}
