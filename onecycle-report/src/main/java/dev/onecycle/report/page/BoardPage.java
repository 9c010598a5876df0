package dev.onecycle.report.page;

import org.jsoup.nodes.Element;

/** The page of the board: a table of runs and the curves of some; its script asks for both. */
public final class BoardPage {
  private BoardPage() {}

  /**
   * The HTML of the page.
   *
   * @param folder of the runs, for people
   * @param maxCompared runs whose curves can be laid over each other
   */
  public static String html(String folder, int maxCompared) {
    return Page.of("Runs – Onecycle", Page.BOARD, false, main -> fill(main, folder, maxCompared));
  }

  /** The content security policy of the page, for a server that sends it. */
  public static String contentPolicy() {
    return Page.BOARD.policy();
  }

  private static void fill(Element main, String folder, int maxCompared) {
    main.attr("data-max", Integer.toString(maxCompared));
    Html.add(main, "h1", "Runs");
    Element where = Html.add(main, "p").addClass("soft").appendText("in ");
    Html.name(where, folder);
    Html.add(where, "span").attr("id", "updated").attr("role", "status");
    Html.add(main, "p").attr("id", "trouble").addClass("notes").attr("hidden", true);
    Html.add(
        Html.add(main, "noscript"), "p", "The board needs JavaScript; 'onecycle runs' lists runs.");
    filters(Html.add(main, "div").addClass("filters"));
    Html.add(main, "p").attr("id", "wrong").addClass("wrong").attr("hidden", true);
    Element box = Html.add(main, "div").addClass("scroll").addClass("runs").attr("tabindex", "0");
    box.attr("role", "region").attr("aria-label", "Runs");
    Element table = Html.add(box, "table").attr("id", "runs");
    Html.add(Html.add(table, "thead"), "tr");
    Html.add(table, "tbody");
    Html.add(main, "p").attr("id", "count").addClass("soft").attr("role", "status");
    Html.add(main, "p", "No more than " + maxCompared + " runs can be compared at a time.")
        .addClass("soft")
        .attr("id", "full")
        .attr("hidden", true);
    Html.add(main, "h2", "Curves");
    Html.add(main, "p").attr("id", "sentence").addClass("soft");
    Html.add(main, "div").attr("id", "figures");
    Html.add(main, "div").attr("id", "differences");
  }

  private static void filters(Element filters) {
    Element search = Html.add(filters, "label").addClass("search");
    Html.add(search, "span", "Filter");
    Html.add(search, "input")
        .attr("type", "search")
        .attr("id", "filter")
        .attr("autocomplete", "off")
        .attr("spellcheck", "false")
        .attr("aria-describedby", "help")
        .attr("placeholder", "resnet20 result>90 batch_size=128");
    for (String name : new String[] {"state", "model"}) {
      Element label = Html.add(filters, "label");
      Html.add(label, "span", name.equals("state") ? "State" : "Model");
      Html.add(label, "select").attr("id", name);
    }
    Element details = Html.details(filters, "Settings as columns").addClass("columns");
    Html.add(
            details,
            "p",
            "Settings that are not the same in all runs. The filter knows every setting by these"
                + " names, with =, !=, <, <=, >, >= or : (has the text).")
        .addClass("soft")
        .attr("id", "help");
    Html.add(details, "div").attr("id", "columns").addClass("legend");
  }
}
