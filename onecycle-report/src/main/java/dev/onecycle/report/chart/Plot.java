package dev.onecycle.report.chart;

import dev.onecycle.schedule.Phase;
import dev.onecycle.text.Texts;
import java.util.List;

/**
 * What a figure shows, before anything is said about pixels; its texts are cleaned, so that whoever
 * draws it need not.
 *
 * @param title stands above the panels
 * @param subtitle stands below the title, wrapped; may be empty
 * @param xTitle what the horizontal axis, which all panels share, measures
 * @param x the scale of that axis
 * @param panels from top to bottom
 * @param phases named above the panels and told apart by the shade behind them
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

  /** How a curve is drawn. */
  public enum Style {
    LINE,
    /** A line with a dot at each point, where there are few. */
    MARKED,
    DOTS;

    boolean line() {
      return this != DOTS;
    }
  }

  /**
   * A curve on a panel.
   *
   * @param inLegend whether the legend names it
   */
  public record Trace(Curve curve, Style style, Ink ink, boolean inLegend) {
    public Trace {
      curve = new Curve(Texts.clean(curve.name()), curve.points());
    }
  }

  /** A vertical line through a panel, which the legend names. */
  public record Mark(Marker marker, Ink ink) {}

  /**
   * One pair of axes.
   *
   * @param height in pixels
   * @param traces drawn in order, the last on top
   * @param ifEmpty stands in its middle where there is no point to draw
   */
  public record Panel(
      String yTitle, Scale y, int height, List<Trace> traces, List<Mark> marks, String ifEmpty) {
    public Panel {
      traces = List.copyOf(traces);
      marks = List.copyOf(marks);
    }

    /** Whether there is no point to draw, so that the scale says nothing. */
    boolean empty() {
      return traces.stream().allMatch(t -> t.curve().empty());
    }
  }
}
