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
 * A finished figure, to be had as SVG or PNG; equal figures give equal bytes.
 *
 * <p>Drawn by JFreeChart, and as SVG by Apache Batik. Either measures texts with the fonts of the
 * machine, so it needs at least one installed, but no display where the system property {@code
 * java.awt.headless} is true.
 */
public final class Figure {
  private static final int PIXEL_RATIO = 2;
  private static final double CSS_PIXELS_PER_METRE = 96 / 0.0254;

  private final Plot plot;

  public Figure(Plot plot) {
    this.plot = plot;
  }

  /** What stands above it. */
  public String title() {
    return plot.title();
  }

  /** What it shows, in sentences. */
  public String description() {
    return FigureDescription.of(plot);
  }

  /** The values behind it. */
  public FigureTable table() {
    return FigureTable.of(plot);
  }

  /**
   * What it shows as JSON, for a page that draws it anew: {@code x} and {@code panels}, each with a
   * scale, curves ({@code traces}) and {@code marks}, and the {@code phases}.
   */
  public String json() {
    return FigureJson.of(plot);
  }

  /**
   * An SVG element that can be a file of its own or stand inside an HTML page, its texts as texts.
   *
   * @throws MissingFontsException where Java finds no font to measure with
   */
  public String svg() {
    return drawn(d -> SvgText.of(d, plot.title(), FigureDescription.of(plot)));
  }

  /**
   * A PNG file's bytes, with two pixels to each of the SVG, for print and fine screens.
   *
   * @throws MissingFontsException where Java finds no font to write with
   */
  public byte[] png() {
    BufferedImage drawn = drawn(d -> d.pixels(PIXEL_RATIO));
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      IIOImage image = new IIOImage(drawn, List.of(), null);
      image.setMetadata(resolution(writer, image));
      writer.setOutput(out);
      writer.write(image);
    } catch (IOException e) {
      throw new UncheckedIOException("encoding a PNG in memory", e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  private <T> T drawn(Function<Drawing, T> as) {
    try {
      return as.apply(Drawing.of(plot));
    } catch (InternalError | LinkageError e) {
      // What Java throws on a slim system, without fontconfig, a font or its own graphics library.
      throw new MissingFontsException(e);
    }
  }

  /** Says how large a pixel is, so that a page sets the PNG as large as the SVG. */
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
   * Writes the SVG, whole or not at all.
   *
   * @throws CannotWriteException where it cannot be created or written
   */
  public void writeSvg(Path file) {
    AtomicFile.writeText(file, svg());
  }

  /**
   * Writes the PNG, whole or not at all.
   *
   * @throws CannotWriteException where it cannot be created or written
   */
  public void writePng(Path file) {
    byte[] bytes = png();
    AtomicFile.write(file, out -> out.write(bytes));
  }
}
