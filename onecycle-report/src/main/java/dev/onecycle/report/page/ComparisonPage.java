package dev.onecycle.report.page;

import dev.onecycle.record.Measure;
import dev.onecycle.report.chart.Figure;
import dev.onecycle.report.compare.Comparison;
import dev.onecycle.report.compare.Comparison.Difference;
import dev.onecycle.report.compare.Comparison.SeedGroup;
import dev.onecycle.report.compare.ResultTable;
import dev.onecycle.report.compare.RunResult;
import dev.onecycle.report.figures.ComparisonFigures;
import dev.onecycle.report.figures.RunCurves;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jsoup.nodes.Element;

/** The page of a comparison: the best run, the curves, results, differences, and seeds. */
final class ComparisonPage {
  private final ComparisonReport report;
  private final Comparison comparison;

  private ComparisonPage(ComparisonReport report) {
    this.report = report;
    comparison = report.comparison();
  }

  /** The HTML of the page. */
  static String html(ComparisonReport report) {
    ComparisonPage page = new ComparisonPage(report);
    return Page.of("Comparison of runs – Onecycle", false, page::fill);
  }

  private void fill(Element main) {
    Html.add(main, "h1", "Comparison of runs");
    Element names = Html.add(main, "p").addClass("soft");
    for (RunCurves run : report.curves()) {
      names.appendText(names.childNodeSize() == 0 ? "" : ", ");
      Html.name(names, run.name());
    }
    Html.add(main, "p", report.sentence()).addClass("outcome");
    Html.add(main, "h2", "Curves");
    report
        .figures()
        .forEach(
            (name, figure) -> FigureBlock.add(main, name, figure.title(), figure.note(), figure));
    more(main, "The curves over epochs", ComparisonFigures.overEpochs(report.curves()));
    more(
        main,
        "The curves over the share of the cycle",
        ComparisonFigures.overShare(report.curves()));
    if (report.curves().stream().anyMatch(run -> run.length().equals(RunCurves.Length.UNKNOWN))) {
      Html.add(
              main,
              "p",
              "There are no curves over epochs and the share of the cycle, because a log without"
                  + " settings does not tell its length.")
          .addClass("soft");
    }
    results(main);
    differences(main);
    groups(main);
  }

  private static void more(Element main, String title, Map<String, Figure> figures) {
    if (figures.isEmpty()) {
      return;
    }
    Element details = Html.details(main, title);
    figures.forEach(
        (name, figure) -> FigureBlock.add(details, name, figure.title(), figure.note(), figure));
  }

  private void results(Element main) {
    Html.add(main, "h2", "Results");
    List<String> headings = new ArrayList<>(List.of("run"));
    ResultTable table = ResultTable.of(comparison);
    headings.addAll(table.headings());
    Element body = Html.table(main, "Results of each run so far", headings);
    for (RunResult result : comparison.results()) {
      row(body, result.name(), table.cells(result));
    }
  }

  private void differences(Element main) {
    if (comparison.compared().size() < 2) {
      return;
    }
    Html.add(main, "h2", "Differences");
    if (comparison.differences().isEmpty()) {
      Html.add(main, "p", "The runs have the same conditions and settings.");
      return;
    }
    List<String> headings = new ArrayList<>(List.of("run"));
    comparison.differences().forEach(d -> headings.add(d.name()));
    Element body = Html.table(main, "Conditions and settings that differ", headings);
    for (int i = 0; i < comparison.compared().size(); i++) {
      List<String> cells = new ArrayList<>();
      for (Difference difference : comparison.differences()) {
        cells.add(difference.values().get(i));
      }
      row(body, comparison.compared().get(i), cells);
    }
  }

  private void groups(Element main) {
    if (comparison.groups().isEmpty()) {
      return;
    }
    Html.add(main, "h2", "Seeds");
    List<Measure> measures =
        comparison.groups().stream().map(SeedGroup::measure).distinct().toList();
    List<String> headings = new ArrayList<>(List.of("runs", "number"));
    measures.forEach(measure -> headings.add(measure.axis()));
    headings.add("validation loss");
    Element body =
        Html.table(
            main,
            "Runs that differ only in their seed: mean ± sample standard deviation",
            headings);
    for (SeedGroup group : comparison.groups()) {
      List<String> cells = new ArrayList<>(List.of(Integer.toString(group.score().n())));
      for (Measure measure : measures) {
        cells.add(measure.equals(group.measure()) ? ComparisonText.spread(group) : "");
      }
      cells.add(group.validationLoss().text(4));
      row(body, String.join(", ", group.names()), cells);
    }
  }

  private static void row(Element body, String name, List<String> cells) {
    Element row = Html.add(body, "tr");
    Html.name(Html.add(row, "td"), name);
    cells.forEach(cell -> Html.add(row, "td", cell));
  }
}
