package dev.onecycle.report.chart;

import java.awt.Dimension;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.io.StringWriter;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.apache.batik.svggen.SVGIDGenerator;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** Writes a chart as SVG with Batik; texts stay texts. */
final class SvgWriter {
  private static final String SVG = SVGGraphics2D.SVG_NAMESPACE_URI;

  /** The fonts that Java uses on Linux, then fonts of similar width on other systems. */
  private static final String FONTS = "DejaVu Sans, Verdana, Geneva, sans-serif";

  private SvgWriter() {}

  /** An SVG element; a screen reader reads its title and description. */
  static String svg(SizedChart chart, String title, String description) {
    Document document = document();
    SVGGeneratorContext context = SVGGeneratorContext.createDefault(document);
    context.setComment(null);
    context.setPrecision(2);
    // A page holds several figures, so the identifiers of their clips must differ.
    String figure = Integer.toHexString((title + description).hashCode());
    context.setIDGenerator(
        new SVGIDGenerator() {
          @Override
          public String generateID(String prefix) {
            return super.generateID(prefix + "-" + figure + "-");
          }
        });
    Graphics2D measuring = SizedChart.measuringGraphics();
    SVGGraphics2D graphics =
        new SVGGraphics2D(context, false) {
          @Override
          public FontMetrics getFontMetrics(Font font) {
            return measuring.getFontMetrics(font);
          }
        };
    graphics.setSVGCanvasSize(new Dimension(chart.width(), chart.height()));
    chart.draw(graphics);
    Element root = graphics.getRoot(document.getDocumentElement());
    root.setAttribute("viewBox", "0 0 " + chart.width() + " " + chart.height());
    root.setAttribute("role", "img");
    root.setAttribute("font-family", FONTS);
    NodeList elements = root.getElementsByTagName("*");
    for (int i = 0; i < elements.getLength(); i++) {
      Element element = (Element) elements.item(i);
      if (element.hasAttribute("font-family")) {
        element.setAttribute("font-family", FONTS);
      }
    }
    // This element is empty and has the same identifier in every figure.
    root.removeChild(root.getElementsByTagName("defs").item(0));
    Node first = root.getFirstChild();
    root.insertBefore(element(document, "title", title), first);
    root.insertBefore(element(document, "desc", description), first);
    return text(root);
  }

  private static Element element(Document document, String name, String text) {
    Element element = document.createElementNS(SVG, name);
    element.setTextContent(text);
    return element;
  }

  private static Document document() {
    try {
      return DocumentBuilderFactory.newDefaultNSInstance()
          .newDocumentBuilder()
          .getDOMImplementation()
          .createDocument(SVG, "svg", null);
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("cannot create Java's own XML parser", e);
    }
  }

  private static String text(Element root) {
    try {
      Transformer transformer = TransformerFactory.newDefaultInstance().newTransformer();
      transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
      StringWriter writer = new StringWriter();
      transformer.transform(new DOMSource(root), new StreamResult(writer));
      return writer + "\n";
    } catch (TransformerException e) {
      throw new IllegalStateException("cannot write XML to memory", e);
    }
  }
}
