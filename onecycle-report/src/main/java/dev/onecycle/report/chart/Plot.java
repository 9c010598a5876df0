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
 * @param axis the horizontal axis, which all panels share
 * @param panels from top to bottom
 * @param phases named above the panels, every other one shaded
 */
public record Plot(
    String title, String subtitle, Axis axis, List<Panel> panels, List<Phase> phases) {
  public Plot {
    title = Texts.clean(title);
    subtitle = Texts.clean(subtitle);
    panels = List.copyOf(panels);
    phases =
        phases.stream()
            .map(p -> new Phase(Texts.clean(p.name()), p.firstStep(), p.lastStep()))
            .toList();
  }

  /** Title of the horizontal axis. */
  String xTitle() {
    return axis.title();
  }

  /** Scale of the horizontal axis. */
  Scale x() {
    return axis.scale();
  }

  /** Whether no panel has a point to draw. */
  boolean empty() {
    return panels.stream().allMatch(Panel::empty);
  }

  /**
   * A horizontal axis.
   *
   * @param stepsPerEpoch a second axis counts epochs of so many steps; 0 for no second axis
   */
  public record Axis(String title, Scale scale, double stepsPerEpoch) {
    /** An axis without a second one. */
    public Axis(String title, Scale scale) {
      this(title, scale, 0);
    }

    /** Whether there is a second axis with an epoch on it. */
    boolean hasEpochs() {
      return stepsPerEpoch > 0 && !scale.log() && scale.high() + 1 >= stepsPerEpoch;
    }

    /** The epochs that a second axis names, each at its last step. */
    List<Scale.Tick> epochs(int count) {
      double last = Math.floor((scale.high() + 1) / stepsPerEpoch + 1e-9);
      return new Scale(0, last, false)
          .ticks(count).stream()
              .filter(t -> t.value() >= 1 && t.value() == Math.rint(t.value()))
              .map(t -> new Scale.Tick(t.value() * stepsPerEpoch - 1, t.label()))
              .toList();
    }
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

  /**
   * A vertical line through a panel; the legend names it.
   *
   * @param shown whether it is drawn at once; otherwise a page shows it on request
   */
  public record StyledMarker(Marker marker, Stroke stroke, boolean shown) {}

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
