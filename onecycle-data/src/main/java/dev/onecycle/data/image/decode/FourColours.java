package dev.onecycle.data.image.decode;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;

/**
 * Images of cyan, magenta, yellow and black, as printers use them, to red, green and blue by
 * Pillow's formula: red = (255 − cyan) · (255 − black) / 255. Profiles of inks are not applied. In
 * a JPEG 255 means no ink: as in Pillow, inks are taken as Adobe's programs write them, inverted.
 */
final class FourColours {
  private FourColours() {}

  /**
   * @param raster the samples of a JPEG
   * @param ycck whether the first three are luminance and chrominance instead of inks
   */
  static BufferedImage rgb(Raster raster, boolean ycck) {
    int width = raster.getWidth();
    int height = raster.getHeight();
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    int[] row = new int[4 * width];
    int[] colours = new int[width];
    for (int y = 0; y < height; y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int x = 0; x < width; x++) {
        int at = 4 * x;
        if (ycck) {
          inks(row, at);
        }
        int black = 255 - row[at + 3];
        colours[x] =
            light(255 - row[at], black) << 16
                | light(255 - row[at + 1], black) << 8
                | light(255 - row[at + 2], black);
      }
      image.getRaster().setDataElements(0, y, width, 1, colours);
    }
    return image;
  }

  /** What an ink and black leave of white: 0 for all ink, 255 for none. */
  static int light(int ink, int black) {
    int left = 255 - black;
    int product = left * ink + 128;
    return Math.max(0, left - ((product + (product >> 8)) >> 8));
  }

  /** YCbCr to the inks, which are the complements of red, green and blue: ITU-T T.871. */
  private static void inks(int[] row, int at) {
    double luminance = row[at];
    double blue = row[at + 1] - 128;
    double red = row[at + 2] - 128;
    row[at] = 255 - clipped(luminance + 1.402 * red);
    row[at + 1] = 255 - clipped(luminance - 0.344136 * blue - 0.714136 * red);
    row[at + 2] = 255 - clipped(luminance + 1.772 * blue);
  }

  private static int clipped(double value) {
    return (int) Math.max(0, Math.min(255, Math.round(value)));
  }
}
