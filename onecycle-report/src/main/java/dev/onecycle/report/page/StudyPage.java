package dev.onecycle.report.page;

import dev.onecycle.report.chart.Figure;
import dev.onecycle.report.claims.StudyTables;
import dev.onecycle.report.claims.StudyTables.Conclusion;
import dev.onecycle.report.claims.StudyTables.Grid;
import dev.onecycle.report.figures.ComparisonFigures;
import dev.onecycle.report.figures.RangeFigures;
import dev.onecycle.report.figures.RunCurves;
import dev.onecycle.text.Texts;
import java.util.List;
import java.util.Map;
import org.jsoup.nodes.Element;

/** The page of an experiment: claims with their verdicts, figures beside the source's, runs. */
final class StudyPage {
  private final StudyReport report;
  private final StudyTables tables;

  private StudyPage(StudyReport report) {
    this.report = report;
    tables = new StudyTables(report.result());
  }

  /** The HTML of the page. */
  static String html(StudyReport report) {
    StudyPage page = new StudyPage(report);
    return Page.of(report.result().about().title() + " – Onecycle", false, page::fill);
  }

  private void fill(Element main) {
    Html.add(main, "h1", report.result().about().title());
    Html.add(main, "p", tables.outcome()).addClass("outcome");
    Html.add(main, "h2", "Claims");
    Element claims = Html.add(main, "ul");
    for (Conclusion conclusion : tables.conclusions()) {
      Element item = Html.add(claims, "li");
      Html.add(item, "strong", Texts.capitalized(conclusion.kind().toString()) + ": ");
      Html.add(item, "span", conclusion.text());
    }
    Element rules = Html.add(Html.details(main, "The test and the rule of each claim"), "ul");
    tables.conclusions().forEach(conclusion -> Html.add(rules, "li", conclusion.rule()));
    Html.add(main, "h2", "Results");
    grid(main, "Our figures, mean ± standard deviation, and the source's", tables.results());
    Element notes = Html.add(main, "ul");
    tables.notes().forEach(note -> Html.add(notes, "li", note));
    if (!report.result().grids().isEmpty()) {
      grid(main, StudyTables.GRIDS, tables.grids());
    }
    Html.add(main, "p", tables.source());
    tables.method().forEach(sentence -> Html.add(main, "p", sentence));
    curves(main);
    Html.add(main, "h2", "Runs");
    grid(main, "Every run", tables.runs());
    Html.add(main, "h2", "Commands");
    Element all = Html.properties(main, "The commands that make the page and its runs again");
    Html.property(all, "this page", report.result().about().command());
    tables.commands().forEach((arm, command) -> Html.property(all, arm, command));
  }

  private void curves(Element main) {
    if (!report.runs().isEmpty()) {
      Html.add(main, "h2", "Curves");
      Html.add(main, "p", "One run of each arm, of the lowest seed that is finished.")
          .addClass("soft");
      List<RunCurves> curves = report.runs().stream().map(RunCurves::of).toList();
      Map<String, Figure> figures = ComparisonFigures.overShare(curves);
      figures.forEach(
          (name, figure) -> FigureBlock.add(main, name, figure.title(), figure.note(), figure));
    }
    if (!report.ranges().isEmpty()) {
      Html.add(main, "h2", "Range tests");
      Figure figure = RangeFigures.overlay("Range tests", report.ranges());
      FigureBlock.add(main, "ranges", figure.title(), figure.note(), figure);
    }
  }

  private static void grid(Element main, String caption, Grid grid) {
    Element body = Html.table(main, caption, grid.headings());
    grid.rows().forEach(row -> Html.row(body, row));
  }
}
