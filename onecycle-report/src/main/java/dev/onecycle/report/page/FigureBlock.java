package dev.onecycle.report.page;

import dev.onecycle.error.MissingFontsException;
import dev.onecycle.report.chart.Figure;
import dev.onecycle.report.chart.FigureTable;
import org.jsoup.nodes.Element;

/** A figure on a page: a still picture, the data for the script, a caption, and a table. */
final class FigureBlock {
  private FigureBlock() {}

  /**
   * Adds a figure, and returns its element.
   *
   * @param id of the element, one word
   * @param caption in sentences
   */
  static Element add(Element parent, String id, String heading, String caption, Figure figure) {
    Element block = Html.add(parent, "figure").addClass("figure").attr("id", id);
    Html.add(block, "h3", heading);
    Element still = Html.add(block, "div").addClass("still");
    try {
      Html.raw(still, figure.svg());
    } catch (MissingFontsException e) {
      // The script and the table work without fonts.
      Html.add(still, "p", "No still picture: " + e.getMessage()).addClass("soft");
    }
    Html.raw(Html.add(block, "script").attr("type", "application/json"), escaped(figure.json()));
    Html.add(block, "figcaption", caption);
    FigureTable table = figure.table();
    if (!table.rows().isEmpty()) {
      Element details = Html.details(block, "Values as a table");
      String sampled = table.complete() ? "" : ", at evenly spaced points";
      Element body = Html.table(details, heading + sampled, table.headings());
      table.rows().forEach(row -> Html.row(body, row));
    }
    return block;
  }

  /** JSON without characters that HTML or JavaScript would interpret. */
  private static String escaped(String json) {
    return json.replace("&", "\\u0026")
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029");
  }
}
