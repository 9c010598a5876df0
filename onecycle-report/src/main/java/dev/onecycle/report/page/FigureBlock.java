package dev.onecycle.report.page;

import dev.onecycle.error.MissingFontsException;
import dev.onecycle.report.chart.Figure;
import dev.onecycle.report.chart.FigureTable;
import org.jsoup.nodes.Element;

/**
 * A figure on a page: the still picture, what the script draws in its place, a caption, and a table
 * of the values behind it.
 */
final class FigureBlock {
  private FigureBlock() {}

  /**
   * Adds it.
   *
   * @param id of the figure within the page, a word
   * @param caption what to see in it, in sentences
   */
  static void add(Element parent, String id, String heading, String caption, Figure figure) {
    Element block = Html.add(parent, "figure").addClass("figure").attr("id", id);
    Html.add(block, "h3", heading);
    Element still = Html.add(block, "div").addClass("still");
    try {
      Html.raw(still, figure.svg());
    } catch (MissingFontsException e) {
      // The script and the table need no fonts; whoever sees neither is told why.
      Html.add(still, "p", "No still picture: " + e.getMessage()).addClass("soft");
    }
    Html.raw(Html.add(block, "script").attr("type", "application/json"), escaped(figure.json()));
    Html.add(block, "figcaption", caption);
    FigureTable table = figure.table();
    if (!table.rows().isEmpty()) {
      Element details = Html.details(block, "Table");
      String whole = table.complete() ? "" : ", at evenly spaced points";
      Element body = Html.table(details, heading + whole, table.headings());
      table.rows().forEach(row -> Html.row(body, row));
    }
  }

  /** JSON in which nothing looks like markup, nor like a line's end to a script. */
  private static String escaped(String json) {
    return json.replace("&", "\\u0026")
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029");
  }
}
