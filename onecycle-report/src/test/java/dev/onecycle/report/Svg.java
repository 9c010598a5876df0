package dev.onecycle.report;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** A figure's SVG as an XML parser sees it. */
record Svg(Document document) {
  static Svg of(Figure figure) {
    try {
      var builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
      return new Svg(builder.parse(new InputSource(new StringReader(figure.svg()))));
    } catch (ParserConfigurationException | SAXException | IOException e) {
      throw new AssertionError("not well-formed: " + figure.svg(), e);
    }
  }

  /** What every text element says, in document order. */
  List<String> texts() {
    return all("text").stream().map(Element::getTextContent).toList();
  }

  /** The elements of a name that have a class. */
  List<Element> of(String name, String role) {
    return all(name).stream().filter(e -> e.getAttribute("class").equals(role)).toList();
  }

  List<Element> all(String name) {
    NodeList found = document.getElementsByTagName(name);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < found.getLength(); i++) {
      elements.add((Element) found.item(i));
    }
    return elements;
  }

  /** The points of a path made of M and L commands. */
  static List<Point> points(Element path) {
    List<Point> points = new ArrayList<>();
    for (String pair : path.getAttribute("d").substring(1).split("L", -1)) {
      String[] xy = pair.split(" ", -1);
      points.add(new Point(Double.parseDouble(xy[0]), Double.parseDouble(xy[1])));
    }
    return points;
  }
}
