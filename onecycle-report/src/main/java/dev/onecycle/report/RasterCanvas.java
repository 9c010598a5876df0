package dev.onecycle.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.font.TextLayout;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.util.List;

/** A canvas of pixels, {@code scale} of them to each pixel of the figure. */
final class RasterCanvas implements Canvas {
  private final BufferedImage image;
  private final Graphics2D graphics;

  RasterCanvas(double width, double height, int scale) {
    int across = (int) Math.ceil(width * scale);
    int down = (int) Math.ceil(height * scale);
    image = new BufferedImage(across, down, BufferedImage.TYPE_INT_RGB);
    graphics = image.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, across, down);
    graphics.scale(scale, scale);
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
  }

  /** The picture; nothing can be drawn after this. */
  BufferedImage finished() {
    graphics.dispose();
    return image;
  }

  @Override
  public void line(List<Point> points, Ink ink, String role, String name) {
    Path2D path = new Path2D.Double();
    for (Point p : points) {
      if (path.getCurrentPoint() == null) {
        path.moveTo(p.x(), p.y());
      } else {
        path.lineTo(p.x(), p.y());
      }
    }
    graphics.setColor(colour(ink));
    graphics.setStroke(stroke(ink));
    graphics.draw(path);
  }

  @Override
  public void dots(List<Point> centres, Ink ink, String role, String name) {
    graphics.setColor(colour(ink));
    double r = ink.width() / 2;
    for (Point p : centres) {
      graphics.fill(new Ellipse2D.Double(p.x() - r, p.y() - r, 2 * r, 2 * r));
    }
  }

  @Override
  public void text(Label label) {
    Font font =
        new Font(Font.SANS_SERIF, label.bold() ? Font.BOLD : Font.PLAIN, 1)
            .deriveFont((float) label.size());
    TextLayout layout =
        new TextLayout(Texts.clean(label.text()), font, graphics.getFontRenderContext());
    double back =
        switch (label.anchor()) {
          case START -> 0;
          case MIDDLE -> layout.getAdvance() / 2;
          case END -> layout.getAdvance();
        };
    AffineTransform at = AffineTransform.getTranslateInstance(label.x(), label.y());
    if (label.upright()) {
      at.rotate(-Math.PI / 2);
    }
    at.translate(-back, 0);
    graphics.setColor(Color.decode(label.colour()));
    graphics.fill(layout.getOutline(at));
  }

  private static Color colour(Ink ink) {
    Color opaque = Color.decode(ink.colour());
    int alpha = (int) Math.round(255 * ink.opacity());
    return new Color(opaque.getRed(), opaque.getGreen(), opaque.getBlue(), alpha);
  }

  private static BasicStroke stroke(Ink ink) {
    float width = (float) ink.width();
    int cap = BasicStroke.CAP_BUTT;
    if (ink.dash().isEmpty()) {
      return new BasicStroke(width, cap, BasicStroke.JOIN_ROUND);
    }
    float[] dash = new float[ink.dash().size()];
    for (int i = 0; i < dash.length; i++) {
      dash[i] = ink.dash().get(i).floatValue();
    }
    return new BasicStroke(width, cap, BasicStroke.JOIN_ROUND, 1, dash, 0);
  }
}
