package dev.onecycle.cli.train;

import dev.onecycle.cli.Main;
import dev.onecycle.cli.options.CommandLineArgs;
import dev.onecycle.cli.options.DataArguments;
import dev.onecycle.cli.options.SaveOptions;
import dev.onecycle.cli.options.TrainOptions;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.run.RunRecord;
import dev.onecycle.schedule.PolicyChoice;
import dev.onecycle.torch.settings.Device;
import dev.onecycle.torch.settings.Precision;
import dev.onecycle.torch.train.TrainingPlan;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * What a run is to be trained with and on, apart from its length and its peak rate.
 *
 * @param options of the model and its training
 * @param choice of the policy
 * @param reestimate batches for batch norms' statistics
 * @param evaluateEvery epochs after which it is evaluated, each time
 * @param data where the images are
 * @param tensorboard whether TensorBoard's events are written too
 * @param saving how it is kept from being lost
 */
record RunRequest(
    TrainOptions options,
    PolicyChoice choice,
    int reestimate,
    int evaluateEvery,
    DataArguments data,
    boolean tensorboard,
    SaveOptions saving) {
  private static final String TRAIN = "train";

  /** What a resumed run takes from its record, or is said anew when it is resumed. */
  private static final Set<String> NOT_KEPT =
      Set.of("out", "json", "quiet", "recipe", "lr-from", "accept-stale", "max-lr", "minutes");

  /** Throws where options are out of range or contradict. */
  void validate() {
    options.validate();
    saving.validate();
    Require.atLeast("--evaluate-every", evaluateEvery, 1);
    plan(1);
    choice.over(1_000_000, 1);
  }

  TrainingPlan plan(int epochs) {
    return TrainingPlan.of(epochs, options.firstBatchSize())
        .withAugmentation(options.augmentation())
        .withSeed(options.seed)
        .withReestimatedBatches(reestimate)
        .withEvaluateEvery(evaluateEvery);
  }

  /** The words from which {@link #of} makes the request again, wherever it is called. */
  static List<String> words(CommandSpec spec, DataArguments data) {
    Map<String, String> settings = CommandLineArgs.given(spec);
    settings.keySet().removeAll(NOT_KEPT);
    settings.computeIfPresent("cache", (name, folder) -> DataArguments.absolute(folder));
    List<String> words = CommandLineArgs.of(settings);
    if (spec.name().equals(TRAIN)) {
      words.add(0, data.absolute());
    }
    words.add(0, spec.name());
    return words;
  }

  @SuppressWarnings("unchecked")
  static List<String> arguments(RunRecord record) {
    return (List<String>) record.resolved().getOrDefault("arguments", List.of());
  }

  private static Device device(Map<String, Object> settings) {
    Object device = settings.getOrDefault("device", "cpu"); // the only one there was
    return Device.valueOf((device + "").toUpperCase(Locale.ROOT));
  }

  /**
   * The request of a run that was begun before, computing as it did then.
   *
   * @throws BadDataException where the record does not say how it was trained
   */
  static RunRequest of(RunRecord record) {
    List<String> words = arguments(record);
    if (words.isEmpty()) {
      throw new BadDataException(
          "the run was not trained by onecycle train; its program resumes it");
    }
    boolean train = words.get(0).equals(TRAIN);
    TrainCommand training = new TrainCommand();
    DemoCommand demo = new DemoCommand();
    try {
      Main.configured(new CommandLine(train ? training : demo))
          .parseArgs(words.subList(1, words.size()).toArray(String[]::new));
      RunRequest request = train ? training.request() : demo.request();
      Map<String, Object> settings = record.settings();
      String precision = settings.get("precision") + "";
      request.options.precision = Precision.valueOf(precision.toUpperCase(Locale.ROOT));
      request.options.threads = Integer.parseInt(settings.get("threads") + "");
      request.options.device = Device.CPU;
      request.validate();
      // Whether that can be had here is not for the record to say, but for the learner.
      request.options.device = device(settings);
      return request;
    } catch (ParameterException | InvalidValueException | IllegalArgumentException e) {
      throw new BadDataException("its arguments cannot be understood: " + e.getMessage(), e);
    }
  }
}
