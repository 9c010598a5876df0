package dev.onecycle.report.page;

import dev.onecycle.range.RangePoint;
import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeStop;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.range.StopReason;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.StepRecord;
import dev.onecycle.run.Classification;
import dev.onecycle.run.Classification.Cell;
import dev.onecycle.run.Classification.Mistake;
import dev.onecycle.run.ClassificationRecord;
import dev.onecycle.run.Conditions;
import dev.onecycle.run.RunHistory;
import dev.onecycle.run.RunRecord;
import dev.onecycle.run.tuning.Evidence;
import dev.onecycle.schedule.OneCycle;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Reports of runs with known numbers, and names from wherever a test wants them.
 *
 * @param texts what stands where names come from elsewhere
 * @param classes by label
 * @param epochs planned
 * @param stepsPerEpoch optimizer steps
 * @param epochsDone so far
 * @param status how the run stands
 */
record Reports(
    Map<Place, String> texts,
    List<String> classes,
    int epochs,
    int stepsPerEpoch,
    int epochsDone,
    RunRecord.Status status) {
  /** Where names come from elsewhere. */
  enum Place {
    RUN,
    CLASS,
    ORIGIN,
    SOURCE,
    REASON,
    SETTING
  }

  /** Four epochs of 30 steps, finished. */
  static Reports usual() {
    return new Reports(
        Map.of(
            Place.RUN,
            "a run",
            Place.ORIGIN,
            "test/cat/1.png",
            Place.SOURCE,
            "photos",
            Place.REASON,
            "as given",
            Place.SETTING,
            "sgd"),
        List.of("cat", "dog", "fox"),
        4,
        30,
        4,
        RunRecord.Status.FINISHED);
  }

  Reports withEpochs(int newEpochs, int newStepsPerEpoch) {
    return new Reports(texts, classes, newEpochs, newStepsPerEpoch, newEpochs, status);
  }

  Reports withDone(int done, RunRecord.Status newStatus) {
    return new Reports(texts, classes, epochs, stepsPerEpoch, done, newStatus);
  }

  Reports withClasses(List<String> names) {
    return new Reports(texts, names, epochs, stepsPerEpoch, epochsDone, status);
  }

  /** A text in one of the places. */
  Reports with(Place place, String text) {
    if (place == Place.CLASS) {
      return withClasses(List.of(text, "dog", "fox"));
    }
    Map<Place, String> changed = new EnumMap<>(texts);
    changed.put(place, text);
    return new Reports(changed, classes, epochs, stepsPerEpoch, epochsDone, status);
  }

  private String text(Place place) {
    return texts.getOrDefault(place, "");
  }

  RunReport report() {
    return new RunReport(
        new RunHistory(text(Place.RUN), record(), steps(), epochRecords(), List.of()),
        Evidence.of(range()),
        epochsDone == 0 ? Optional.empty() : Optional.of(classification()));
  }

  String html() {
    return report().html();
  }

  private OneCycle policy() {
    return OneCycle.of((long) epochs * stepsPerEpoch, 0.4);
  }

  private RunRecord record() {
    String setting = text(Place.SETTING);
    RunRecord.Data data =
        new RunRecord.Data(
            text(Place.SOURCE),
            "abc",
            classes,
            List.of(3, 8, 8),
            90,
            new RunRecord.Evaluation("test", 30));
    return RunRecord.of(
            data,
            RunRecord.PolicySummary.of(policy()),
            Conditions.none().with("model", "resnet20").with("optimizer", setting))
        .withOrigin(
            "2026-01-01T00:00:00Z",
            List.of("onecycle", "train", text(Place.SOURCE), "--optimizer=" + setting),
            Map.of("java", setting))
        .withConfig(Map.of("epochs", epochs, "seed", 7, "optimizer", setting), Map.of())
        .withLearningRateSource(text(Place.REASON), List.of())
        .withEnd(status, "", Map.of());
  }

  private List<StepRecord> steps() {
    OneCycle policy = policy();
    List<StepRecord> steps = new ArrayList<>();
    for (int i = 0; i < epochsDone * stepsPerEpoch; i++) {
      double loss = 2 - 1.2 * i / policy.steps() + 0.2 * Math.sin(i * 12.9898);
      steps.add(
          new StepRecord(
              i, i / stepsPerEpoch, policy.learningRate().at(i), policy.momentum().at(i), loss));
    }
    return steps;
  }

  private List<EpochRecord> epochRecords() {
    return IntStream.range(0, epochsDone)
        .mapToObj(
            e ->
                new EpochRecord(
                    e,
                    (long) (e + 1) * stepsPerEpoch,
                    2 - 1.2 * e / epochs,
                    1000,
                    2,
                    Optional.of(
                        new EpochRecord.Evaluated(
                            2.1 - 1.2 * e / epochs, 0.2 + 0.7 * (e + 1) / epochs, 1))))
        .toList();
  }

  private ClassificationRecord classification() {
    List<Cell> cells = new ArrayList<>();
    for (int label = 0; label < classes.size(); label++) {
      cells.add(new Cell(label, label, 8));
      cells.add(new Cell(label, (label + 1) % classes.size(), 2));
    }
    Mistake worst = new Mistake(3, text(Place.ORIGIN), 0, 1, 0.9, 0.05, 3);
    return new ClassificationRecord(
        epochsDone - 1,
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
        List.of(RangeResult.of(points, RangeStop.of(StopReason.DIVERGED), 0.85)));
  }
}
