package dev.onecycle.report.chart;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.block.LengthConstraintType;
import org.jfree.chart.block.RectangleConstraint;
import org.jfree.chart.title.Title;
import org.jfree.data.Range;

/**
 * A plot laid out: a chart with the room that it takes, in pixels of 1/96 inch.
 *
 * @param chart what is drawn
 * @param width that of a column of a printed page
 * @param height such that its panels have the heights that the plot asks for
 */
record Drawing(JFreeChart chart, int width, int height) {
  private static final int WIDTH = 480;
  private static final int PADDING = 16;
  private static final int X_AXIS = 44;
  private static final int PHASES = 20;

  static Drawing of(Plot plot) {
    JFreeChart chart = Charts.of(plot);
    Graphics2D graphics = ruler();
    double titles = height(chart.getTitle(), graphics);
    for (int i = 0; i < chart.getSubtitleCount(); i++) {
      titles += height(chart.getSubtitle(i), graphics);
    }
    graphics.dispose();
    int panels = plot.panels().stream().mapToInt(Plot.Panel::height).sum();
    int gaps = Charts.GAP * Math.max(0, plot.panels().size() - 1);
    int phases = plot.phases().isEmpty() ? 0 : PHASES;
    int height = PADDING + (int) Math.ceil(titles) + phases + panels + gaps + X_AXIS;
    return new Drawing(chart, WIDTH, height);
  }

  private static double height(Title title, Graphics2D graphics) {
    double width = WIDTH - PADDING;
    Range any = new Range(0, 10 * width);
    LengthConstraintType within = LengthConstraintType.RANGE;
    RectangleConstraint room =
        new RectangleConstraint(width, new Range(0, width), within, 0, any, within);
    return title.arrange(graphics, room).getHeight();
  }

  /** Draws on nothing, but measures texts as they are, not rounded to whole pixels. */
  static Graphics2D ruler() {
    Graphics2D graphics = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics();
    return unrounded(graphics);
  }

  private static Graphics2D unrounded(Graphics2D graphics) {
    graphics.setRenderingHint(
        RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
    return graphics;
  }

  void draw(Graphics2D graphics) {
    chart
        .getRenderingHints()
        .put(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    chart.draw(graphics, new Rectangle2D.Double(0, 0, width, height));
  }

  BufferedImage pixels(int ratio) {
    BufferedImage image =
        new BufferedImage(width * ratio, height * ratio, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = unrounded(image.createGraphics());
    graphics.scale(ratio, ratio);
    draw(graphics);
    graphics.dispose();
    return image;
  }
}
