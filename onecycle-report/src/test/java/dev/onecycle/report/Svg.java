package dev.onecycle.report;

import dev.onecycle.report.chart.Figure;
import dev.onecycle.report.chart.Point;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** The SVG of a figure, parsed. */
public record Svg(Document document) {
  public static final String BLUE = "rgb(0,114,178)";
  public static final String VERMILLION = "rgb(213,94,0)";
  public static final String GREEN = "rgb(0,158,115)";
  public static final String PURPLE = "rgb(204,121,167)";
  public static final String ORANGE = "rgb(230,159,0)";
  public static final String BLACK = "black";
  public static final String BOUNDARY = "rgb(140,140,140)";
  public static final String GRID = "rgb(228,228,228)";

  /** A line on a panel, in several parts if it has gaps. */
  public record Line(String colour, String dash, List<List<Point>> parts) {
    /** The points of a line without gaps. */
    public List<Point> points() {
      if (parts.size() != 1) {
        throw new AssertionError("parts: " + parts);
      }
      return parts.get(0);
    }
  }

  public static Svg of(Figure figure) {
    try {
      var builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
      return new Svg(builder.parse(new InputSource(new StringReader(figure.svg()))));
    } catch (ParserConfigurationException | SAXException | IOException e) {
      throw new AssertionError("not well-formed: " + figure.svg(), e);
    }
  }

  /** The contents of the text elements, in document order. */
  public List<String> texts() {
    return all("text").stream().map(Element::getTextContent).toList();
  }

  /** All texts joined, because a text can be wrapped. */
  public String text() {
    return String.join("", texts());
  }

  public List<Element> all(String name) {
    NodeList found = document.getElementsByTagName(name);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < found.getLength(); i++) {
      elements.add((Element) found.item(i));
    }
    return elements;
  }

  /** The curves on the panels in a colour. */
  public List<Line> curves(String colour) {
    return shown("path", "stroke", colour)
        .map(e -> new Line(colour, effective(e, "stroke-dasharray"), parts(e.getAttribute("d"))))
        .toList();
  }

  /** The straight lines through the panels in a colour, each from end to end. */
  public List<List<Point>> straights(String colour) {
    return shown("line", "stroke", colour)
        .map(
            e ->
                List.of(
                    new Point(number(e, "x1"), number(e, "y1")),
                    new Point(number(e, "x2"), number(e, "y2"))))
        .toList();
  }

  /** The positions of the vertical lines in a colour. */
  public List<Double> marks(String colour) {
    return straights(colour).stream().map(ends -> ends.get(0).x()).toList();
  }

  /** The centres of the dots on the panels in a colour. */
  public List<Point> dots(String colour) {
    return shown("path", "fill", colour)
        .map(e -> e.getAttribute("d").replaceAll("[MCLZ]", " ").strip().split("\\s+", -1))
        .map(d -> new Point(Double.parseDouble(d[0]) - radius(d), Double.parseDouble(d[1])))
        .toList();
  }

  /** A circle is four curves that begin on its right and pass its left half way. */
  private static double radius(String[] d) {
    return (Double.parseDouble(d[0]) - Double.parseDouble(d[14])) / 2;
  }

  private Stream<Element> shown(String name, String attribute, String colour) {
    return all(name).stream().filter(e -> onPanel(e) && effective(e, attribute).equals(colour));
  }

  /** The first clip belongs to the whole figure: titles, axes and legend. */
  private static boolean onPanel(Element element) {
    String clip = element.getAttribute("clip-path");
    return !clip.isEmpty() && !clip.endsWith("-1)");
  }

  private static String effective(Element element, String attribute) {
    Node node = element;
    while (node instanceof Element at) {
      if (at.hasAttribute(attribute)) {
        return at.getAttribute(attribute);
      }
      node = at.getParentNode();
    }
    return "";
  }

  private static double number(Element element, String attribute) {
    return Double.parseDouble(element.getAttribute(attribute));
  }

  /** The parts of a path made of M and L commands. */
  private static List<List<Point>> parts(String d) {
    List<List<Point>> parts = new ArrayList<>();
    for (String part : d.substring(1).split("M", -1)) {
      List<Point> points = new ArrayList<>();
      for (String pair : part.split("L", -1)) {
        String[] xy = pair.strip().split(" ", -1);
        points.add(new Point(Double.parseDouble(xy[0]), Double.parseDouble(xy[1])));
      }
      parts.add(points);
    }
    return parts;
  }
}
