package dev.onecycle.report.terminal;

import dev.onecycle.range.RangeResult;
import dev.onecycle.report.chart.Curve;
import dev.onecycle.report.chart.Marker;
import dev.onecycle.report.figures.PolicyCurves;
import dev.onecycle.report.figures.RangeCurves;
import dev.onecycle.schedule.Policy;
import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** Policies and range tests as pictures for a terminal. */
public final class TerminalFigures {
  private static final int USUAL_SCHEDULE_HEIGHT = 24;

  private TerminalFigures() {}

  /** Learning rate and, below it, momentum over the steps, in Unicode, 24 lines high. */
  public static String schedule(Policy policy, int width) {
    return schedule(policy, TerminalStyle.of(width).withHeight(USUAL_SCHEDULE_HEIGHT));
  }

  /**
   * Learning rate and, below it, momentum over the steps.
   *
   * @param style whose height, that of both together, is at least 20
   */
  public static String schedule(Policy policy, TerminalStyle style) {
    int lowerHeight = Math.max(10, style.height() * 2 / 5);
    String title = PolicyCurves.title(policy) + ": learning rate";
    List<Marker> starts =
        policy.phases().stream().skip(1).map(p -> new Marker(p.name(), p.firstStep())).toList();
    TerminalChart rate = steps(title, "", PolicyCurves.rate(policy), starts);
    List<Marker> unnamed = starts.stream().map(m -> new Marker("", m.x())).toList();
    TerminalChart momentum = steps("momentum", "step", PolicyCurves.momentum(policy), unnamed);
    TerminalStyle above = style.withHeight(style.height() - lowerHeight);
    TerminalStyle below = style.withHeight(lowerHeight);
    int labels = new TerminalLayout(momentum, below).gutter();
    TerminalLayout upper = new TerminalLayout(rate, above, labels);
    List<String> lines = new ArrayList<>(upper.lines());
    lines.addAll(new TerminalLayout(momentum, below, upper.gutter()).lines());
    return String.join("\n", lines);
  }

  private static TerminalChart steps(
      String title, String xTitle, Curve curve, List<Marker> markers) {
    return new TerminalChart(title, xTitle, false, List.of(curve), markers, OptionalDouble.empty());
  }

  /** The zero-lag average of the loss, with the edge and the suggestion, in Unicode. */
  public static String range(RangeResult result, int width) {
    return range(result, TerminalStyle.of(width));
  }

  /** The zero-lag average of the loss over the learning rate, with the edge and the suggestion. */
  public static String range(RangeResult result, TerminalStyle style) {
    double top = RangeCurves.top(result.points());
    Curve curve = new Curve("loss", RangeCurves.smooth(result.points(), top));
    List<Marker> markers =
        RangeCurves.essentials(result).stream()
            .map(m -> new Marker(m.label() + " " + Numbers.brief(m.x()), m.x()))
            .toList();
    OptionalDouble yMax = OptionalDouble.of(top);
    String title = "loss: " + RangeCurves.summary(result);
    return new TerminalChart(title, "learning rate", true, List.of(curve), markers, yMax)
        .draw(style);
  }
}
