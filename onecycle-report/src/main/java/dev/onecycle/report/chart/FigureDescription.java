package dev.onecycle.report.chart;

import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Describes a figure in words, for screen readers and for search. */
final class FigureDescription {
  private FigureDescription() {}

  static String of(Plot plot) {
    List<String> sentences = new ArrayList<>();
    if (!plot.subtitle().isEmpty()) {
      sentences.add(plot.subtitle().replaceAll("\\.$", ""));
    }
    for (Plot.Panel panel : plot.panels()) {
      String contents = contents(panel);
      // A panel whose curves are all named elsewhere adds nothing.
      if (!contents.isEmpty()) {
        sentences.add(panel.yTitle() + " over " + plot.xTitle() + ": " + contents);
      }
    }
    if (!plot.phases().isEmpty()) {
      sentences.add(
          plot.phases().stream()
              .map(p -> p.name() + " from " + p.firstStep() + " to " + p.lastStep())
              .collect(Collectors.joining(", ", "phases: ", "")));
    }
    return sentences.stream()
        .map(FigureDescription::capitalized)
        .collect(Collectors.joining(". ", "", "."));
  }

  /** The subtitle in sentences; empty if there is none. */
  static String note(Plot plot) {
    return plot.subtitle().isEmpty()
        ? ""
        : capitalized(plot.subtitle().replaceAll("\\.$", "")) + ".";
  }

  private static String capitalized(String sentence) {
    int rest = sentence.isEmpty() ? 0 : sentence.offsetByCodePoints(0, 1);
    return sentence.substring(0, rest).toUpperCase(Locale.ROOT) + sentence.substring(rest);
  }

  private static String contents(Plot.Panel panel) {
    List<String> parts = new ArrayList<>();
    for (Plot.Trace trace : panel.traces()) {
      long drawn = trace.curve().points().stream().filter(Point::finite).count();
      if (trace.inLegend() && drawn > 0) {
        parts.add(trace.curve().name() + extent(trace.curve()));
      }
    }
    panel
        .markers()
        .forEach(m -> parts.add(m.marker().label() + " " + Numbers.brief(m.marker().x())));
    return panel.empty() ? panel.ifEmpty() : String.join(", ", parts);
  }

  private static String extent(Curve curve) {
    var y = curve.points().stream().filter(Point::finite).mapToDouble(Point::y).summaryStatistics();
    return " between " + Numbers.brief(y.getMin()) + " and " + Numbers.brief(y.getMax());
  }
}
