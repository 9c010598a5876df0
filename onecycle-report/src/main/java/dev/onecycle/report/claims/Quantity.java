package dev.onecycle.report.claims;

import dev.onecycle.text.Numbers;
import java.util.Locale;

/** The number of a run, or of a range test, that a claim is about. */
public enum Quantity {
  /** The accuracy on the test images after the last epoch, in percent. */
  TEST_ACCURACY("test accuracy, %", "points"),
  /** The loss on the test images after the last epoch. */
  TEST_LOSS("test loss", ""),
  /** The accuracy on the held-out images after the last epoch, in percent. */
  VALIDATION_ACCURACY("held-out accuracy, %", "points"),
  /** The rate at which a range test was stopped. */
  STOP_RATE("rate at the stop", "decades"),
  /** The rate at which the loss of a range test begins to rise for good. */
  EDGE("rate at the edge", "decades"),
  /** The peak rate that a range test suggests for a long cycle. */
  SUGGESTION("suggested rate", "decades");

  private final String title;
  private final String unit;

  Quantity(String title, String unit) {
    this.title = title;
    this.unit = unit;
  }

  /** The heading of its values. */
  public String title() {
    return title;
  }

  /** What it is called in a sentence, after "a". */
  String noun() {
    return title.replace(", %", "");
  }

  /** Whether it is measured on the test images. */
  public boolean ofTestImages() {
    return this == TEST_ACCURACY || this == TEST_LOSS;
  }

  /** The unit of differences; empty where there is none. */
  public String unit() {
    return unit;
  }

  /** Whether it is a rate, whose differences are taken of logarithms to base ten. */
  public boolean rate() {
    return unit.equals("decades");
  }

  /** A value for people. */
  public String text(double value) {
    return rate()
        ? Numbers.rounded(value, 3)
        : Numbers.format(this == TEST_LOSS ? "%.4f" : "%.2f", value);
  }

  /** A difference, or a bound of one, for people: "+0.31". */
  public String difference(double value) {
    return Numbers.format(this == TEST_LOSS ? "%+.4f" : "%+.2f", value);
  }

  /** The name in files. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
