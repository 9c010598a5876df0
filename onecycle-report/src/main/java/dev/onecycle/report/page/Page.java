package dev.onecycle.report.page;

import dev.onecycle.text.Texts;
import java.util.function.Consumer;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.DocumentType;
import org.jsoup.nodes.Element;

/** The frame of a page. The page loads nothing else, and runs no script but ours. */
final class Page {
  private static final int FOLLOW_SECONDS = 5;
  private static final int FOLLOW_SECONDS_WITHOUT_SCRIPT = 20;

  private Page() {}

  /**
   * The HTML of a page.
   *
   * @param following whether the open page loads itself again, because the file will change
   */
  static String of(String title, boolean following, Consumer<Element> content) {
    Consumer<Element> main =
        element -> {
          if (following) {
            follow(element);
          }
          content.accept(element);
        };
    return of(title, REPORT, following, main);
  }

  /** What a kind of page is made of, and what it may do. */
  record Kind(String script, String style, String requests) {
    /** The content security policy of such a page: its own scripts run, and no others. */
    String policy() {
      return "default-src 'none'; base-uri 'none'; form-action 'none';"
          + " style-src 'unsafe-inline'; script-src "
          + Assets.hash(Assets.PLOTTER)
          + " "
          + Assets.hash(script)
          + requests;
    }
  }

  /** A page that is a file of its own and requests nothing. */
  static final Kind REPORT = new Kind(Assets.SCRIPT, Assets.STYLE, "; img-src data:");

  /** The page of the board, which asks its own server. */
  static final Kind BOARD =
      new Kind(Assets.BOARD_SCRIPT, Assets.BOARD_STYLE, "; img-src data:; connect-src 'self'");

  /** The page that sends a picture to its own server, and shows it. */
  static final Kind UPLOAD =
      new Kind(
          Assets.UPLOAD_SCRIPT, Assets.UPLOAD_STYLE, "; img-src data: blob:; connect-src 'self'");

  /** The HTML of a page of a kind. */
  static String of(String title, Kind kind, boolean following, Consumer<Element> content) {
    Document document = Document.createShell("");
    document.outputSettings().prettyPrint(false);
    document.child(0).attr("lang", "en");
    document.prependChild(new DocumentType("html", "", ""));
    head(document.head(), title, kind, following);
    content.accept(Html.add(document.body(), "main"));
    Html.raw(Html.add(document.body(), "script"), Assets.PLOTTER);
    Html.raw(Html.add(document.body(), "script"), kind.script());
    return document.outerHtml();
  }

  private static void head(Element head, String title, Kind kind, boolean following) {
    Html.add(head, "meta").attr("charset", "utf-8");
    Html.add(head, "meta")
        .attr("http-equiv", "Content-Security-Policy")
        .attr("content", kind.policy());
    Html.add(head, "meta")
        .attr("name", "viewport")
        .attr("content", "width=device-width, initial-scale=1");
    Html.add(head, "meta").attr("name", "generator").attr("content", "Onecycle");
    // Without this a browser requests an icon.
    Html.add(head, "link").attr("rel", "icon").attr("href", "data:,");
    if (following) {
      Html.add(Html.add(head, "noscript"), "meta")
          .attr("http-equiv", "refresh")
          .attr("content", Integer.toString(FOLLOW_SECONDS_WITHOUT_SCRIPT));
    }
    Html.add(head, "title").appendText(Texts.clean(title)); // text alone may stand there
    Html.raw(Html.add(head, "style"), kind.style());
  }

  private static void follow(Element main) {
    Element label = Html.add(main, "label").addClass("follow soft").attr("hidden", true);
    Html.add(label, "input")
        .attr("type", "checkbox")
        .attr("id", "follow")
        .attr("data-seconds", Integer.toString(FOLLOW_SECONDS));
    Html.add(label, "span", " update this page during training");
  }
}
