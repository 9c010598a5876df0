package dev.onecycle.report;

import java.util.List;

/**
 * How a line or a dot looks.
 *
 * @param colour {@code #rrggbb}
 * @param width of the line, or of the dot across, in pixels
 * @param dash lengths on and off in turn, in pixels; empty for a solid line
 * @param opacity in (0, 1]
 */
record Ink(String colour, double width, List<Double> dash, double opacity) {
  // Okabe and Ito (2008), "Color Universal Design": told apart with every kind of colour vision.
  static final String BLUE = "#0072B2";
  static final String VERMILLION = "#D55E00";
  static final String GREEN = "#009E73";
  static final String PURPLE = "#CC79A7";
  static final String ORANGE = "#E69F00";
  static final String SKY = "#56B4E9";
  static final String BLACK = "#000000";

  static final List<Double> SOLID = List.of();
  static final List<Double> DASHED = List.of(7.0, 3.0);
  static final List<Double> DOTTED = List.of(1.5, 2.5);
  static final List<Double> DASH_DOT = List.of(7.0, 2.5, 1.5, 2.5);
  static final List<Double> SHORT_DASHED = List.of(3.5, 2.5);

  private static final List<String> COLOURS =
      List.of(BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, BLACK);
  private static final List<List<Double>> DASHES =
      List.of(SOLID, DASHED, DASH_DOT, SHORT_DASHED, DOTTED);

  static Ink line(String colour, double width, List<Double> dash) {
    return new Ink(colour, width, dash, 1);
  }

  static Ink dot(String colour, double width, double opacity) {
    return new Ink(colour, width, SOLID, opacity);
  }

  /** The ink of one curve among several; colour and dash both differ, for printing in grey. */
  static Ink ofCurve(int index) {
    String colour = COLOURS.get(index % COLOURS.size());
    return line(colour, 1.8, DASHES.get(index % DASHES.size()));
  }
}
