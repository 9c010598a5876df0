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

/** A drawing as SVG, by Batik, with texts as texts. */
final class SvgText {
  private static final String SVG = SVGGraphics2D.SVG_NAMESPACE_URI;

  /** The fonts that Java draws with on Linux, then those of about their widths elsewhere. */
  private static final String FONTS = "DejaVu Sans, Verdana, Geneva, sans-serif";

  private SvgText() {}

  /** An SVG element whose title and description are what a screen reader says. */
  static String of(Drawing drawing, String title, String description) {
    Document document = document();
    SVGGeneratorContext context = SVGGeneratorContext.createDefault(document);
    context.setComment(null);
    context.setPrecision(2);
    // Several figures can stand in one page, where their clips must not be taken for each other.
    String figure = Integer.toHexString((title + description).hashCode());
    context.setIDGenerator(
        new SVGIDGenerator() {
          @Override
          public String generateID(String prefix) {
            return super.generateID(prefix + "-" + figure + "-");
          }
        });
    Graphics2D ruler = Drawing.ruler();
    SVGGraphics2D graphics =
        new SVGGraphics2D(context, false) {
          @Override
          public FontMetrics getFontMetrics(Font font) {
            return ruler.getFontMetrics(font);
          }
        };
    graphics.setSVGCanvasSize(new Dimension(drawing.width(), drawing.height()));
    drawing.draw(graphics);
    Element root = graphics.getRoot(document.getDocumentElement());
    root.setAttribute("viewBox", "0 0 " + drawing.width() + " " + drawing.height());
    root.setAttribute("role", "img");
    root.setAttribute("font-family", FONTS);
    NodeList elements = root.getElementsByTagName("*");
    for (int i = 0; i < elements.getLength(); i++) {
      Element element = (Element) elements.item(i);
      if (element.hasAttribute("font-family")) {
        element.setAttribute("font-family", FONTS);
      }
    }
    // Empty, and its identifier would be the same in every figure.
    root.removeChild(root.getElementsByTagName("defs").item(0));
    Node first = root.getFirstChild();
    root.insertBefore(element(document, "title", title), first);
    root.insertBefore(element(document, "desc", description), first);
    return written(root);
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
      throw new IllegalStateException("Java's own XML parser cannot be set up", e);
    }
  }

  private static String written(Element root) {
    try {
      Transformer transformer = TransformerFactory.newDefaultInstance().newTransformer();
      transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
      StringWriter text = new StringWriter();
      transformer.transform(new DOMSource(root), new StreamResult(text));
      return text + "\n";
    } catch (TransformerException e) {
      throw new IllegalStateException("writing XML to memory", e);
    }
  }
}
