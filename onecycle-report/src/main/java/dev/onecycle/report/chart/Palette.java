package dev.onecycle.report.chart;

import java.util.List;

/**
 * The colours of curves, which readers with any kind of colour vision can tell apart.
 *
 * <p>M. Okabe and K. Ito, "Color Universal Design" (2008).
 */
public final class Palette {
  public static final String BLUE = "#0072B2";
  public static final String VERMILLION = "#D55E00";
  public static final String GREEN = "#009E73";
  public static final String PURPLE = "#CC79A7";
  public static final String ORANGE = "#E69F00";
  public static final String SKY = "#56B4E9";
  public static final String BLACK = "#000000";

  /** The colour of reference lines: zero, and the planned schedule. */
  public static final String GREY = "#8c8c8c";

  private static final List<String> COLOURS =
      List.of(BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, BLACK);
  private static final List<List<Double>> DASHES =
      List.of(Stroke.SOLID, Stroke.DASHED, Stroke.DASH_DOT, Stroke.SHORT_DASHED, Stroke.DOTTED);

  private Palette() {}

  /** A thin stroke in the sky colour, for one of several curves that another sums up. */
  public static Stroke thin(int index) {
    return Stroke.line(SKY, 1.2, DASHES.get(index % DASHES.size()));
  }

  /** The stroke of the curve at an index; colour and dash both differ, for printing in grey. */
  public static Stroke stroke(int index) {
    String colour = COLOURS.get(index % COLOURS.size());
    return Stroke.line(colour, 1.8, DASHES.get(index % DASHES.size()));
  }
}
