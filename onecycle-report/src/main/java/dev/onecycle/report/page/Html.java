package dev.onecycle.report.page;

import dev.onecycle.text.Texts;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.nodes.DataNode;
import org.jsoup.nodes.Element;

/**
 * Builds the elements of a page.
 *
 * <p>A text may come from the name of a folder, which can hold anything. So each text is added as a
 * text node or an attribute value, which jsoup escapes, and without invisible characters.
 */
final class Html {
  /** Numbers such as 3e-5, which browsers break behind the hyphen. */
  private static final Pattern POWER = Pattern.compile("\\d[\\d.]*e-\\d+");

  private Html() {}

  static Element add(Element parent, String tag) {
    return parent.appendElement(tag);
  }

  static Element add(Element parent, String tag, String text) {
    Element element = add(parent, tag);
    String clean = Texts.clean(text);
    int end = 0;
    for (Matcher number = POWER.matcher(clean); number.find(); end = number.end()) {
      element.appendText(clean.substring(end, number.start()));
      add(element, "span").addClass("number").appendText(number.group());
    }
    return element.appendText(clean.substring(end));
  }

  /**
   * Adds a name from elsewhere; right-to-left letters in it do not affect the text around it. Where
   * it does not fit into a line, it breaks behind a slash or an underscore first.
   */
  static Element name(Element parent, String name) {
    Element element = add(parent, "bdi");
    for (String part : Texts.clean(name).split("(?<=[/_])(?=[^/_])")) {
      if (!element.childNodes().isEmpty()) {
        add(element, "wbr");
      }
      element.appendText(part);
    }
    return element;
  }

  /** Adds code, SVG or JSON that this module made. */
  static void raw(Element parent, String data) {
    parent.appendChild(new DataNode(data));
  }

  /** Adds a table with headings in a scrolling box, and returns its body. */
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

  /** Adds a table of names and values, and returns its body. */
  static Element properties(Element parent, String caption) {
    Element box = add(parent, "div").addClass("scroll").addClass("wide").attr("tabindex", "0");
    box.attr("role", "region").attr("aria-label", Texts.clean(caption));
    Element table = add(box, "table").addClass("properties");
    add(table, "caption", caption);
    return add(table, "tbody");
  }

  static void property(Element body, String name, String value) {
    Element row = add(body, "tr");
    add(row, "th", name).attr("scope", "row");
    add(add(row, "td"), "bdi", value);
  }

  /** Adds a part that the reader can open. */
  static Element details(Element parent, String summary) {
    Element details = add(parent, "details");
    add(details, "summary", summary);
    return details;
  }
}
