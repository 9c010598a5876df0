package dev.onecycle.cli.tune;

import dev.onecycle.cli.console.Console;
import dev.onecycle.cli.console.ExitCode;
import dev.onecycle.cli.console.OutputOptions;
import dev.onecycle.cli.console.Signals;
import dev.onecycle.cli.options.BatchSizeOptions;
import dev.onecycle.cli.options.CommandLineArgs;
import dev.onecycle.cli.options.DataArguments;
import dev.onecycle.cli.options.TrainOptions;
import dev.onecycle.data.TuningData;
import dev.onecycle.error.Require;
import dev.onecycle.torch.tune.TuningPlan;
import dev.onecycle.tune.BatchSizeResult;
import dev.onecycle.tune.BatchSizes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Finds the batch size that memory and the length of the run allow. */
@Command(
    name = "find-batch-size",
    description = {
      "Find the largest power of two that can be trained with: real steps and an evaluation at each"
          + " size, in a process of its own, within the memory there is and with enough updates left"
          + " for a cycle.",
      ""
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  onecycle find-batch-size photos/ --epochs 30",
      "  onecycle find-batch-size photos/ --model resnet56 --memory 4G --batch-rule knee"
    })
public final class FindBatchSizeCommand implements Callable<Integer> {
  @Mixin DataArguments dataArguments = new DataArguments();
  @Mixin TrainOptions options = new TrainOptions();
  @Mixin BatchSizeOptions sizes = new BatchSizeOptions();

  @Option(
      names = "--batch-rule",
      paramLabel = "RULE",
      defaultValue = "largest",
      description =
          "largest, or knee: the smallest that computes at least nine tenths as many images a second"
              + " as the fastest. Default: ${DEFAULT-VALUE}.")
  TuningPlan.Rule rule = TuningPlan.Rule.LARGEST;

  @Mixin OutputOptions output = new OutputOptions();
  @Spec @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    Console console = output.console();
    options.validate();
    options.requireProcessor("for find-batch-size");
    Require.atLeast("--epochs", sizes.epochs, 1);
    if (spec == null) {
      throw new IllegalStateException("commands are run by picocli");
    }
    Map<String, String> given = CommandLineArgs.given(spec);
    if (given.containsKey("batch-size")) {
      throw Require.invalid(
          "--batch-size", "left out, for it is what is looked for,", options.firstBatchSize());
    }
    Require.that(
        rule != TuningPlan.Rule.CYCLE,
        "--batch-rule",
        "largest or knee, since no cycle is trained here,",
        "cycle",
        rule);
    Signals.watch();
    TuningData data = dataArguments.openForTuning(console, options.seed);
    OptionalLong budget = sizes.budget();
    TrialProcess trial = TrialProcess.of(spec, options, data.train(), budget);
    BatchSizeResult result =
        new BatchSizes(data.train().size(), sizes.epochs, budget)
            .search(trial, tried -> BatchSizeView.say(console, tried));
    BatchSizeView.show(console, result);
    int chosen = rule == TuningPlan.Rule.LARGEST ? result.largest() : result.knee();
    console.answer("Batch size: " + chosen);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("chosen", chosen);
    json.put("largest", result.largest());
    json.put("knee", result.knee());
    json.put("explanation", result.explanation());
    budget.ifPresent(bytes -> json.put("budget_bytes", bytes));
    json.put("trials", BatchSizeView.record(result));
    console.result(json);
    return ExitCode.OK;
  }
}
