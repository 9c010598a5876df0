package dev.onecycle.report.page;

import dev.onecycle.text.Texts;
import java.util.List;
import org.jsoup.nodes.DataNode;
import org.jsoup.nodes.Element;

/**
 * Parts of a page. Every text goes in as a text node or an attribute's value, which the serializer
 * escapes, and without characters that cannot be seen: names come from folders, and a folder may be
 * called anything.
 */
final class Html {
  private Html() {}

  static Element add(Element parent, String tag) {
    return parent.appendElement(tag);
  }

  static Element add(Element parent, String tag, String text) {
    return add(parent, tag).appendText(Texts.clean(text));
  }

  /** A name from elsewhere, whose direction of writing does not reach beyond it. */
  static Element name(Element parent, String name) {
    return add(parent, "bdi", name);
  }

  /** What is no text but code, SVG or JSON of our own making. */
  static void raw(Element parent, String data) {
    parent.appendChild(new DataNode(data));
  }

  /** A table with a line of headings, in a box that scrolls. */
  static Element table(Element parent, String caption, List<String> headings) {
    Element box = add(parent, "div").addClass("scroll").attr("tabindex", "0");
    box.attr("role", "region").attr("aria-label", Texts.clean(caption));
    Element table = add(box, "table");
    add(table, "caption", caption);
    Element row = add(add(table, "thead"), "tr");
    headings.forEach(heading -> add(row, "th", heading).attr("scope", "col"));
    return add(table, "tbody");
  }

  static void row(Element body, List<String> cells) {
    Element row = add(body, "tr");
    cells.forEach(cell -> add(row, "td", cell));
  }

  /** A table of names and what they stand for. */
  static Element words(Element parent, String caption) {
    Element table = add(parent, "table").addClass("words");
    add(table, "caption", caption);
    return add(table, "tbody");
  }

  static void word(Element words, String name, String value) {
    Element row = add(words, "tr");
    add(row, "th", name).attr("scope", "row");
    name(add(row, "td"), value);
  }

  /** Something to be opened. */
  static Element details(Element parent, String summary) {
    Element details = add(parent, "details");
    add(details, "summary", summary);
    return details;
  }
}
