package dev.onecycle.report;

import dev.onecycle.report.Canvas.Anchor;
import dev.onecycle.report.Canvas.Label;
import dev.onecycle.report.Plot.Mark;
import dev.onecycle.report.Plot.Panel;
import dev.onecycle.report.Plot.Style;
import dev.onecycle.report.Plot.Trace;
import java.util.ArrayList;
import java.util.List;

/** The names of what a plot shows, below its panels, in rows as full as they go. */
final class Legend {
  private static final double SIZE = 11;
  private static final double SAMPLE = 26;
  private static final double ROW = 17;

  private record Entry(String name, Ink ink, Style style) {}

  private record Placed(Entry entry, double x, double y) {}

  private final List<Placed> placed = new ArrayList<>();
  private final double height;

  Legend(Plot plot, double left, double top, double right) {
    double x = left;
    double y = top + ROW / 2;
    for (Entry entry : entries(plot)) {
      double width = SAMPLE + 5 + Texts.width(entry.name(), SIZE) + 14;
      if (x > left && x + width - 14 > right) {
        x = left;
        y += ROW;
      }
      placed.add(new Placed(entry, x, y));
      x += width;
    }
    height = placed.isEmpty() ? 0 : y - top + ROW / 2 + 6;
  }

  double height() {
    return height;
  }

  void paint(Canvas canvas) {
    for (Placed p : placed) {
      Entry entry = p.entry();
      List<Point> sample = List.of(new Point(p.x(), p.y()), new Point(p.x() + SAMPLE, p.y()));
      if (entry.style() == Style.DOTS) {
        List<Point> centres =
            List.of(
                new Point(p.x() + 4, p.y()),
                new Point(p.x() + SAMPLE / 2, p.y()),
                new Point(p.x() + SAMPLE - 4, p.y()));
        canvas.dots(centres, entry.ink(), "legend", "");
      } else {
        canvas.line(sample, entry.ink(), "legend", "");
      }
      canvas.text(
          new Label(
              entry.name(),
              p.x() + SAMPLE + 5,
              p.y() + 4,
              Anchor.START,
              SIZE,
              "#222222",
              false,
              false));
    }
  }

  /** A lone curve needs no entry: the axis already says what it is. */
  private static List<Entry> entries(Plot plot) {
    List<Entry> entries = new ArrayList<>();
    for (Panel panel : plot.panels()) {
      List<Trace> named =
          panel.traces().stream().filter(t -> t.inLegend() && !t.curve().empty()).toList();
      if (named.size() + panel.marks().size() > 1) {
        named.forEach(t -> entries.add(new Entry(t.curve().name(), t.ink(), t.style())));
      }
      panel.marks().forEach(m -> entries.add(new Entry(name(m), m.ink(), Style.LINE)));
    }
    return entries;
  }

  static String name(Mark mark) {
    return mark.marker().label() + " " + Numbers.brief(mark.marker().x());
  }
}
