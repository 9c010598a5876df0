package dev.onecycle.report;

import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeStop;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.range.StopReason;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.record.StepRecord;
import dev.onecycle.report.page.RunReport;
import dev.onecycle.run.Classification;
import dev.onecycle.run.Classification.Cell;
import dev.onecycle.run.Classification.Confidence;
import dev.onecycle.run.Classification.Mistake;
import dev.onecycle.run.ClassificationRecord;
import dev.onecycle.run.Conditions;
import dev.onecycle.run.RunHistory;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.tuning.Evidence;
import dev.onecycle.schedule.OneCycle;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** A run with known numbers, and texts wherever a test wants them; each wither gives a copy. */
public final class SampleRun {
  /** A place of a report that shows a text from elsewhere. */
  public enum Place {
    RUN,
    CLASS,
    ORIGIN,
    SOURCE,
    REASON,
    SETTING
  }

  private final Map<Place, String> texts = new EnumMap<>(Place.class);
  private final Map<String, Object> settings = new LinkedHashMap<>();
  private List<String> classes = List.of("cat", "dog", "fox");
  private Conditions conditions = Conditions.none().with("model", "resnet20");
  private RunRecord.Status status = RunRecord.Status.FINISHED;
  private OneCycle policy = OneCycle.of(30, 0.1);
  private int plannedEpochs;
  private List<StepRecord> steps = List.of();
  private List<EpochRecord> epochs = List.of();
  private List<String> notes = List.of();
  private Map<String, Object> outcome = Map.of();

  private SampleRun() {
    texts.put(Place.RUN, "a run");
    texts.put(Place.ORIGIN, "test/cat/1.png");
    texts.put(Place.SOURCE, "photos");
    texts.put(Place.REASON, "as given");
    texts.put(Place.SETTING, "sgd");
    settings.put("seed", 7);
  }

  /** A finished run of four epochs of 30 steps; its accuracy is 0.2 + 0.7 · epoch / 4. */
  public static SampleRun usual() {
    return new SampleRun().withEpochs(4, 30);
  }

  /**
   * A finished run of two epochs of two steps; the first had an accuracy of 75 %.
   *
   * @param accuracy after the second epoch
   * @param loss after the second epoch
   */
  public static SampleRun small(
      String name, int seed, double weightDecay, double accuracy, double loss) {
    SampleRun run = new SampleRun().with(Place.RUN, name).withSetting("seed", seed);
    run.conditions = run.conditions.with("weight_decay", weightDecay);
    run.plannedEpochs = 2;
    run.steps =
        List.of(
            new StepRecord(0, 0, 0.01, 0.95, 2.5),
            new StepRecord(1, 0, 0.1, 0.85, 2.2),
            new StepRecord(2, 1, 0.05, 0.9, 1.7),
            new StepRecord(3, 1, 0.01, 0.95, 1.4));
    run.epochs =
        List.of(
            new EpochRecord(0, 2, 2.3, 100, 1, Optional.of(new Evaluated(2.1, 0.75, 0.5))),
            new EpochRecord(1, 4, 1.5, 200, 3, Optional.of(new Evaluated(loss, accuracy, 0.5))));
    return run;
  }

  private SampleRun copy() {
    SampleRun copy = new SampleRun();
    copy.texts.putAll(texts);
    copy.settings.putAll(settings);
    copy.classes = classes;
    copy.conditions = conditions;
    copy.status = status;
    copy.policy = policy;
    copy.plannedEpochs = plannedEpochs;
    copy.steps = steps;
    copy.epochs = epochs;
    copy.notes = notes;
    copy.outcome = outcome;
    return copy;
  }

  /** The run with a text at a place. */
  public SampleRun with(Place place, String text) {
    SampleRun copy = copy();
    if (place == Place.CLASS) {
      copy.classes = List.of(text, "dog", "fox");
    } else {
      copy.texts.put(place, text);
    }
    return copy;
  }

  public SampleRun withSetting(String name, Object value) {
    SampleRun copy = copy();
    copy.settings.put(name, value);
    return copy;
  }

  public SampleRun withClasses(List<String> names) {
    SampleRun copy = copy();
    copy.classes = names;
    return copy;
  }

  /** The run with a result by name, as of test images that judged no epoch. */
  public SampleRun withOutcome(Map<String, Object> newOutcome) {
    SampleRun copy = copy();
    copy.outcome = newOutcome;
    return copy;
  }

  /** The run with other results of its epochs. */
  public SampleRun withResults(double[] training, double[] validation, double accuracy) {
    SampleRun copy = withEpochs(training.length, 10);
    List<EpochRecord> results = new ArrayList<>();
    for (EpochRecord e : copy.epochs) {
      int i = e.epoch();
      Evaluated evaluated = new Evaluated(validation[i], accuracy, 1);
      results.add(new EpochRecord(i, e.steps(), training[i], 1000, 2, Optional.of(evaluated)));
    }
    copy.epochs = results;
    return copy;
  }

  public SampleRun withNotes(String... newNotes) {
    SampleRun copy = copy();
    copy.notes = List.of(newNotes);
    return copy;
  }

  public SampleRun withSteps(List<StepRecord> newSteps) {
    SampleRun copy = copy();
    copy.steps = newSteps;
    return copy;
  }

  /** A whole run of another length. */
  public SampleRun withEpochs(int newEpochs, int stepsPerEpoch) {
    SampleRun copy = copy();
    copy.plannedEpochs = newEpochs;
    copy.policy = OneCycle.of((long) newEpochs * stepsPerEpoch, 0.4);
    copy.steps = steps(copy.policy, stepsPerEpoch);
    copy.epochs =
        IntStream.range(0, newEpochs).mapToObj(e -> epoch(e, newEpochs, stepsPerEpoch)).toList();
    return copy;
  }

  /** The run after its first epochs. */
  public SampleRun withDone(int epochsDone, RunRecord.Status newStatus) {
    SampleRun copy = copy();
    copy.status = newStatus;
    copy.epochs = epochs.subList(0, epochsDone);
    int stepsDone = epochsDone == 0 ? 0 : (int) epochs.get(epochsDone - 1).steps();
    copy.steps = steps.subList(0, stepsDone);
    copy.outcome =
        newStatus == RunRecord.Status.INTERRUPTED ? Map.of("epochs", epochsDone) : outcome;
    return copy;
  }

  /** The run as if it had been evaluated after every few epochs and after the last. */
  public SampleRun evaluatedEvery(int every) {
    SampleRun copy = withSetting("evaluate_every", every);
    copy.epochs =
        epochs.stream()
            .map(e -> (e.epoch() + 1) % every == 0 || e.epoch() + 1 == plannedEpochs ? e : bare(e))
            .toList();
    return copy;
  }

  private static EpochRecord bare(EpochRecord e) {
    return new EpochRecord(
        e.epoch(),
        e.steps(),
        e.trainLoss(),
        e.samplesPerSecond(),
        e.trainSeconds(),
        Optional.empty());
  }

  private static List<StepRecord> steps(OneCycle policy, int stepsPerEpoch) {
    List<StepRecord> steps = new ArrayList<>();
    for (int i = 0; i < policy.steps(); i++) {
      double loss = 2 - 1.2 * i / policy.steps() + 0.2 * Math.sin(i * 12.9898);
      steps.add(
          new StepRecord(
              i, i / stepsPerEpoch, policy.learningRate().at(i), policy.momentum().at(i), loss));
    }
    return steps;
  }

  private static EpochRecord epoch(int epoch, int epochs, int stepsPerEpoch) {
    Evaluated evaluated =
        new Evaluated(2.1 - 1.2 * epoch / epochs, 0.2 + 0.7 * (epoch + 1) / epochs, 1);
    return new EpochRecord(
        epoch,
        (long) (epoch + 1) * stepsPerEpoch,
        2 - 1.2 * epoch / epochs,
        1000,
        2,
        Optional.of(evaluated));
  }

  private String text(Place place) {
    return texts.getOrDefault(place, "");
  }

  public RunHistory history() {
    return new RunHistory(text(Place.RUN), record(), steps, epochs, notes);
  }

  public RunReport report() {
    return new RunReport(
        history(),
        Evidence.of(range()),
        epochs.isEmpty() ? Optional.empty() : Optional.of(classification()));
  }

  public String html() {
    return report().html();
  }

  private RunRecord record() {
    String setting = text(Place.SETTING);
    String source = text(Place.SOURCE);
    Map<String, Object> config = new LinkedHashMap<>(Map.of("epochs", plannedEpochs));
    config.putAll(settings);
    config.put("optimizer", setting);
    return RunRecord.of(
            new RunRecord.Data(
                source, "abc", classes, List.of(3, 8, 8), 90, new RunRecord.Evaluation("test", 30)),
            RunRecord.PolicySummary.of(policy),
            conditions.with("optimizer", setting))
        .withOrigin(
            "2026-01-01T00:00:00Z",
            List.of("onecycle", "train", source, "--optimizer=" + setting),
            Map.of("java", setting))
        .withConfig(config, Map.of())
        .withLearningRateSource(text(Place.REASON), List.of())
        .withEnd(status, "", outcome);
  }

  private ClassificationRecord classification() {
    List<Cell> cells = new ArrayList<>();
    for (int label = 0; label < classes.size(); label++) {
      cells.add(new Cell(label, label, 8));
      cells.add(new Cell(label, (label + 1) % classes.size(), 2));
    }
    Mistake worst = new Mistake(3, text(Place.ORIGIN), 0, 1, new Confidence(0.9, 0.05, 3));
    return new ClassificationRecord(
        epochs.size() - 1,
        new Classification(10 * classes.size(), cells, List.of(worst)),
        List.of(new ClassificationRecord.Picture(new byte[] {1, 2, 3})));
  }

  private static RangeSummary range() {
    List<RangePoint> points = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      double rate = 1e-6 * Math.pow(1e8, i / 119.0);
      double loss = 2.3 - 1 / (1 + Math.pow(0.03 / rate, 1.5)) + 0.35 * Math.pow(rate / 3, 6);
      points.add(new RangePoint(i, rate, loss, loss));
      if (loss > 6) {
        break;
      }
    }
    return RangeSummary.of(
        List.of(RangeResult.of(points, RangeStop.of(StopReason.DIVERGED), 0.85, Optional.empty())));
  }
}
