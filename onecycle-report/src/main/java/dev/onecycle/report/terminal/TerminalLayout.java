package dev.onecycle.report.terminal;

import dev.onecycle.report.chart.Curve;
import dev.onecycle.report.chart.Marker;
import dev.onecycle.report.chart.Point;
import dev.onecycle.report.chart.Scale;
import dev.onecycle.report.chart.Scale.Tick;
import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Arranges the parts of a terminal chart: title, labels of markers, rows with the vertical axis,
 * the horizontal axis with its labels and title, and the legend if there are several curves.
 */
final class TerminalLayout {
  private static final int MIN_ROWS = 4;

  private final TerminalChart chart;
  private final TerminalStyle style;
  private final Scale x;
  private final Scale y;
  private final List<Tick> yTicks;
  private final int labelWidth;
  private final int columns;

  TerminalLayout(TerminalChart chart, TerminalStyle style) {
    this(chart, style, 0);
  }

  /** Reserves a minimum width for the labels of the vertical axis, so that two charts align. */
  TerminalLayout(TerminalChart chart, TerminalStyle style, int minLabelWidth) {
    this.chart = chart;
    this.style = style;
    x = chart.xScale();
    y = chart.yScale();
    yTicks = chart.empty() ? List.of() : y.ticks(style.height() / 3);
    int widest = yTicks.stream().mapToInt(t -> TerminalText.columns(label(t))).max().orElse(0);
    labelWidth = Math.max(minLabelWidth, widest);
    columns = style.width() - labelWidth - 2;
  }

  /** The width of the labels of the vertical axis, in characters. */
  int labelWidth() {
    return labelWidth;
  }

  List<String> lines() {
    String indent = " ".repeat(labelWidth + 2);
    List<String> below = new ArrayList<>(xAxis());
    if (!chart.xTitle().isEmpty()) {
      below.add(indent + centred(chart.xTitle()));
    }
    if (chart.curves().size() > 1) {
      below.add(indent + legend());
    }
    List<String> lines = new ArrayList<>();
    if (!chart.title().isEmpty()) {
      lines.add(TerminalText.fitted(chart.title(), style.width(), style.ascii()));
    }
    int room = style.height() - lines.size() - below.size() - MIN_ROWS;
    markerLabels(room).forEach(l -> lines.add(indent + l));
    lines.addAll(rows(style.height() - lines.size() - below.size()));
    lines.addAll(below);
    return lines.stream().map(String::stripTrailing).toList();
  }

  private List<String> rows(int count) {
    DotGrid grid = new DotGrid(columns, count, style);
    shownMarkers().forEach(m -> grid.marker(column(m.x())));
    for (int i = 0; i < chart.curves().size(); i++) {
      grid.line(inDots(chart.curves().get(i), grid), i);
    }
    String[] labels = new String[count];
    Arrays.fill(labels, "");
    for (Tick tick : yTicks) {
      double height = (1 - y.position(tick.value())) * (grid.dotsDown() - 1);
      labels[(int) Math.round(height) * count / grid.dotsDown()] = label(tick);
    }
    return IntStream.range(0, count)
        .mapToObj(row -> axis(labels[row]) + cells(grid, row, count))
        .toList();
  }

  private String axis(String label) {
    String bare = style.ascii() ? "|" : "│";
    String ticked = style.ascii() ? "+" : "┤";
    String indent = " ".repeat(labelWidth - TerminalText.columns(label));
    return indent + label + " " + (label.isEmpty() ? bare : ticked);
  }

  private String cells(DotGrid grid, int row, int count) {
    return chart.empty() && row == count / 2 ? centred("no finite value") : grid.row(row);
  }

  private List<Point> inDots(Curve curve, DotGrid grid) {
    return curve.points().stream()
        .map(
            p ->
                new Point(
                    x.position(p.x()) * (grid.dotsAcross() - 1),
                    (1 - y.position(p.y())) * (grid.dotsDown() - 1)))
        .toList();
  }

  private List<String> xAxis() {
    StringBuilder line = new StringBuilder((style.ascii() ? "-" : "─").repeat(columns));
    TerminalText.LabelRow labels = new TerminalText.LabelRow(columns);
    for (Tick tick : chart.empty() ? List.<Tick>of() : x.ticks(columns / 10)) {
      int column = column(tick.value());
      if (!tick.label().isEmpty() && labels.centre(tick.label(), column)) {
        line.setCharAt(column, style.ascii() ? '+' : '┬');
      }
    }
    String indent = " ".repeat(labelWidth + 1);
    return List.of(indent + (style.ascii() ? "+" : "└") + line, indent + " " + labels);
  }

  /** Labels centred over their markers, on as many rows as needed, up to a maximum. */
  private List<String> markerLabels(int maxRows) {
    List<TerminalText.LabelRow> rows = new ArrayList<>();
    for (Marker marker : shownMarkers()) {
      String label = TerminalText.fitted(marker.label(), columns, style.ascii());
      int column = column(marker.x());
      boolean placed = label.isEmpty() || rows.stream().anyMatch(r -> r.centre(label, column));
      if (!placed && rows.size() < maxRows) {
        TerminalText.LabelRow row = new TerminalText.LabelRow(columns);
        row.centre(label, column);
        rows.add(row);
      }
    }
    return rows.stream().map(TerminalText.LabelRow::toString).toList();
  }

  private List<Marker> shownMarkers() {
    return chart.markers().stream().filter(m -> Double.isFinite(x.position(m.x()))).toList();
  }

  private String legend() {
    StringBuilder legend = new StringBuilder();
    int free = columns;
    for (int i = 0; i < chart.curves().size() && free > 8; i++) {
      String name = TerminalText.fitted(chart.curves().get(i).name(), free - 6, style.ascii());
      legend.append(new DotGrid(1, 1, style).sample(i)).append(' ').append(name).append("  ");
      free -= 6 + TerminalText.columns(name);
    }
    return legend.toString();
  }

  private String centred(String text) {
    String fitted = TerminalText.fitted(text, columns, style.ascii());
    return " ".repeat((columns - TerminalText.columns(fitted)) / 2) + fitted;
  }

  private String label(Tick tick) {
    int maxWidth = style.width() / 3;
    return tick.label().length() <= maxWidth
        ? tick.label()
        : TerminalText.fitted(Numbers.brief(tick.value()), maxWidth, style.ascii());
  }

  private int column(double value) {
    return (int) Math.round(Math.max(0, Math.min(1, x.position(value))) * (columns - 1));
  }
}
