package dev.onecycle.report.chart;

import dev.onecycle.schedule.Phase;
import dev.onecycle.text.Texts;
import java.util.List;

/**
 * The contents of a figure, without a size in pixels or a format.
 *
 * <p>All texts are cleaned here, so a renderer can use them as they are.
 *
 * @param title above the panels
 * @param subtitle below the title, wrapped; may be empty
 * @param xTitle title of the horizontal axis, which all panels share
 * @param x scale of the horizontal axis
 * @param panels from top to bottom
 * @param phases named above the panels, every other one shaded
 */
public record Plot(
    String title, String subtitle, String xTitle, Scale x, List<Panel> panels, List<Phase> phases) {
  public Plot {
    title = Texts.clean(title);
    subtitle = Texts.clean(subtitle);
    panels = List.copyOf(panels);
    phases =
        phases.stream()
            .map(p -> new Phase(Texts.clean(p.name()), p.firstStep(), p.lastStep()))
            .toList();
  }

  /** Whether no panel has a point to draw. */
  boolean empty() {
    return panels.stream().allMatch(Panel::empty);
  }

  /** How the points of a curve are drawn. */
  public enum CurveStyle {
    LINE,
    /** A line; if it has few points, with a dot at each. */
    LINE_WITH_DOTS,
    DOTS;

    boolean hasLine() {
      return this != DOTS;
    }
  }

  /**
   * A curve on a panel.
   *
   * @param inLegend whether the legend names the curve
   */
  public record Trace(Curve curve, CurveStyle style, Stroke stroke, boolean inLegend) {
    public Trace {
      curve = new Curve(Texts.clean(curve.name()), curve.points());
    }
  }

  /** A vertical line through a panel; the legend names it. */
  public record StyledMarker(Marker marker, Stroke stroke) {}

  /**
   * One pair of axes.
   *
   * @param height in pixels
   * @param traces in drawing order, the last on top
   * @param ifEmpty text in the middle of a panel without points
   */
  public record Panel(
      String yTitle,
      Scale y,
      int height,
      List<Trace> traces,
      List<StyledMarker> markers,
      String ifEmpty) {
    public Panel {
      traces = List.copyOf(traces);
      markers = List.copyOf(markers);
    }

    /** Whether no point can be drawn, so that the scale means nothing. */
    boolean empty() {
      return traces.stream().allMatch(t -> t.curve().empty());
    }
  }
}
