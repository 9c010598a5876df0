package dev.onecycle.report.figures;

import dev.onecycle.report.chart.Curve;
import dev.onecycle.report.chart.Figure;
import dev.onecycle.report.chart.Ink;
import dev.onecycle.report.chart.Plot;
import dev.onecycle.report.chart.Plot.Panel;
import dev.onecycle.report.chart.Plot.Style;
import dev.onecycle.report.chart.Plot.Trace;
import dev.onecycle.report.chart.Point;
import dev.onecycle.report.chart.Scale;
import dev.onecycle.report.chart.Thinning;
import dev.onecycle.run.RunRecord.PolicySummary;
import dev.onecycle.text.Numbers;
import java.util.List;

/**
 * Figures of a training run over its steps, the phases of its policy shaded: those of S. Gugger,
 * "The 1cycle policy" (2018).
 */
public final class RunFigures {
  private static final Ink ZERO = Ink.line("#8c8c8c", 0.8, Ink.SOLID);
  private static final Ink PLANNED = Ink.line("#8c8c8c", 1.2, Ink.SHORT_DASHED);

  private RunFigures() {}

  /** The learning rate of every step taken, over what was planned where the run is not whole. */
  public static Figure learningRate(RunCurves run, PolicySummary policy) {
    List<Trace> rates = held(run.learningRate(), PolicyCurves.rate(policy.outline()), Ink.BLUE);
    return schedule(run, policy, List.of(panel("learning rate", nearZero(rates), 210, rates)));
  }

  /** The learning rate and below it the momentum. */
  public static Figure schedule(RunCurves run, PolicySummary policy) {
    List<Trace> rates = held(run.learningRate(), PolicyCurves.rate(policy.outline()), Ink.BLUE);
    List<Trace> momenta =
        held(run.momentum(), PolicyCurves.momentum(policy.outline()), Ink.VERMILLION);
    return schedule(
        run,
        policy,
        List.of(
            panel("learning rate", nearZero(rates), 150, rates),
            panel("momentum", around(momenta), 120, momenta)));
  }

  private static Figure schedule(RunCurves run, PolicySummary policy, List<Panel> panels) {
    String title = PolicyCurves.title(policy.name(), policy.steps());
    return figure(title, policy.description(), steps(run, policy.steps()), panels, run);
  }

  private static List<Trace> held(Curve held, Curve planned, String colour) {
    Ink ink = Ink.line(colour, 2, Ink.SOLID);
    if (held.empty()) {
      return List.of(trace(planned, Style.LINE, ink));
    }
    Trace taken = trace(held, Style.LINE, ink);
    double end = planned.points().isEmpty() ? 0 : last(planned).x();
    return last(held).x() >= end
        ? List.of(taken)
        : List.of(trace(new Curve("planned", planned.points()), Style.LINE, PLANNED), taken);
  }

  private static Point last(Curve curve) {
    return curve.points().get(curve.points().size() - 1);
  }

  /** Training and validation loss on one axis, and below it the gap between them. */
  public static Figure losses(RunCurves run, long plannedSteps) {
    return losses(run, plannedSteps, 1);
  }

  /**
   * Training and validation loss on one axis, and below it the gap between them.
   *
   * @param evaluateEvery after how many epochs each the run was evaluated
   */
  public static Figure losses(RunCurves run, long plannedSteps, int evaluateEvery) {
    Curve smooth = run.smoothTrainLoss();
    double top = RunScales.top(List.of(smooth, run.validationLoss()));
    List<Trace> losses =
        List.of(
            trace(run.trainLoss(), Style.LINE, new Ink(Ink.SKY, 0.6, Ink.SOLID, 0.5)),
            trace(smooth, Style.LINE, Ink.line(Ink.BLUE, 2, Ink.SOLID)),
            trace(run.validationLoss(), Style.MARKED, Ink.line(Ink.VERMILLION, 1.8, Ink.DASHED)));
    List<Trace> gap =
        List.of(
            new Trace(zero(run), Style.LINE, ZERO, false),
            trace(run.gap(), Style.MARKED, Ink.line(Ink.GREEN, 1.8, Ink.SOLID)));
    String subtitle =
        (run.window() > 1
                ? Numbers.format("training loss: mean over %d steps", run.window())
                : "training loss of each step")
            + RunScales.unseen(run.trainLoss(), top)
            + RunScales.unseen(run.validationLoss(), top);
    return figure(
        "Training and validation loss",
        subtitle,
        steps(run, plannedSteps),
        List.of(
            new Panel(
                "loss",
                RunScales.losses(curves(losses.subList(1, 3)), top),
                200,
                losses,
                List.of(),
                "no step yet"),
            new Panel("gap", around(gap), 80, gap, List.of(), none(evaluateEvery))),
        run);
  }

  private static Curve zero(RunCurves run) {
    return run.gap().empty()
        ? new Curve("zero", List.of())
        : new Curve("zero", List.of(new Point(0, 0), new Point(run.lastStep(), 0)));
  }

  /** The share of the validation images classified right. */
  public static Figure accuracy(RunCurves run, long plannedSteps) {
    return accuracy(run, plannedSteps, 1);
  }

  /**
   * The share of the validation images classified right.
   *
   * @param evaluateEvery after how many epochs each the run was evaluated
   */
  public static Figure accuracy(RunCurves run, long plannedSteps, int evaluateEvery) {
    List<Trace> traces =
        List.of(trace(run.accuracy(), Style.MARKED, Ink.line(Ink.BLUE, 1.8, Ink.SOLID)));
    return figure(
        "Accuracy",
        "share of the validation images classified right, " + when(evaluateEvery),
        steps(run, plannedSteps),
        List.of(
            new Panel("accuracy, %", around(traces), 180, traces, List.of(), none(evaluateEvery))),
        run);
  }

  /** After which epochs a run is evaluated, as a clause. */
  public static String when(int evaluateEvery) {
    return evaluateEvery == 1
        ? "after each epoch"
        : Numbers.format("after every %,d epochs and the last", evaluateEvery);
  }

  /** What stands where nothing was evaluated. */
  private static String none(int evaluateEvery) {
    return evaluateEvery == 1 ? "no epoch yet" : "no evaluation yet";
  }

  private static Trace trace(Curve curve, Style style, Ink ink) {
    Curve thin = new Curve(curve.name(), Thinning.forFigure(curve.points()));
    return new Trace(thin, style, ink, true);
  }

  private static Panel panel(String title, Scale scale, int height, List<Trace> traces) {
    return new Panel(title, scale, height, traces, List.of(), "no step yet");
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
    return new Figure(new Plot(title, subtitle, "step", steps, panels, run.phases()));
  }
}
