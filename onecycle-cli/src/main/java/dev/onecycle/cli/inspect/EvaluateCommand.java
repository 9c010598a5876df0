package dev.onecycle.cli.inspect;

import dev.onecycle.cli.console.Bar;
import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.options.DataArguments;
import dev.onecycle.cli.options.ModelArgument;
import dev.onecycle.data.EvaluationSplit;
import dev.onecycle.run.Classification;
import dev.onecycle.text.Numbers;
import dev.onecycle.text.Texts;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.train.Evaluation;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.Training;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Judges a trained model by labelled images. */
@Command(
    name = "evaluate",
    description = "Evaluate a trained model on the test images of a data set.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {"", "Examples:", "  onecycle evaluate runs/NAME photos/"})
public final class EvaluateCommand implements Callable<Integer> {
  /** Pairs of confused classes that are named. */
  private static final int PAIRS = 3;

  @Mixin ModelArgument model = new ModelArgument();
  @Mixin DataArguments dataArguments = new DataArguments();
  @Mixin OutputOptions output = new OutputOptions();

  /** How many images of a class were taken for another, both by name. */
  private record Confused(String label, String predicted, int count) {}

  @Override
  public Integer call() {
    Console console = output.console();
    ModelFile file = model.read();
    EvaluationSplit data = dataArguments.openEvaluation(console, file.input(), file.classes());
    Evaluation evaluation;
    try (Learner learner = ModelArgument.learner(file);
        Bar bar = new Bar(console, "evaluating", data.images().size(), " images")) {
      evaluation =
          Training.evaluate(learner, data.images(), done -> bar.at(done, data.name() + " images"));
    }
    console.answer(
        String.format(
            Locale.ROOT,
            "%.2f %% of %,d %s images right, loss %.4f",
            100 * evaluation.accuracy(),
            evaluation.images(),
            data.name(),
            evaluation.loss()));
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
    result.put("images", evaluation.images());
    result.put("most_confused", confused);
    result.put("model", file.model());
    console.result(result);
    return ExitCode.OK;
  }

  private static List<Confused> confused(Classification images, List<String> classes) {
    return images.mostConfused(PAIRS).stream()
        .map(c -> new Confused(classes.get(c.label()), classes.get(c.predicted()), c.count()))
        .toList();
  }
}
