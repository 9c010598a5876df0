package dev.onecycle.report.figures;

import dev.onecycle.report.chart.Curve;
import dev.onecycle.report.chart.Figure;
import dev.onecycle.report.chart.Ink;
import dev.onecycle.report.chart.Plot;
import dev.onecycle.report.chart.Plot.Panel;
import dev.onecycle.report.chart.Plot.Style;
import dev.onecycle.report.chart.Plot.Trace;
import dev.onecycle.report.chart.Scale;
import dev.onecycle.report.chart.Thinning;
import dev.onecycle.schedule.Phase;
import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Figures of several runs over each other, one ink a run, over the steps that each of them took;
 * phases are shaded where all share them.
 */
public final class CompareFigures {
  private static final double THIN = 0.9;
  private static final double FAINT = 0.6;

  /** A run whose losses are that many times those of the others does not set the axis. */
  private static final double FAR = 10;

  private CompareFigures() {}

  /** Those that have something to show, by names fit for files. */
  public static Map<String, Figure> of(List<RunCurves> runs) {
    Map<String, Figure> figures = new LinkedHashMap<>();
    figures.put("losses", losses(runs));
    figures.put("accuracy", accuracy(runs));
    figures.put("schedule", schedule(runs));
    figures.values().removeIf(figure -> figure.table().rows().isEmpty());
    return figures;
  }

  /** The learning rate of each run, and below it the momentum where any run has it. */
  public static Figure schedule(List<RunCurves> runs) {
    List<Trace> rates = traces(runs, RunCurves::learningRate, Style.LINE, r -> true);
    List<Trace> momenta =
        traces(runs, RunCurves::momentum, Style.LINE, r -> r.learningRate().empty());
    List<Panel> panels = new ArrayList<>();
    panels.add(panel("learning rate", RunScales.nearZero(curves(rates)), 150, rates, "no step"));
    boolean momentum = momenta.stream().anyMatch(t -> !t.curve().empty());
    if (momentum) {
      panels.add(panel("momentum", RunScales.around(curves(momenta)), 120, momenta, "no step"));
    }
    String title = momentum ? "Learning rate and momentum" : "Learning rate";
    return figure(title, "as the runs were trained", panels, runs);
  }

  /** The validation loss of each run, and thin in the same colour the course of its training. */
  public static Figure losses(List<RunCurves> runs) {
    List<Trace> losses = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      RunCurves run = runs.get(i);
      Ink ink = Ink.ofCurve(i);
      Ink thin = new Ink(ink.colour(), THIN, Ink.SOLID, FAINT);
      boolean alone = run.validationLoss().empty();
      Curve course = new Curve(run.name(), run.smoothTrainLoss().points());
      losses.add(new Trace(course, Style.LINE, alone ? ink : thin, alone));
      losses.add(trace(run.name(), run.validationLoss(), Style.MARKED, ink, !alone));
    }
    double top = top(runs);
    return figure(
        "Training and validation loss",
        "validation loss; thin, training loss smoothed" + unseen(losses, top),
        List.of(panel("loss", RunScales.losses(curves(losses), top), 260, losses, "no step yet")),
        runs);
  }

  /** The share of the validation images that each run classified right. */
  public static Figure accuracy(List<RunCurves> runs) {
    List<Trace> traces = traces(runs, RunCurves::accuracy, Style.MARKED, r -> true);
    return figure(
        "Accuracy",
        "share of the validation images classified right",
        List.of(
            panel("accuracy, %", RunScales.around(curves(traces)), 200, traces, "no epoch yet")),
        runs);
  }

  private static List<Trace> traces(
      List<RunCurves> runs,
      Function<RunCurves, Curve> curve,
      Style style,
      Predicate<RunCurves> inLegend) {
    List<Trace> traces = new ArrayList<>();
    for (RunCurves run : runs) {
      Ink ink = Ink.ofCurve(traces.size());
      traces.add(trace(run.name(), curve.apply(run), style, ink, inLegend.test(run)));
    }
    return traces;
  }

  private static Trace trace(String name, Curve curve, Style style, Ink ink, boolean inLegend) {
    Curve thin = new Curve(name, Thinning.forFigure(curve.points()));
    return new Trace(thin, style, ink, inLegend);
  }

  /** The highest end of the axes that the runs would have alone, but for runs far from the rest. */
  private static double top(List<RunCurves> runs) {
    double[] tops =
        runs.stream()
            .mapToDouble(r -> RunScales.top(List.of(r.smoothTrainLoss(), r.validationLoss())))
            .filter(Double::isFinite)
            .sorted()
            .toArray();
    return tops.length == 0
        ? Double.POSITIVE_INFINITY
        : Math.min(tops[tops.length - 1], FAR * tops[(tops.length - 1) / 2]);
  }

  private static String unseen(List<Trace> losses, double top) {
    long above = RunScales.ys(curves(losses)).filter(y -> y > top * 1.1).count();
    return above == 0 ? "" : Numbers.format("; %,d values are above the axis", above);
  }

  private static List<Curve> curves(List<Trace> traces) {
    return traces.stream().map(Trace::curve).toList();
  }

  private static Panel panel(
      String title, Scale scale, int height, List<Trace> traces, String ifEmpty) {
    return new Panel(title, scale, height, traces, List.of(), ifEmpty);
  }

  private static Figure figure(
      String title, String subtitle, List<Panel> panels, List<RunCurves> runs) {
    double end = runs.stream().mapToDouble(RunCurves::lastStep).max().orElse(0);
    Scale steps = RunScales.steps(end);
    return new Figure(new Plot(title, subtitle, "step", steps, panels, phases(runs)));
  }

  private static List<Phase> phases(List<RunCurves> runs) {
    List<List<Phase>> all = runs.stream().map(RunCurves::phases).distinct().toList();
    return all.size() == 1 ? all.get(0) : List.of();
  }
}
