package dev.onecycle.report;

import dev.onecycle.report.Canvas.Anchor;
import dev.onecycle.report.Canvas.Label;
import dev.onecycle.report.Plot.Panel;
import dev.onecycle.report.Plot.Style;
import dev.onecycle.report.Plot.Trace;
import dev.onecycle.schedule.Phase;
import java.util.ArrayList;
import java.util.List;

/** Lays a plot out and draws it; sizes are for a column of a printed page. */
final class Painter {
  private static final double WIDTH = 480;
  private static final double RIGHT = 16;
  private static final double GAP = 14;
  private static final double TITLE = 14;
  private static final double TEXT = 12;
  private static final double SMALL = 11;
  private static final double LINE_HEIGHT = 15;
  private static final double TOLERANCE = 0.05;
  private static final int Y_TICK_SPACING = 30;
  private static final int X_TICK_SPACING = 62;

  private static final String DARK = "#222222";
  private static final String SOFT = "#595959";
  private static final Ink AXIS = Ink.line("#444444", 1, Ink.SOLID);
  private static final Ink GRID = Ink.line("#e4e4e4", 0.8, Ink.SOLID);
  private static final Ink BOUNDARY = Ink.line("#8c8c8c", 0.8, Ink.DOTTED);

  private final Plot plot;
  private final List<String> subtitle;
  private final List<Row> phaseNames;
  private final Legend legend;
  private final double left;
  private final double top;
  private final double bottom;

  /** A phase's name, where it stands, and on which row, the lowest being 0. */
  private record Row(String name, double x, int row) {}

  Painter(Plot plot) {
    this.plot = plot;
    left = 36 + plot.panels().stream().mapToDouble(Painter::tickWidth).max().orElse(0);
    subtitle = Texts.wrapped(plot.subtitle(), SMALL, WIDTH - left - RIGHT, 3);
    phaseNames = phaseNames();
    int rows = phaseNames.stream().mapToInt(r -> r.row() + 1).max().orElse(0);
    top = 24 + subtitle.size() * LINE_HEIGHT + rows * LINE_HEIGHT + 6;
    double panels = plot.panels().stream().mapToDouble(Panel::height).sum();
    bottom = top + panels + GAP * Math.max(0, plot.panels().size() - 1);
    legend = new Legend(plot, left, bottom + 48, WIDTH - RIGHT);
  }

  double width() {
    return WIDTH;
  }

  double height() {
    return bottom + 44 + legend.height();
  }

  void paint(Canvas canvas) {
    title(canvas);
    double y = top;
    for (Panel panel : plot.panels()) {
      boolean last = y + panel.height() > bottom - 1;
      paint(panel, y, last, canvas);
      y += panel.height() + GAP;
    }
    canvas.text(
        text(plot.xTitle(), (left + WIDTH - RIGHT) / 2, bottom + 36, Anchor.MIDDLE, TEXT, DARK));
    legend.paint(canvas);
  }

  private void title(Canvas canvas) {
    String title = Texts.cut(plot.title(), TITLE * 1.06, WIDTH - left - RIGHT);
    canvas.text(new Label(title, left, 20, Anchor.START, TITLE, DARK, true, false));
    for (int i = 0; i < subtitle.size(); i++) {
      double y = 21 + (i + 1) * LINE_HEIGHT;
      canvas.text(text(subtitle.get(i), left, y, Anchor.START, SMALL, SOFT));
    }
    for (Row name : phaseNames) {
      double y = top - 5 - name.row() * LINE_HEIGHT;
      canvas.text(text(name.name(), name.x(), y, Anchor.MIDDLE, SMALL, SOFT));
    }
  }

  private void paint(Panel panel, double y, boolean last, Canvas canvas) {
    double foot = y + panel.height();
    for (Scale.Tick tick : yTicks(panel)) {
      double at = foot - panel.y().place(tick.value()) * panel.height();
      canvas.line(List.of(new Point(left, at), new Point(WIDTH - RIGHT, at)), GRID, "grid", "");
      canvas.text(text(tick.label(), left - 7, at + 4, Anchor.END, SMALL, DARK));
    }
    for (Phase phase :
        plot.phases().subList(Math.min(1, plot.phases().size()), plot.phases().size())) {
      vertical(phase.firstStep(), y, foot, BOUNDARY, "phase", "", canvas);
    }
    panel.marks().stream()
        .filter(m -> shows(m.marker().x()))
        .forEach(m -> vertical(m.marker().x(), y, foot, m.ink(), "mark", Legend.name(m), canvas));
    panel.traces().forEach(trace -> paint(trace, panel, y, canvas));
    if (panel.empty()) {
      double middle = (left + WIDTH - RIGHT) / 2;
      canvas.text(text(panel.ifEmpty(), middle, (y + foot) / 2, Anchor.MIDDLE, TEXT, SOFT));
    }
    axes(panel, y, last, canvas);
  }

  private void axes(Panel panel, double y, boolean last, Canvas canvas) {
    double foot = y + panel.height();
    canvas.line(List.of(new Point(left, y), new Point(left, foot)), AXIS, "axis", "");
    canvas.line(List.of(new Point(left, foot), new Point(WIDTH - RIGHT, foot)), AXIS, "axis", "");
    canvas.text(
        new Label(panel.yTitle(), 15, (y + foot) / 2, Anchor.MIDDLE, TEXT, DARK, false, true));
    int count = (int) ((WIDTH - RIGHT - left) / X_TICK_SPACING);
    for (Scale.Tick tick : panel.empty() ? List.<Scale.Tick>of() : plot.x().ticks(count)) {
      double x = across(tick.value());
      double length = tick.label().isEmpty() ? 2.5 : 5;
      canvas.line(List.of(new Point(x, foot), new Point(x, foot + length)), AXIS, "tick", "");
      if (last && !tick.label().isEmpty()) {
        canvas.text(text(tick.label(), x, foot + 17, Anchor.MIDDLE, SMALL, DARK));
      }
    }
  }

  private void paint(Trace trace, Panel panel, double y, Canvas canvas) {
    double foot = y + panel.height();
    List<Point> points =
        trace.curve().points().stream()
            .map(p -> new Point(across(p.x()), foot - panel.y().place(p.y()) * panel.height()))
            .toList();
    String name = trace.curve().name();
    if (trace.style() == Style.DOTS) {
      List<Point> shown =
          points.stream().filter(p -> p.finite() && p.y() >= y && p.y() <= foot).toList();
      canvas.dots(shown, trace.ink(), "dots", name);
      return;
    }
    for (List<Point> part : Lines.within(points, y, foot)) {
      if (part.size() == 1) {
        canvas.dots(part, Ink.dot(trace.ink().colour(), 5, 1), "dots", name);
      } else {
        canvas.line(Lines.thinned(part, TOLERANCE), trace.ink(), "series", name);
      }
    }
  }

  private void vertical(
      double value, double y, double foot, Ink ink, String role, String name, Canvas canvas) {
    double x = across(value);
    canvas.line(List.of(new Point(x, y), new Point(x, foot)), ink, role, name);
  }

  private double across(double value) {
    return left + plot.x().place(value) * (WIDTH - RIGHT - left);
  }

  private boolean shows(double x) {
    double place = plot.x().place(x);
    return place >= -1e-9 && place <= 1 + 1e-9;
  }

  /** Every phase's name over the middle of the phase, on the lowest row where it has room. */
  private List<Row> phaseNames() {
    List<Row> placed = new ArrayList<>();
    double[] ends = {Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY};
    for (Phase phase : plot.phases()) {
      double width = Texts.width(phase.name(), SMALL);
      double middle = across((phase.firstStep() + phase.lastStep()) / 2.0);
      double x = Math.min(Math.max(middle, left + width / 2), WIDTH - RIGHT / 2 - width / 2);
      for (int row = 0; row < ends.length; row++) {
        if (x - width / 2 > ends[row] + 4) {
          placed.add(new Row(phase.name(), x, row));
          ends[row] = x + width / 2;
          break;
        }
      }
    }
    return placed;
  }

  private static double tickWidth(Panel panel) {
    return yTicks(panel).stream().mapToDouble(t -> Texts.width(t.label(), SMALL)).max().orElse(0);
  }

  private static List<Scale.Tick> yTicks(Panel panel) {
    return panel.empty() ? List.of() : panel.y().ticks((int) (panel.height() / Y_TICK_SPACING));
  }

  private static Label text(
      String text, double x, double y, Anchor anchor, double size, String colour) {
    return new Label(text, x, y, anchor, size, colour, false, false);
  }
}
