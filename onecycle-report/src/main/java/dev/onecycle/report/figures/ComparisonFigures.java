package dev.onecycle.report.figures;

import dev.onecycle.record.Measure;
import dev.onecycle.report.chart.Curve;
import dev.onecycle.report.chart.Downsampling;
import dev.onecycle.report.chart.Figure;
import dev.onecycle.report.chart.Palette;
import dev.onecycle.report.chart.Plot;
import dev.onecycle.report.chart.Plot.CurveStyle;
import dev.onecycle.report.chart.Plot.Panel;
import dev.onecycle.report.chart.Plot.Trace;
import dev.onecycle.report.chart.Scale;
import dev.onecycle.report.chart.Stroke;
import dev.onecycle.schedule.Phase;
import dev.onecycle.text.Numbers;
import dev.onecycle.text.Texts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Figures of several runs overlaid, each run with a colour and dash of its own.
 *
 * <p>Phases are shaded if all runs have the same.
 */
public final class ComparisonFigures {
  private static final double THIN = 0.9;
  private static final double FAINT = 0.6;

  /** The loss axis ends at most this many times above the end that the median run needs. */
  private static final double MAX_FACTOR = 10;

  private ComparisonFigures() {}

  /** The losses and accuracies over epochs; empty if the epochs of a run are not known. */
  public static Map<String, Figure> overEpochs(List<RunCurves> runs) {
    return runs.stream().allMatch(run -> run.length().stepsPerEpoch() > 0)
        ? over("epochs", "epoch", runs.stream().map(RunCurves::overEpochs).toList())
        : Map.of();
  }

  /** The losses and accuracies over the share of the cycle; empty if a length is not known. */
  public static Map<String, Figure> overShare(List<RunCurves> runs) {
    return runs.stream().allMatch(run -> run.length().steps() > 0)
        ? over(
            "share",
            "share of the planned steps, %",
            runs.stream().map(RunCurves::overShare).toList())
        : Map.of();
  }

  private static Map<String, Figure> over(String id, String axis, List<RunCurves> runs) {
    Map<String, Figure> figures = new LinkedHashMap<>();
    figures.put("losses-" + id, losses(runs, axis));
    figures.put("accuracy-" + id, accuracy(runs, axis));
    figures.put("schedule-" + id, schedule(runs, axis));
    figures.values().removeIf(figure -> figure.table().rows().isEmpty());
    return figures;
  }

  /** The figures that are not empty, by names for files. */
  public static Map<String, Figure> of(List<RunCurves> runs) {
    Map<String, Figure> figures = new LinkedHashMap<>();
    figures.put("losses", losses(runs, "step"));
    figures.put("accuracy", accuracy(runs, "step"));
    figures.put("schedule", schedule(runs, "step"));
    figures.values().removeIf(figure -> figure.table().rows().isEmpty());
    return figures;
  }

  /** The learning rate of each run, and the momentum below it if a run recorded it. */
  static Figure schedule(List<RunCurves> runs, String axis) {
    List<Trace> rates = traces(runs, RunCurves::learningRate, CurveStyle.LINE, r -> true);
    List<Trace> momenta =
        traces(runs, RunCurves::momentum, CurveStyle.LINE, r -> r.learningRate().empty());
    List<Panel> panels = new ArrayList<>();
    panels.add(panel("learning rate", RunScales.nearZero(curves(rates)), 150, rates, "no step"));
    boolean momentum = momenta.stream().anyMatch(t -> !t.curve().empty());
    if (momentum) {
      panels.add(panel("momentum", RunScales.around(curves(momenta)), 120, momenta, "no step"));
    }
    String title = momentum ? "Learning rate and momentum" : "Learning rate";
    return figure(title, "as used in training", axis, panels, runs);
  }

  /** The validation loss of each run, and its training loss as a thin line in the same colour. */
  static Figure losses(List<RunCurves> runs, String axis) {
    List<Trace> losses = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      RunCurves run = runs.get(i);
      Stroke stroke = Palette.stroke(i);
      Stroke thin = new Stroke(stroke.colour(), THIN, Stroke.SOLID, FAINT);
      boolean trainingOnly = run.validationLoss().empty();
      Curve smooth = new Curve(run.name(), run.smoothTrainingLoss().points());
      losses.add(new Trace(smooth, CurveStyle.LINE, trainingOnly ? stroke : thin, trainingOnly));
      losses.add(
          trace(
              run.name(), run.validationLoss(), CurveStyle.LINE_WITH_DOTS, stroke, !trainingOnly));
    }
    boolean log = RunScales.wide(curves(losses));
    double top = top(runs);
    return figure(
        "Training and validation loss",
        "validation loss; thin: training loss, smoothed"
            + (log
                ? "; logarithmic, because the losses span a factor of more than 100"
                : hidden(losses, top)),
        axis,
        List.of(
            panel(
                "loss",
                log ? RunScales.logarithmic(curves(losses)) : RunScales.losses(curves(losses), top),
                260,
                losses,
                "no step so far")),
        runs);
  }

  /** The validation accuracy of each run. */
  static Figure accuracy(List<RunCurves> runs, String axis) {
    List<Trace> traces = traces(runs, RunCurves::accuracy, CurveStyle.LINE_WITH_DOTS, r -> true);
    return figure(
        "Accuracy",
        "accuracy on the validation images",
        axis,
        List.of(
            panel(
                "accuracy, %", RunScales.percent(curves(traces)), 200, traces, "no epoch so far")),
        runs);
  }

  /**
   * A metric of each run.
   *
   * @param values of the metric, a curve for each run; without points where a run has none
   */
  public static Figure metric(List<RunCurves> runs, List<Curve> values, Measure measure) {
    List<Trace> traces = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      CurveStyle style = CurveStyle.LINE_WITH_DOTS;
      traces.add(trace(runs.get(i).name(), values.get(i), style, Palette.stroke(i), true));
    }
    Scale scale =
        measure.share() ? RunScales.percent(curves(traces)) : RunScales.around(curves(traces));
    return figure(
        Texts.capitalized(measure.title()),
        measure.title() + " on the validation samples",
        "step",
        List.of(panel(measure.axis(), scale, 200, traces, "no epoch so far")),
        runs);
  }

  private static List<Trace> traces(
      List<RunCurves> runs,
      Function<RunCurves, Curve> curve,
      CurveStyle style,
      Predicate<RunCurves> inLegend) {
    List<Trace> traces = new ArrayList<>();
    for (RunCurves run : runs) {
      Stroke stroke = Palette.stroke(traces.size());
      traces.add(trace(run.name(), curve.apply(run), style, stroke, inLegend.test(run)));
    }
    return traces;
  }

  private static Trace trace(
      String name, Curve curve, CurveStyle style, Stroke stroke, boolean inLegend) {
    Curve thin = new Curve(name, Downsampling.forFigure(curve.points()));
    return new Trace(thin, style, stroke, inLegend);
  }

  /** The upper end of the loss axis: the highest that a run needs, except for outliers. */
  private static double top(List<RunCurves> runs) {
    double[] tops =
        runs.stream()
            .mapToDouble(r -> RunScales.top(List.of(r.smoothTrainingLoss(), r.validationLoss())))
            .filter(Double::isFinite)
            .sorted()
            .toArray();
    return tops.length == 0
        ? Double.POSITIVE_INFINITY
        : Math.min(tops[tops.length - 1], MAX_FACTOR * tops[(tops.length - 1) / 2]);
  }

  private static String hidden(List<Trace> losses, double top) {
    long above = RunScales.ys(curves(losses)).filter(y -> y > top * 1.1).count();
    return above == 0 ? "" : Numbers.format("; %,d values are above the top of the axis", above);
  }

  private static List<Curve> curves(List<Trace> traces) {
    return traces.stream().map(Trace::curve).toList();
  }

  private static Panel panel(
      String title, Scale scale, int height, List<Trace> traces, String ifEmpty) {
    return new Panel(title, scale, height, traces, List.of(), ifEmpty);
  }

  private static Figure figure(
      String title, String subtitle, String axis, List<Panel> panels, List<RunCurves> runs) {
    double lastStep = runs.stream().mapToDouble(RunCurves::lastStep).max().orElse(0);
    Scale steps = RunScales.steps(lastStep);
    return new Figure(
        new Plot(
            title,
            subtitle,
            new Plot.Axis(axis, steps, stepsPerEpoch(runs)),
            panels,
            phases(runs)));
  }

  /** The steps of an epoch, if they are the same in all runs; otherwise 0. */
  private static double stepsPerEpoch(List<RunCurves> runs) {
    double[] all = runs.stream().mapToDouble(r -> r.length().stepsPerEpoch()).distinct().toArray();
    return all.length == 1 ? all[0] : 0;
  }

  private static List<Phase> phases(List<RunCurves> runs) {
    List<List<Phase>> all = runs.stream().map(RunCurves::phases).distinct().toList();
    return all.size() == 1 ? all.get(0) : List.of();
  }
}
