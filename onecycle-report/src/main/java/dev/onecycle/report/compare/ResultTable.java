package dev.onecycle.report.compare;

import dev.onecycle.record.Measure;
import dev.onecycle.report.compare.RunResult.Score;
import dev.onecycle.run.Task;
import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/** The table of the results of a comparison; unknown values are blank. */
public final class ResultTable {
  private final List<Measure> measures;
  private final String noun;

  private ResultTable(List<Measure> measures, String noun) {
    this.measures = measures;
    this.noun = noun;
  }

  /** The table of a comparison's results, with columns for each metric that judges one. */
  public static ResultTable of(Comparison comparison) {
    List<Measure> measures = comparison.measures();
    boolean images =
        comparison.results().stream()
            .allMatch(result -> result.validation().noun().equals(Task.IMAGES.noun()));
    return new ResultTable(
        measures.isEmpty() ? List.of(Measure.ACCURACY) : measures, images ? "images" : "samples");
  }

  /** The headings of the cells. */
  public List<String> headings() {
    List<String> headings = new ArrayList<>();
    for (Measure measure : measures) {
      headings.add(measure.axis());
      if (measure.equals(Measure.ACCURACY)) {
        headings.add("95 % interval");
      }
      headings.add(measure.share() ? "best, %" : "best");
    }
    headings.addAll(
        List.of(
            "validation loss", "training loss", "epochs", noun + "/s", "training, s", "status"));
    return headings;
  }

  /** The cells of one run, one for each heading. */
  public List<String> cells(RunResult result) {
    List<String> cells = new ArrayList<>();
    for (Measure measure : measures) {
      cells.add(text(measure, result, Score::last));
      if (measure.equals(Measure.ACCURACY)) {
        cells.add(
            result
                .interval()
                .map(i -> Numbers.format("%.1f to %.1f", 100 * i.low(), 100 * i.high()))
                .orElse(""));
      }
      cells.add(text(measure, result, Score::best));
    }
    cells.addAll(
        List.of(
            text("%.4f", result.validationLoss()),
            text("%.4f", result.trainLoss()),
            result.epochs() == 0 ? "" : Integer.toString(result.epochs()),
            text("%,.0f", result.samplesPerSecond()),
            text("%,.0f", result.trainSeconds()),
            result.status()));
    return cells;
  }

  private static String text(Measure measure, RunResult result, ToDoubleFunction<Score> value) {
    Optional<Score> score = result.score().filter(s -> s.measure().equals(measure));
    return score
        .map(s -> measure.shown(value.applyAsDouble(s)))
        .map(shown -> measure.share() ? Numbers.format("%.2f", shown) : Numbers.rounded(shown, 4))
        .orElse("");
  }

  private static String text(String format, OptionalDouble value) {
    return value.isPresent() ? Numbers.format(format, value.getAsDouble()) : "";
  }
}
