package dev.onecycle.report.chart;

import java.util.List;

/**
 * How a line or a dot looks.
 *
 * @param colour {@code #rrggbb}
 * @param width of the line, or of the dot across, in pixels
 * @param dash lengths on and off in turn, in pixels; empty for a solid line
 * @param opacity in (0, 1]
 */
public record Ink(String colour, double width, List<Double> dash, double opacity) {
  // Okabe and Ito (2008), "Color Universal Design": told apart with every kind of colour vision.
  public static final String BLUE = "#0072B2";
  public static final String VERMILLION = "#D55E00";
  public static final String GREEN = "#009E73";
  public static final String PURPLE = "#CC79A7";
  public static final String ORANGE = "#E69F00";
  public static final String SKY = "#56B4E9";
  public static final String BLACK = "#000000";

  public static final List<Double> SOLID = List.of();
  public static final List<Double> DASHED = List.of(7.0, 3.0);
  public static final List<Double> DOTTED = List.of(1.5, 2.5);
  public static final List<Double> DASH_DOT = List.of(7.0, 2.5, 1.5, 2.5);
  public static final List<Double> SHORT_DASHED = List.of(3.5, 2.5);

  private static final List<String> COLOURS =
      List.of(BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, BLACK);
  private static final List<List<Double>> DASHES =
      List.of(SOLID, DASHED, DASH_DOT, SHORT_DASHED, DOTTED);

  public static Ink line(String colour, double width, List<Double> dash) {
    return new Ink(colour, width, dash, 1);
  }

  public static Ink dot(String colour, double width, double opacity) {
    return new Ink(colour, width, SOLID, opacity);
  }

  /** The ink of one curve among several; colour and dash both differ, for printing in grey. */
  public static Ink ofCurve(int index) {
    String colour = COLOURS.get(index % COLOURS.size());
    return line(colour, 1.8, DASHES.get(index % DASHES.size()));
  }
}
