package dev.onecycle.report.chart;

import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.MissingFontsException;
import dev.onecycle.run.files.AtomicFile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOInvalidTreeException;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * A figure that can be written as SVG, PNG, JSON or a table; equal figures give equal bytes.
 *
 * <p>JFreeChart draws it, and Apache Batik writes the SVG. Both measure texts, so the machine needs
 * at least one font. No display is needed if the system property {@code java.awt.headless} is true.
 */
public final class Figure {
  private static final int PIXEL_RATIO = 2;
  private static final double CSS_PIXELS_PER_METRE = 96 / 0.0254;

  private final Plot plot;

  /** Makes a figure of a plot. */
  public Figure(Plot plot) {
    this.plot = plot;
  }

  /** The title above the figure. */
  public String title() {
    return plot.title();
  }

  /** A description in sentences. */
  public String description() {
    return FigureDescription.of(plot);
  }

  /** What the figure shows and what it leaves out, in sentences; empty where it says nothing. */
  public String note() {
    return FigureDescription.note(plot);
  }

  /** The values as a table. */
  public FigureTable table() {
    return FigureTable.of(plot);
  }

  /**
   * The contents as JSON, for the script of a page: {@code x}, {@code panels} and {@code phases}. A
   * panel has its scale {@code y}, curves ({@code traces}) and {@code markers}.
   */
  public String json() {
    return FigureJson.of(plot);
  }

  /**
   * An SVG element, for a file of its own or inside an HTML page. Texts stay texts.
   *
   * @throws MissingFontsException if Java finds no font
   */
  public String svg() {
    return drawn(chart -> SvgWriter.svg(chart, plot.title(), FigureDescription.of(plot)));
  }

  /**
   * The bytes of a PNG file, two pixels wide for each pixel of the SVG.
   *
   * @throws MissingFontsException if Java finds no font
   */
  public byte[] png() {
    BufferedImage pixels = drawn(chart -> chart.image(PIXEL_RATIO));
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      IIOImage image = new IIOImage(pixels, List.of(), null);
      image.setMetadata(resolution(writer, image));
      writer.setOutput(out);
      writer.write(image);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot encode a PNG in memory", e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  private <T> T drawn(Function<SizedChart, T> format) {
    try {
      return format.apply(SizedChart.of(plot));
    } catch (InternalError | LinkageError e) {
      // Java throws these on a system without fontconfig, fonts or its own graphics library.
      throw new MissingFontsException(e);
    }
  }

  /** Stores the size of a pixel, so that a page shows the PNG as large as the SVG. */
  private static IIOMetadata resolution(ImageWriter writer, IIOImage image)
      throws IIOInvalidTreeException {
    ImageTypeSpecifier type = ImageTypeSpecifier.createFromRenderedImage(image.getRenderedImage());
    IIOMetadata metadata = writer.getDefaultImageMetadata(type, writer.getDefaultWriteParam());
    String perMetre = Long.toString(Math.round(PIXEL_RATIO * CSS_PIXELS_PER_METRE));
    IIOMetadataNode physical = new IIOMetadataNode("pHYs");
    physical.setAttribute("pixelsPerUnitXAxis", perMetre);
    physical.setAttribute("pixelsPerUnitYAxis", perMetre);
    physical.setAttribute("unitSpecifier", "meter");
    IIOMetadataNode root = new IIOMetadataNode(metadata.getNativeMetadataFormatName());
    root.appendChild(physical);
    metadata.mergeTree(metadata.getNativeMetadataFormatName(), root);
    return metadata;
  }

  /**
   * Writes the SVG, completely or not at all.
   *
   * @throws CannotWriteException if the file cannot be created or written
   */
  public void writeSvg(Path file) {
    AtomicFile.writeText(file, svg());
  }

  /**
   * Writes the PNG, completely or not at all.
   *
   * @throws CannotWriteException if the file cannot be created or written
   */
  public void writePng(Path file) {
    byte[] bytes = png();
    AtomicFile.write(file, out -> out.write(bytes));
  }
}
