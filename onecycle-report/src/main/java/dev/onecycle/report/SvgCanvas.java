package dev.onecycle.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A canvas that writes SVG 1.1, with texts as texts, one path a curve, and no identifiers, so that
 * any number of figures can stand in one page.
 *
 * <p>Looks are presentation attributes and roles are classes: a page's style sheet has the last
 * word, for a dark mode say.
 */
final class SvgCanvas implements Canvas {
  private final StringBuilder body = new StringBuilder();

  @Override
  public void line(List<Point> points, Ink ink, String role, String name) {
    String d = points.stream().map(p -> xy(p, " ")).collect(Collectors.joining("L", "M", ""));
    body.append("<path class=\"").append(role).append("\" d=\"").append(d).append('"');
    body.append(" fill=\"none\" stroke=\"").append(ink.colour()).append('"');
    body.append(" stroke-width=\"").append(Numbers.coordinate(ink.width())).append('"');
    if (!ink.dash().isEmpty()) {
      String dash = ink.dash().stream().map(Numbers::coordinate).collect(Collectors.joining(" "));
      body.append(" stroke-dasharray=\"").append(dash).append('"');
    }
    opacity("stroke-opacity", ink);
    close("path", name);
  }

  @Override
  public void dots(List<Point> centres, Ink ink, String role, String name) {
    body.append("<g class=\"").append(role).append('"');
    body.append(" fill=\"").append(ink.colour()).append('"');
    opacity("fill-opacity", ink);
    body.append(">\n");
    if (!name.isEmpty()) {
      body.append("<title>").append(escaped(name)).append("</title>\n");
    }
    String radius = Numbers.coordinate(ink.width() / 2);
    for (Point p : centres) {
      body.append("<circle cx=\"").append(xy(p, "\" cy=\"")).append("\" r=\"");
      body.append(radius).append("\"/>\n");
    }
    body.append("</g>\n");
  }

  @Override
  public void text(Label label) {
    String place = xy(new Point(label.x(), label.y()), "\" y=\"");
    body.append("<text x=\"").append(place).append('"');
    body.append(" font-size=\"").append(Numbers.coordinate(label.size())).append('"');
    body.append(" fill=\"").append(label.colour()).append('"');
    if (label.anchor() != Anchor.START) {
      String anchor = label.anchor().name().toLowerCase(Locale.ROOT);
      body.append(" text-anchor=\"").append(anchor).append('"');
    }
    if (label.bold()) {
      body.append(" font-weight=\"bold\"");
    }
    if (label.upright()) {
      String about = xy(new Point(label.x(), label.y()), " ");
      body.append(" transform=\"rotate(-90 ").append(about).append(")\"");
    }
    body.append('>').append(escaped(label.text())).append("</text>\n");
  }

  /** The whole document; its title and description are what a screen reader says. */
  String document(double width, double height, String title, String description) {
    String w = Numbers.coordinate(width);
    String h = Numbers.coordinate(height);
    return ("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + w + "\" height=\"" + h + "\"")
        + (" viewBox=\"0 0 " + w + " " + h + "\" role=\"img\"")
        + " font-family=\"Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif\">\n"
        + ("<title>" + escaped(title) + "</title>\n")
        + ("<desc>" + escaped(description) + "</desc>\n")
        + ("<rect class=\"background\" width=\""
            + w
            + "\" height=\""
            + h
            + "\" fill=\"#ffffff\"/>\n")
        + body
        + "</svg>\n";
  }

  private void opacity(String attribute, Ink ink) {
    if (ink.opacity() < 1) {
      String opacity = Numbers.coordinate(ink.opacity());
      body.append(' ').append(attribute).append("=\"").append(opacity).append('"');
    }
  }

  private void close(String element, String name) {
    if (name.isEmpty()) {
      body.append("/>\n");
    } else {
      body.append("><title>").append(escaped(name)).append("</title></");
      body.append(element).append(">\n");
    }
  }

  private static String xy(Point point, String between) {
    return Numbers.coordinate(point.x()) + between + Numbers.coordinate(point.y());
  }

  private static String escaped(String text) {
    return Texts.clean(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
