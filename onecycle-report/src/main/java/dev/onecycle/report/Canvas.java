package dev.onecycle.report;

import java.util.List;

/** A surface to draw on, in pixels from its top left corner. */
interface Canvas {
  /** Which point of a text its place is. */
  enum Anchor {
    START,
    MIDDLE,
    END
  }

  /**
   * A line of text.
   *
   * @param x where the anchor lies
   * @param y where the baseline lies
   * @param size of the font in pixels
   * @param upright turned by a quarter so that it reads from bottom to top
   */
  record Label(
      String text,
      double x,
      double y,
      Anchor anchor,
      double size,
      String colour,
      boolean bold,
      boolean upright) {}

  /**
   * Draws a line through points.
   *
   * @param role what the line is to the figure: series, mark, grid and the like
   * @param name what it is called, "" for lines that only help to read
   */
  void line(List<Point> points, Ink ink, String role, String name);

  /** Draws round dots. */
  void dots(List<Point> centres, Ink ink, String role, String name);

  void text(Label label);
}
