package dev.onecycle.report.figures;

import dev.onecycle.range.RangeResult;
import dev.onecycle.record.EpochRecord;
import dev.onecycle.record.EpochRecord.Evaluated;
import dev.onecycle.report.chart.Curve;
import dev.onecycle.report.chart.Figure;
import dev.onecycle.report.chart.Palette;
import dev.onecycle.report.chart.Plot;
import dev.onecycle.report.chart.Plot.CurveStyle;
import dev.onecycle.report.chart.Plot.Panel;
import dev.onecycle.report.chart.Plot.Trace;
import dev.onecycle.report.chart.Point;
import dev.onecycle.report.chart.Scale;
import dev.onecycle.report.chart.Stroke;
import dev.onecycle.tune.Candidate;
import dev.onecycle.tune.CycleOutcome;
import dev.onecycle.tune.Sweep;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Figures of sweeps: the range tests or the short cycles of all candidates, overlaid.
 *
 * <p>After S. Gugger, "The 1cycle policy" (2018).
 */
public final class SweepFigures {
  private static final int HEIGHT = 150;

  private SweepFigures() {}

  /** The short cycles if the sweep compared candidates by them, otherwise the range tests. */
  public static Figure of(Sweep sweep) {
    return sweep.candidates().stream().anyMatch(c -> c.cycle().isPresent())
        ? cycles(sweep)
        : rangeTests(sweep);
  }

  /**
   * The loss over the learning rate for each candidate, with a dot at the edge. Of several range
   * tests of a candidate, the one with the median edge is shown.
   */
  public static Figure rangeTests(Sweep sweep) {
    Map<String, RangeResult> named = new LinkedHashMap<>();
    for (Candidate candidate : sweep.candidates()) {
      named.put(name(sweep, candidate), medianTest(candidate));
    }
    return RangeFigures.overlay("Range tests by " + sweep.parameter().title(), named);
  }

  private static RangeResult medianTest(Candidate candidate) {
    List<RangeResult> runs = candidate.test().runs();
    if (candidate.test().edge().isEmpty()) {
      return runs.get(0);
    }
    double median = Math.log(candidate.test().edge().get().median());
    RangeResult nearest = runs.get(0);
    double minDistance = Double.POSITIVE_INFINITY;
    for (RangeResult run : runs) {
      double distance =
          run.readings().edge().isPresent()
              ? Math.abs(Math.log(run.readings().edge().getAsDouble()) - median)
              : Double.POSITIVE_INFINITY;
      if (distance < minDistance) {
        minDistance = distance;
        nearest = run;
      }
    }
    return nearest;
  }

  /** Validation loss and accuracy after each epoch of the short cycle of each candidate. */
  public static Figure cycles(Sweep sweep) {
    List<Trace> losses = new ArrayList<>();
    List<Trace> accuracies = new ArrayList<>();
    for (Candidate candidate : sweep.candidates()) {
      Stroke stroke = Palette.stroke(losses.size());
      String name = name(sweep, candidate);
      List<EpochRecord> epochs = candidate.cycle().map(CycleOutcome::epochs).orElse(List.of());
      losses.add(trace(name, epochs, Evaluated::loss, stroke, true));
      accuracies.add(trace(name, epochs, e -> 100 * e.accuracy(), stroke, false));
    }
    boolean log = RunScales.wide(curves(losses));
    Scale loss = log ? RunScales.logarithmic(curves(losses)) : RunScales.around(curves(losses));
    List<Panel> panels =
        List.of(
            panel("validation loss", loss, losses),
            panel("accuracy, %", RunScales.percent(curves(accuracies)), accuracies));
    Scale x =
        Scale.covering(
                losses.stream().flatMap(t -> t.curve().points().stream()).mapToDouble(Point::x),
                false)
            .padded(0.02, 0.02);
    String title = "Short cycles by " + sweep.parameter().title();
    return new Figure(
        new Plot(
            title,
            sweep.explanation() + (log ? " The loss axis is logarithmic." : ""),
            new Plot.Axis("epoch", x),
            panels,
            List.of()));
  }

  private static Trace trace(
      String name,
      List<EpochRecord> epochs,
      ToDoubleFunction<Evaluated> value,
      Stroke stroke,
      boolean inLegend) {
    List<Point> points =
        epochs.stream()
            .flatMap(
                e ->
                    e.evaluated().stream()
                        .map(v -> new Point(e.epoch() + 1, value.applyAsDouble(v))))
            .toList();
    boolean single = points.size() == 1;
    return new Trace(
        new Curve(name, points),
        single ? CurveStyle.DOTS : CurveStyle.LINE,
        single ? Stroke.dot(stroke.colour(), 8, 1) : stroke,
        inLegend);
  }

  private static List<Curve> curves(List<Trace> traces) {
    return traces.stream().map(Trace::curve).toList();
  }

  private static Panel panel(String title, Scale y, List<Trace> traces) {
    return new Panel(title, y, HEIGHT, traces, List.of(), "no epoch so far");
  }

  private static String name(Sweep sweep, Candidate candidate) {
    String chosen = sweep.chosen().filter(candidate::equals).isPresent() ? ", chosen" : "";
    return sweep.parameter().text(candidate.value()) + chosen;
  }
}
