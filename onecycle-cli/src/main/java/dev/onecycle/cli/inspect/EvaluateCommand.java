package dev.onecycle.cli.inspect;

import dev.onecycle.cli.console.Bar;
import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.JobProgress;
import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.console.Recalls;
import dev.onecycle.cli.options.ModelArgument;
import dev.onecycle.cli.options.SettingOptions;
import dev.onecycle.data.Datasets;
import dev.onecycle.data.EvaluationSplit;
import dev.onecycle.math.ShareInterval;
import dev.onecycle.run.Classification;
import dev.onecycle.text.Counts;
import dev.onecycle.text.Numbers;
import dev.onecycle.text.Texts;
import dev.onecycle.torch.job.Experiment;
import dev.onecycle.torch.job.RunSummary;
import dev.onecycle.torch.job.TrainingConfig;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.train.Evaluation;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.Training;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

/** Evaluates a trained model on labelled images. */
@Command(
    name = "evaluate",
    description = {
      "Evaluate a trained model on the test images of a data set.",
      "Without DATA, evaluate a run on the images that it held out: its test images, or else the"
          + " images that judged its epochs."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    modelTransformer = EvaluateCommand.Settings.class,
    footer = {
      "",
      "Examples:",
      "  onecycle evaluate runs/NAME",
      "  onecycle evaluate runs/NAME photos/"
    })
public final class EvaluateCommand implements Callable<Integer> {
  /** The settings of reading images are options. */
  static final class Settings extends SettingOptions.Transformer {
    Settings() {
      super(
          List.of(
              TrainingConfig.DATA,
              TrainingConfig.MAX_PIXELS,
              TrainingConfig.SKIP_BAD,
              TrainingConfig.ENCODING,
              TrainingConfig.FOLLOW_LINKS,
              TrainingConfig.ALLOW_EMPTY_CLASSES,
              TrainingConfig.LABELS,
              TrainingConfig.IMAGE_COLUMN,
              TrainingConfig.LABEL_COLUMN,
              TrainingConfig.LABEL_PATTERN,
              TrainingConfig.OFFLINE,
              TrainingConfig.CACHE,
              TrainingConfig.MAX_CACHE));
    }
  }

  /** Pairs of confused classes that are named. */
  private static final int PAIRS = 3;

  @Mixin ModelArgument model = new ModelArgument();
  @Mixin OutputOptions output = new OutputOptions();

  /** How many images of a class were taken for another, both by name. */
  private record Confused(String label, String predicted, int count) {}

  @Override
  public Integer call() {
    Console console = output.console();
    ModelFile file = model.read();
    EvaluationSplit data = open(console, file);
    Evaluation evaluation;
    try (Learner learner = ModelArgument.learner(file);
        Bar bar = new Bar(console, "evaluating", data.images().size(), " images")) {
      evaluation = Training.evaluate(learner, data.images(), done -> bar.at(done, data.name()));
    }
    model.requireFinite(evaluation.loss());
    console.answer(
        Numbers.format(
            "accuracy %.2f %% on %s%s, loss %.4f",
            100 * evaluation.accuracy(),
            Counts.images(evaluation.images(), data.name()),
            ShareInterval.remark(evaluation.accuracy(), evaluation.images()),
            evaluation.loss()));
    Map<String, Double> recall = RunSummary.recall(evaluation.classification(), file.classes());
    double balanced = evaluation.classification().balancedAccuracy();
    console.answer(Recalls.line(recall));
    List<Confused> confused = confused(evaluation.classification(), file.classes());
    if (!confused.isEmpty()) {
      console.answer(
          confused.stream()
              .map(c -> Numbers.format("%,d × %s as %s", c.count, c.label, c.predicted))
              .map(Texts::clean)
              .collect(Collectors.joining(", ", "Most confused: ", "")));
    }
    Map<String, Object> result = new LinkedHashMap<>();
    String name = data.name().equals("test") ? "test" : "validation";
    result.put(name + "_accuracy", evaluation.accuracy());
    result.put(name + "_loss", evaluation.loss());
    result.put(name + "_balanced_accuracy", balanced);
    result.put("class_recall", recall);
    result.put("images", evaluation.images());
    result.put("most_confused", confused);
    result.put("model", file.network().name());
    console.result(result);
    return ExitCode.OK;
  }

  private EvaluationSplit open(Console console, ModelFile file) {
    TrainingConfig config = SettingOptions.config(output.spec());
    config.requireNeeded();
    if (config.find(TrainingConfig.DATA).isEmpty()) {
      return heldOut(console, config);
    }
    String location = config.get(TrainingConfig.DATA);
    try (JobProgress progress = JobProgress.ofTraining(console)) {
      EvaluationSplit data =
          Datasets.openEvaluation(
              location,
              file.input(),
              file.classes(),
              config
                  .dataOptions()
                  .withDecoding(file.images().decoding(config.get(TrainingConfig.MAX_PIXELS)))
                  .withListener(progress::reading));
      progress.close();
      console.say(location + ": " + Counts.images(data.images().size(), data.name()));
      JobProgress.show(console, data.report());
      return data;
    }
  }

  /** The images that the run of the model held out. */
  private EvaluationSplit heldOut(Console console, TrainingConfig changes) {
    Path run =
        model
            .run()
            .orElseThrow(
                () ->
                    new ParameterException(
                        output.spec().commandLine(),
                        "DATA must be given where MODEL is not a run's folder; for example: onecycle"
                            + " evaluate model.safetensors photos/"));
    try (JobProgress progress = JobProgress.ofTraining(console);
        Experiment experiment = Experiment.ofRun(run, changes, progress)) {
      return new EvaluationSplit(
          experiment.test().orElseGet(experiment::evaluationImages),
          experiment.test().isPresent() ? "test" : experiment.evaluationName(),
          experiment.report(),
          experiment.fingerprint());
    }
  }

  private static List<Confused> confused(Classification images, List<String> classes) {
    return images.mostConfused(PAIRS).stream()
        .map(c -> new Confused(classes.get(c.label()), classes.get(c.predicted()), c.count()))
        .toList();
  }
}
