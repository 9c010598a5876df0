package dev.onecycle.torch.job;

import dev.onecycle.math.ShareInterval;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.record.Measure;
import dev.onecycle.run.Classification;
import dev.onecycle.run.ClassificationRecord;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.RunRecord.Status;
import dev.onecycle.run.checkpoint.CheckpointFolder;
import dev.onecycle.text.Counts;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.train.Evaluation;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The result of a run.
 *
 * @param folder of the run
 * @param record as it stands in {@code run.json}
 * @param epochs that are trained
 */
public record RunSummary(Path folder, RunRecord record, List<EpochRecord> epochs) {
  public RunSummary {
    epochs = List.copyOf(epochs);
  }

  /** Whether all epochs are trained; otherwise the run was stopped and can be resumed. */
  public boolean isFinished() {
    return record.status() == Status.FINISHED;
  }

  /** The last evaluation; empty where there was none yet. */
  public Optional<Evaluated> evaluated() {
    return EpochRecord.lastEvaluated(epochs).flatMap(EpochRecord::evaluated);
  }

  /**
   * The accuracy of the last evaluation, in [0, 1].
   *
   * @throws IllegalStateException where the run was stopped before its first evaluation, or has no
   *     accuracy among its metrics
   */
  public double accuracy() {
    return value(Measure.ACCURACY);
  }

  /**
   * The value of a metric at the last evaluation.
   *
   * @throws IllegalStateException where the run was stopped before its first evaluation, or does
   *     not have the metric
   */
  public double value(Measure measure) {
    Evaluated last =
        evaluated()
            .orElseThrow(
                () -> new IllegalStateException("the run in " + folder + " is not evaluated"));
    if (!measure.equals(Measure.LOSS) && !last.metrics().containsKey(measure.name())) {
      throw new IllegalStateException(
          "the run in "
              + folder
              + " has no "
              + measure.title()
              + " but "
              + last.metrics().keySet());
    }
    return last.value(measure);
  }

  /** The peak learning rate. */
  public double learningRate() {
    return record.policy().peak();
  }

  /** The file of the trained model. */
  public Path model() {
    return folder.resolve(ModelFile.NAME);
  }

  /** The result in a sentence for people. */
  public String describe() {
    if (epochs.isEmpty()) {
      return "Stopped before the first epoch was done.";
    }
    return String.format(
        Locale.ROOT,
        "%s%s, %s of training",
        EpochRecord.lastEvaluated(epochs)
            .map(this::accuracyText)
            .orElse("No evaluation in " + length(epochs.size())),
        testText(),
        Numbers.duration(epochs.stream().mapToDouble(EpochRecord::trainSeconds).sum()));
  }

  /** The epochs whose weights are saved, in a sentence; empty where no epoch is done. */
  public Optional<String> weights() {
    if (epochs.isEmpty()) {
      return Optional.empty();
    }
    String saved =
        isFinished()
            ? "The model has the weights after epoch " + epochs.size() + ", the last"
            : "The model has the weights at which the run stopped";
    Measure judge = record.task().judge();
    double last = evaluated().map(e -> judge.rank(e.value(judge))).orElse(Double.NEGATIVE_INFINITY);
    return Optional.of(
        EpochRecord.best(epochs, judge)
            .filter(best -> judge.rank(best.evaluated().orElseThrow().value(judge)) < last)
            .map(best -> saved + others(best))
            .orElse(saved + "."));
  }

  private String others(EpochRecord best) {
    Measure judge = record.task().judge();
    String what =
        Numbers.format(
            "; the %s was %s after epoch %d, %s",
            judge.title(),
            judge.better() == Measure.Better.HIGHER ? "highest" : "lowest",
            best.epoch() + 1,
            judge.text(best.evaluated().orElseThrow().value(judge)));
    return new CheckpointFolder(folder)
        .best(best.epoch() + 1)
        .map(kept -> what + ", whose weights are in " + kept.resolve(ModelFile.NAME) + ".")
        .orElse(what + ".");
  }

  /** The accuracy on test images that judged no epoch; empty where there is none. */
  private String testText() {
    return record.outcome().get("test_images") instanceof Number images
            && record.outcome().get("test_accuracy") instanceof Number accuracy
        ? String.format(
            Locale.ROOT,
            "; %.2f %% on %,d test images, evaluated once%s",
            100 * accuracy.doubleValue(),
            images.intValue(),
            ShareInterval.remark(accuracy.doubleValue(), images.intValue()))
        : "";
  }

  private String accuracyText(EpochRecord epoch) {
    boolean last = epoch.equals(epochs.get(epochs.size() - 1));
    Measure judge = record.task().judge();
    double value = epoch.evaluated().orElseThrow().value(judge);
    int images = record.data().evaluationImages();
    return String.format(
        Locale.ROOT,
        "%s %s on %s after %s%s%s",
        judge.title(),
        judge.text(value),
        Counts.samples(images, record.data().evaluationName(), record.task().noun()),
        length(last ? epochs.size() : epoch.epoch() + 1),
        last ? "" : ", " + epochs.size() + " done",
        judge.equals(Measure.ACCURACY) ? ShareInterval.remark(value, images) : "");
  }

  private String length(int done) {
    OptionalInt planned = record.plannedEpochs();
    return Counts.epochs(done, planned.isPresent() ? Integer.toString(planned.getAsInt()) : "?");
  }

  /**
   * The result of the epochs that are done, by name: the last evaluation, with the number of epochs
   * that it followed where more are done since; no accuracy where there was none yet.
   *
   * @param tested the result on the test images where other images judged the epochs
   */
  static Map<String, Object> outcome(
      List<EpochRecord> epochs, String evaluationName, Optional<Evaluation> tested) {
    Map<String, Object> outcome = new LinkedHashMap<>();
    outcome.put("epochs", epochs.size());
    if (epochs.isEmpty()) {
      return outcome;
    }
    EpochRecord end = epochs.get(epochs.size() - 1);
    double images = epochs.stream().mapToDouble(e -> e.samplesPerSecond() * e.trainSeconds()).sum();
    double seconds = epochs.stream().mapToDouble(EpochRecord::trainSeconds).sum();
    String name = evaluationName.equals("test") ? "test" : "validation";
    EpochRecord.lastEvaluated(epochs)
        .ifPresent(
            epoch -> {
              Evaluated evaluated = epoch.evaluated().orElseThrow();
              evaluated
                  .metrics()
                  .forEach((metric, value) -> outcome.put(name + "_" + metric, value));
              outcome.put(name + "_loss", evaluated.loss());
              if (!epoch.equals(end)) {
                outcome.put("evaluated_after_epochs", epoch.epoch() + 1);
              }
            });
    tested.ifPresent(
        test -> {
          test.metrics().forEach((metric, value) -> outcome.put("test_" + metric, value));
          outcome.put("test_loss", test.loss());
          outcome.put("test_images", test.images());
        });
    outcome.put("train_loss", end.trainLoss());
    outcome.put("samples_per_second", images / seconds);
    outcome.put("train_seconds", seconds);
    return outcome;
  }

  /**
   * The balanced accuracy and the recall of each class, by name, for the outcome: on the test
   * images that end a run, or else on those of the last evaluation.
   *
   * @param classified the last classification that is kept
   */
  static Map<String, Object> recalls(
      List<EpochRecord> epochs,
      String evaluationName,
      List<String> classes,
      Optional<Classification> tested,
      Optional<ClassificationRecord> classified) {
    Optional<Classification> last =
        classified
            .filter(
                record ->
                    EpochRecord.lastEvaluated(epochs)
                        .filter(epoch -> epoch.epoch() == record.epoch())
                        .isPresent())
            .map(ClassificationRecord::classification);
    boolean test = tested.isPresent() || evaluationName.equals("test");
    Map<String, Object> recalls = new LinkedHashMap<>();
    tested
        .or(() -> last)
        .ifPresent(
            images -> {
              recalls.put(
                  (test ? "test" : "validation") + "_balanced_accuracy", images.balancedAccuracy());
              recalls.put("class_recall", recall(images, classes));
            });
    return recalls;
  }

  /** The recall of each class that has evaluation images, by name. */
  public static Map<String, Double> recall(Classification images, List<String> classes) {
    Map<String, Double> recall = new LinkedHashMap<>();
    images.recalls().forEach((label, share) -> recall.put(classes.get(label), share));
    return recall;
  }
}
