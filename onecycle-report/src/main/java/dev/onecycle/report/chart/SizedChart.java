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
 * A chart with its size in pixels of 1/96 inch.
 *
 * @param chart ready to be drawn
 * @param width of a column of a printed page
 * @param height such that each panel gets the height that the plot asks for
 */
record SizedChart(JFreeChart chart, int width, int height) {
  private static final int WIDTH = 480;
  private static final int PADDING = 16;
  private static final int X_AXIS = 44;
  private static final int PHASES = 20;
  private static final int EPOCHS = ChartAxes.EPOCHS_HEIGHT;

  static SizedChart of(Plot plot) {
    JFreeChart chart = ChartBuilder.build(plot);
    Graphics2D graphics = measuringGraphics();
    double titles = height(chart.getTitle(), graphics);
    for (int i = 0; i < chart.getSubtitleCount(); i++) {
      titles += height(chart.getSubtitle(i), graphics);
    }
    graphics.dispose();
    int panels = plot.panels().stream().mapToInt(Plot.Panel::height).sum();
    int gaps = ChartBuilder.GAP * Math.max(0, plot.panels().size() - 1);
    int phases = plot.phases().isEmpty() ? 0 : PHASES;
    int epochs = plot.axis().hasEpochs() ? EPOCHS : 0;
    int height = PADDING + (int) Math.ceil(titles) + phases + panels + gaps + X_AXIS + epochs;
    return new SizedChart(chart, WIDTH, height);
  }

  private static double height(Title title, Graphics2D graphics) {
    double width = WIDTH - PADDING;
    Range any = new Range(0, 10 * width);
    LengthConstraintType within = LengthConstraintType.RANGE;
    RectangleConstraint room =
        new RectangleConstraint(width, new Range(0, width), within, 0, any, within);
    return title.arrange(graphics, room).getHeight();
  }

  /** Graphics that measure texts exactly, not rounded to whole pixels. */
  static Graphics2D measuringGraphics() {
    Graphics2D graphics = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics();
    return withExactTexts(graphics);
  }

  private static Graphics2D withExactTexts(Graphics2D graphics) {
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

  BufferedImage image(int pixelRatio) {
    BufferedImage image =
        new BufferedImage(width * pixelRatio, height * pixelRatio, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = withExactTexts(image.createGraphics());
    graphics.scale(pixelRatio, pixelRatio);
    draw(graphics);
    graphics.dispose();
    return image;
  }
}
