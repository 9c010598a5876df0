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
import dev.onecycle.report.chart.Point;
import dev.onecycle.report.chart.Scale;
import dev.onecycle.report.chart.Stroke;
import dev.onecycle.run.LayerRate;
import dev.onecycle.run.RunRecord.PolicySummary;
import dev.onecycle.text.Numbers;
import dev.onecycle.text.Texts;
import java.util.ArrayList;
import java.util.List;

/**
 * Figures of a training run over its steps, with the phases of its policy shaded.
 *
 * <p>After the figures of S. Gugger, "The 1cycle policy" (2018).
 */
public final class RunFigures {
  private static final Stroke ZERO = Stroke.line(Palette.GREY, 0.8, Stroke.SOLID);
  private static final Stroke PLANNED = Stroke.line(Palette.GREY, 1.2, Stroke.SHORT_DASHED);

  private RunFigures() {}

  /** The learning rate of each step; for an unfinished run also the planned one. */
  public static Figure learningRate(RunCurves run, PolicySummary policy) {
    List<Trace> rates =
        scheduled(run.learningRate(), PolicyCurves.rate(policy.outline()), Palette.BLUE);
    return planned(run, policy, List.of(panel("learning rate", nearZero(rates), 210, rates)));
  }

  /**
   * The learning rate and the momentum below it.
   *
   * @param layers whose learning rate is not the policy's
   */
  public static Figure schedule(RunCurves run, PolicySummary policy, List<LayerRate> layers) {
    List<Trace> rates =
        new ArrayList<>(
            scheduled(run.learningRate(), PolicyCurves.rate(policy.outline()), Palette.BLUE));
    rates.addAll(ofLayers(PolicyCurves.rates(policy.outline(), layers)));
    List<Trace> momenta =
        scheduled(run.momentum(), PolicyCurves.momentum(policy.outline()), Palette.VERMILLION);
    return planned(
        run,
        policy,
        List.of(
            panel("learning rate", nearZero(rates), 150, rates),
            panel("momentum", around(momenta), 120, momenta)));
  }

  /** The lines of layers with a rate of their own, the lightest for the lowest. */
  static List<Trace> ofLayers(List<Curve> curves) {
    List<Trace> traces = new ArrayList<>();
    for (int i = 0; i < curves.size(); i++) {
      double opacity = 0.4 + 0.5 * (i + 1) / curves.size();
      traces.add(
          trace(
              curves.get(i),
              CurveStyle.LINE,
              new Stroke(Palette.GREEN, 1.2, Stroke.SOLID, opacity)));
    }
    return traces;
  }

  private static Figure planned(RunCurves run, PolicySummary policy, List<Panel> panels) {
    String title = PolicyCurves.title(policy.name(), policy.steps());
    return figure(title, policy.description(), steps(run, policy.steps()), panels, run);
  }

  /** The values used so far, and the planned ones if the run has not reached its last step. */
  private static List<Trace> scheduled(Curve used, Curve planned, String colour) {
    Stroke stroke = Stroke.line(colour, 2, Stroke.SOLID);
    if (used.empty()) {
      return List.of(trace(planned, CurveStyle.LINE, stroke));
    }
    Trace soFar = trace(used, CurveStyle.LINE, stroke);
    double end = planned.points().isEmpty() ? 0 : last(planned).x();
    return last(used).x() >= end
        ? List.of(soFar)
        : List.of(
            trace(
                new Curve("planned " + planned.name(), planned.points()), CurveStyle.LINE, PLANNED),
            soFar);
  }

  private static Point last(Curve curve) {
    return curve.points().get(curve.points().size() - 1);
  }

  /**
   * Training and validation loss, and the gap between them below.
   *
   * @param evaluateEvery the run was evaluated after this many epochs each
   */
  public static Figure losses(RunCurves run, long plannedSteps, int evaluateEvery) {
    Curve smooth = run.smoothTrainingLoss();
    List<Curve> read = List.of(smooth, run.validationLoss());
    boolean log = RunScales.wide(read);
    double top = log ? Double.POSITIVE_INFINITY : RunScales.top(read);
    List<Trace> losses = new ArrayList<>();
    if (run.window() > 1) {
      losses.add(
          trace(
              run.trainingLoss(),
              CurveStyle.LINE,
              new Stroke(Palette.SKY, 0.6, Stroke.SOLID, 0.5)));
    }
    losses.add(trace(smooth, CurveStyle.LINE, Stroke.line(Palette.BLUE, 2, Stroke.SOLID)));
    losses.add(
        trace(
            run.validationLoss(),
            CurveStyle.LINE_WITH_DOTS,
            Stroke.line(Palette.VERMILLION, 1.8, Stroke.DASHED)));
    List<Trace> gap =
        List.of(
            new Trace(zero(run), CurveStyle.LINE, ZERO, false),
            trace(
                run.gap(),
                CurveStyle.LINE_WITH_DOTS,
                Stroke.line(Palette.GREEN, 1.8, Stroke.SOLID)));
    String subtitle =
        (run.window() > 1
                ? Numbers.format("training loss: mean over %d steps", run.window())
                : "training loss of each step")
            + (log
                ? "; logarithmic, because the losses span a factor of more than 100"
                    + RunScales.notPositive(run.trainingLoss())
                    + RunScales.notPositive(run.validationLoss())
                : RunScales.hidden(run.trainingLoss(), top)
                    + RunScales.hidden(run.validationLoss(), top));
    return figure(
        "Training and validation loss",
        subtitle,
        steps(run, plannedSteps),
        List.of(
            new Panel(
                "loss",
                log ? RunScales.logarithmic(curves(losses)) : RunScales.losses(read, top),
                200,
                losses,
                List.of(),
                "no step so far"),
            new Panel("gap", around(gap), 90, gap, List.of(), nothingYet(evaluateEvery))),
        run);
  }

  private static Curve zero(RunCurves run) {
    return run.gap().empty()
        ? Curve.empty("zero")
        : new Curve("zero", List.of(new Point(0, 0), new Point(run.lastStep(), 0)));
  }

  /**
   * The validation accuracy in percent.
   *
   * @param evaluateEvery the run was evaluated after this many epochs each
   */
  public static Figure accuracy(RunCurves run, long plannedSteps, int evaluateEvery) {
    return metric(run, run.accuracy(), Measure.ACCURACY, plannedSteps, evaluateEvery);
  }

  /**
   * A metric of the evaluations.
   *
   * @param values see {@link RunCurves#metric}
   * @param evaluateEvery the run was evaluated after this many epochs each
   */
  public static Figure metric(
      RunCurves run, Curve values, Measure measure, long plannedSteps, int evaluateEvery) {
    List<Trace> traces =
        List.of(
            trace(values, CurveStyle.LINE_WITH_DOTS, Stroke.line(Palette.BLUE, 1.8, Stroke.SOLID)));
    return figure(
        Texts.capitalized(measure.title()),
        measure.title() + ", " + evaluationTimes(evaluateEvery),
        steps(run, plannedSteps),
        List.of(
            new Panel(
                measure.axis(),
                measure.share()
                    ? RunScales.percent(curves(traces))
                    : RunScales.around(curves(traces)),
                180,
                traces,
                List.of(),
                nothingYet(evaluateEvery))),
        run);
  }

  /** A clause: after which epochs a run is evaluated. */
  public static String evaluationTimes(int evaluateEvery) {
    return evaluateEvery == 1
        ? "after each epoch"
        : Numbers.format("after every %,d epochs and after the last", evaluateEvery);
  }

  private static String nothingYet(int evaluateEvery) {
    return evaluateEvery == 1 ? "no epoch so far" : "no evaluation so far";
  }

  private static Trace trace(Curve curve, CurveStyle style, Stroke stroke) {
    Curve thin = new Curve(curve.name(), Downsampling.forFigure(curve.points()));
    return new Trace(thin, style, stroke, true);
  }

  private static Panel panel(String title, Scale scale, int height, List<Trace> traces) {
    return new Panel(title, scale, height, traces, List.of(), "no step so far");
  }

  private static Scale steps(RunCurves run, long planned) {
    return RunScales.steps(Math.max(planned - 1, run.lastStep()));
  }

  private static Scale around(List<Trace> traces) {
    return RunScales.around(curves(traces));
  }

  private static Scale nearZero(List<Trace> traces) {
    return RunScales.nearZero(curves(traces));
  }

  private static List<Curve> curves(List<Trace> traces) {
    return traces.stream().map(Trace::curve).toList();
  }

  private static Figure figure(
      String title, String subtitle, Scale steps, List<Panel> panels, RunCurves run) {
    Plot.Axis axis = new Plot.Axis("step", steps, run.length().stepsPerEpoch());
    return new Figure(new Plot(title, subtitle, axis, panels, run.phases()));
  }
}
