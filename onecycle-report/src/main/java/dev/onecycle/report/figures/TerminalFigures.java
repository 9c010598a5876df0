package dev.onecycle.report.figures;

import dev.onecycle.range.RangeResult;
import dev.onecycle.report.chart.Curve;
import dev.onecycle.report.chart.Marker;
import dev.onecycle.report.terminal.TerminalChart;
import dev.onecycle.report.terminal.TerminalStyle;
import dev.onecycle.schedule.Policy;
import dev.onecycle.text.Numbers;
import java.util.List;
import java.util.OptionalDouble;

/** Draws policies and range tests in a terminal. */
public final class TerminalFigures {
  private static final int SCHEDULE_HEIGHT = 24;

  private TerminalFigures() {}

  /** The learning rate over the steps and the momentum below it, in Unicode, 24 lines high. */
  public static String schedule(Policy policy, int width) {
    return schedule(policy, TerminalStyle.of(width).withHeight(SCHEDULE_HEIGHT));
  }

  /**
   * The learning rate over the steps and the momentum below it.
   *
   * @param style at least 20 lines high, for both charts together
   */
  public static String schedule(Policy policy, TerminalStyle style) {
    int momentumHeight = Math.max(10, style.height() * 2 / 5);
    String title = PolicyCurves.title(policy) + ": learning rate";
    List<Marker> starts =
        policy.phases().stream().skip(1).map(p -> new Marker(p.name(), p.firstStep())).toList();
    List<Marker> unnamed = starts.stream().map(m -> new Marker("", m.x())).toList();
    TerminalChart rate = steps(title, "", PolicyCurves.rate(policy), starts);
    TerminalChart momentum = steps("momentum", "step", PolicyCurves.momentum(policy), unnamed);
    return rate.drawAbove(momentum, style, momentumHeight);
  }

  private static TerminalChart steps(
      String title, String xTitle, Curve curve, List<Marker> markers) {
    return new TerminalChart(title, xTitle, false, List.of(curve), markers, OptionalDouble.empty());
  }

  /** The smoothed loss of a range test with its edge and suggestion, in Unicode. */
  public static String range(RangeResult result, int width) {
    return range(result, TerminalStyle.of(width));
  }

  /** The smoothed loss of a range test over the learning rate, with its edge and suggestion. */
  public static String range(RangeResult result, TerminalStyle style) {
    double top = RangeCurves.top(result.points());
    Curve curve = new Curve("loss", RangeCurves.smooth(result.points(), top));
    List<Marker> markers =
        RangeCurves.mainMarkers(result).stream()
            .map(m -> new Marker(m.label() + " " + Numbers.brief(m.x()), m.x()))
            .toList();
    String title = "loss: " + RangeCurves.heading(result);
    return new TerminalChart(
            title, "learning rate", true, List.of(curve), markers, OptionalDouble.of(top))
        .draw(style);
  }
}
