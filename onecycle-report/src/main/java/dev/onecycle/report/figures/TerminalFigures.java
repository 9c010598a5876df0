package dev.onecycle.report.figures;

import dev.onecycle.range.RangeResult;
import dev.onecycle.range.RangeSummary;
import dev.onecycle.report.chart.Curve;
import dev.onecycle.report.chart.Marker;
import dev.onecycle.report.terminal.TerminalChart;
import dev.onecycle.report.terminal.TerminalStyle;
import dev.onecycle.schedule.Policy;
import dev.onecycle.text.Numbers;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

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
    return range(result, OptionalLong.empty(), style);
  }

  private static String range(RangeResult result, OptionalLong steps, TerminalStyle style) {
    double top = RangeCurves.top(result.points());
    Curve curve = new Curve("loss", RangeCurves.smooth(result.points(), top));
    List<Marker> markers =
        RangeCurves.mainMarkers(result, steps).stream()
            .map(m -> new Marker(m.label() + " " + Numbers.brief(m.x()), m.x()))
            .toList();
    String title = "loss: " + RangeCurves.heading(result);
    return new TerminalChart(
            title, "learning rate", true, List.of(curve), markers, OptionalDouble.of(top))
        .draw(style);
  }

  /**
   * Several range tests: the median of their smoothed losses with the lowest and the highest, the
   * median edge and the suggestion that all of them give; a single test as it is.
   *
   * @param steps of the cycle that the suggestion is for; where they are not known, there is one
   *     for short cycles and one for long
   */
  public static String range(RangeSummary summary, OptionalLong steps, TerminalStyle style) {
    List<RangeResult> tests = summary.runs();
    if (tests.size() == 1) {
      return range(tests.get(0), steps, style);
    }
    double top = RangeCurves.top(tests.stream().map(RangeResult::points).toList());
    RangeCurves.Band band = RangeCurves.band(tests, top);
    List<Curve> curves =
        List.of(
            new Curve("median", band.median()),
            new Curve("lowest", band.lowest()),
            new Curve("highest", band.highest()));
    List<Marker> markers =
        RangeCurves.mainMarkers(summary, steps).stream()
            .map(m -> new Marker(label(m, summary), m.x()))
            .toList();
    String title =
        "loss: "
            + RangeCurves.counted(tests.size(), "test", "tests")
            + RangeCurves.atMomentum(tests.get(0));
    return new TerminalChart(title, "learning rate", true, curves, markers, OptionalDouble.of(top))
        .draw(style);
  }

  private static String label(Marker marker, RangeSummary summary) {
    String text = marker.label() + " " + Numbers.brief(marker.x());
    return marker.label().equals("edge")
        ? summary
            .edge()
            .map(
                edge ->
                    Numbers.format(
                        "%s (%s to %s)",
                        text, Numbers.brief(edge.low()), Numbers.brief(edge.high())))
            .orElse(text)
        : text;
  }
}
