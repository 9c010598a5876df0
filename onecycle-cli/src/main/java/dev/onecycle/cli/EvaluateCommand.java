package dev.onecycle.cli;

import dev.onecycle.data.EvaluationSplit;
import dev.onecycle.torch.io.ModelFile;
import dev.onecycle.torch.train.Evaluation;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.train.Training;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Judges a trained model by labelled images. */
@Command(
    name = "evaluate",
    description = "Evaluate a trained model on the test images of a data set.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {"", "Examples:", "  onecycle evaluate runs/NAME photos/"})
final class EvaluateCommand implements Callable<Integer> {
  @Mixin ModelArgument model = new ModelArgument();
  @Mixin DataArguments dataArguments = new DataArguments();
  @Mixin OutputOptions output = new OutputOptions();

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
    Map<String, Object> result = new LinkedHashMap<>();
    String name = data.name().equals("test") ? "test" : "validation";
    result.put(name + "_accuracy", evaluation.accuracy());
    result.put(name + "_loss", evaluation.loss());
    result.put("images", evaluation.images());
    result.put("model", file.model());
    console.result(result);
    return ExitCode.OK;
  }
}
