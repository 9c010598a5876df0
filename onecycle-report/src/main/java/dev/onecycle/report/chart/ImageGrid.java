package dev.onecycle.report.chart;

import dev.onecycle.error.MissingFontsException;
import dev.onecycle.error.Require;
import dev.onecycle.text.Texts;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import javax.imageio.ImageIO;

/** A picture of images in rows, with a name under each. */
public final class ImageGrid {
  /** The most images that stay legible. */
  public static final int MAX_IMAGES = 64;

  private static final int WIDTH = 1100;
  private static final int GAP = 8;
  private static final int TEXT_HEIGHT = 18;
  private static final int MIN_TILE = 96;
  private static final int MAX_TILE = 224;
  private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 13);

  private ImageGrid() {}

  /**
   * An image with its name.
   *
   * @param png the bytes of a PNG file; neither copied nor to be changed
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  public record Tile(byte[] png, String name) {}

  /** The longest side of an image in a grid of so many, in pixels; larger ones are shrunk. */
  public static int tileSide(int images) {
    return Math.max(MIN_TILE, Math.min(MAX_TILE, WIDTH / columns(images) - GAP));
  }

  private static int columns(int images) {
    return (int) Math.ceil(Math.sqrt(images));
  }

  /**
   * The bytes of a PNG file. Small images are enlarged by whole factors, so that their pixels can
   * be seen; names that are too long are cut.
   *
   * @param tiles 1 to {@value #MAX_IMAGES}
   * @throws MissingFontsException if Java finds no font
   */
  public static byte[] png(List<Tile> tiles) {
    Require.that(
        !tiles.isEmpty() && tiles.size() <= MAX_IMAGES,
        "images of a grid",
        "in [1, " + MAX_IMAGES + "]",
        tiles.size(),
        tiles);
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      ImageIO.write(drawn(tiles), "png", bytes);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot encode a PNG in memory", e);
    } catch (InternalError | LinkageError e) {
      // Java throws these on a system without fontconfig, fonts or its own graphics library.
      throw new MissingFontsException(e);
    }
  }

  private static BufferedImage drawn(List<Tile> tiles) throws IOException {
    int columns = columns(tiles.size());
    int rows = (tiles.size() + columns - 1) / columns;
    int side = tileSide(tiles.size());
    int width = GAP + columns * (side + GAP);
    int height = GAP + rows * (side + TEXT_HEIGHT + GAP);
    BufferedImage grid = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = grid.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, width, height);
    graphics.setColor(Color.BLACK);
    graphics.setFont(FONT);
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    for (int i = 0; i < tiles.size(); i++) {
      int left = GAP + i % columns * (side + GAP);
      int top = GAP + i / columns * (side + TEXT_HEIGHT + GAP);
      draw(graphics, tiles.get(i), left, top, side);
    }
    graphics.dispose();
    return grid;
  }

  private static void draw(Graphics2D graphics, Tile tile, int left, int top, int side)
      throws IOException {
    BufferedImage image =
        Objects.requireNonNull(
            ImageIO.read(new ByteArrayInputStream(tile.png)), "a tile must be a PNG");
    double longest = Math.max(image.getWidth(), image.getHeight());
    double scale = longest > side ? side / longest : Math.floor(side / longest);
    int width = Math.max(1, (int) (image.getWidth() * scale));
    int height = Math.max(1, (int) (image.getHeight() * scale));
    graphics.drawImage(
        image, left + (side - width) / 2, top + (side - height) / 2, width, height, null);
    FontMetrics metrics = graphics.getFontMetrics();
    String name = fitted(Texts.clean(tile.name), metrics, side);
    graphics.drawString(
        name, left + (side - metrics.stringWidth(name)) / 2, top + side + metrics.getAscent() + 1);
  }

  private static String fitted(String name, FontMetrics metrics, int width) {
    String text = name;
    int length = name.length();
    while (length > 1 && metrics.stringWidth(text) > width) {
      length--;
      text = name.substring(0, length) + "…";
    }
    return text;
  }
}
